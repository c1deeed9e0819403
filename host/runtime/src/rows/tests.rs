#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use stormcell_acking::{Fold, RootId};
use stormcell_batch::{ColumnsBuilder, Field, Lineage, Schema, Value, ValueType};
use stormcell_sandbox::Budget;

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

/// A call is given a part of a batch. Whoever kept rows of one part of four kept the whole
/// batch in memory, and was charged with the part.
#[test]
fn what_keeps_values_in_memory_is_charged() {
    let process = Arc::new(Budget::new(u64::MAX));
    let account = Arc::new(Account::new(process));
    let schema = Schema::new([Field::new("text", ValueType::Text)]);
    let mut builder = ColumnsBuilder::new(&schema);
    for _ in 0..1_000 {
        builder.push(vec![Value::Text("a".repeat(1_000))]);
    }
    let batch = builder.finish().unwrap();
    for rows in [1_000, 900, 500, 250, 100] {
        let mut kept = KeptRows::charged_to(&account);
        let call = call(0, rows);
        for position in 0..rows {
            kept.keep(&call, position);
        }
        let values = Values {
            input: 0,
            source_task: 1,
            columns: batch.slice(0, rows),
            _charge: None,
        };
        kept.keep_values(0, [values].into_iter(), &account).unwrap();
        let (values, _) = kept.rows[&0].values.as_ref().unwrap();
        let (held, charged) = (values.columns.buffers() as u64, account.used());
        assert!(held <= charged / 4 * 5, "{rows} rows: {held} of {charged}");
        drop(kept);
        assert_eq!(account.used(), 0, "{rows} rows");
    }
}
