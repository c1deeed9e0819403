#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use stormcell_acking::{Fold, RootId};
use stormcell_batch::Lineage;

use super::*;

fn call(first: u32, rows: usize) -> CallRows {
    CallRows::new(first, Lineage::Untracked { rows })
}

#[test]
fn a_row_of_the_call_is_found_by_its_handle_even_when_handles_wrap() {
    let call = call(u32::MAX - 1, 4);
    assert_eq!(call.position(u32::MAX - 1), Some(0));
    assert_eq!(call.position(1), Some(3));
    assert_eq!(call.position(2), None);
    assert_eq!(call.position(u32::MAX - 2), None);
}

#[test]
fn a_kept_row_acks_what_was_sent_for_it_before_and_after() {
    let root = RootId::from_bits(7);
    let mut call = CallRows::new(
        0,
        Lineage::One {
            roots: vec![7],
            edges: vec![1],
        },
    );
    let mut child = Vec::new();
    call.anchor(0, &mut child, 2);
    let mut kept = KeptRows::default();
    kept.keep(&call, 0);
    let row = kept.get_mut(0).unwrap();
    row.anchor(&mut Vec::new(), 4);
    let mut fold = Fold::new();
    kept.remove(0).unwrap().ack(&mut fold);
    assert_eq!(fold.updates()[0].root, root);
    assert_eq!(fold.updates()[0].xor, 1 ^ 2 ^ 4);
}

proptest! {
    /// Whatever is kept, and wherever the counter stands, the handles of a call
    /// are those of no kept row.
    #[test]
    fn no_two_rows_have_the_same_handle(
        start in prop_oneof![Just(0), Just(u32::MAX - 20), any::<u32>()],
        calls in prop::collection::vec((1usize..20, prop::collection::vec(0usize..20, 0..4)), 1..40),
    ) {
        let mut kept = KeptRows { next: start, ..KeptRows::default() };
        for (rows, keeps) in calls {
            let first = kept.handles(rows);
            for row in 0..rows as u32 {
                prop_assert!(!kept.contains(first.wrapping_add(row)));
            }
            let call = call(first, rows);
            for position in keeps.into_iter().filter(|&position| position < rows) {
                kept.keep(&call, position);
            }
            // Start over now and then, so that kept rows are met again.
            kept.next = if kept.next.is_multiple_of(3) { start } else { kept.next };
        }
    }
}
