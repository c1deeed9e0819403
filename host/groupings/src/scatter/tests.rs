//! The parts of a batch are what the choice says, however it says it.

use proptest::prelude::*;

use super::*;
use crate::test_support::{per_row, targets};
use crate::{All, Custom, Grouping, Idle, Shuffle};

/// The rows of each target, in the order in which its parts come.
fn rows_by_target(scatter: &Scatter, rows: usize, targets: usize) -> Vec<Vec<u32>> {
    let mut by_target = vec![Vec::new(); targets];
    for (target, part) in scatter.parts() {
        assert!(part.len(rows) > 0, "no target without rows appears");
        match part {
            Part::Whole => by_target[target].extend(0..rows as u32),
            Part::Slice { start, len } => {
                by_target[target].extend(start as u32..(start + len) as u32);
            }
            Part::Rows(positions) => by_target[target].extend_from_slice(positions),
        }
    }
    by_target
}

/// The same, read off the choice.
fn expected(choice: &Choice, rows: usize, targets: usize) -> Vec<Vec<u32>> {
    let mut by_target = vec![Vec::new(); targets];
    for (row, list) in (0..).zip(per_row(choice, rows, targets)) {
        for target in list {
            by_target[target as usize].push(row);
        }
    }
    by_target
}

/// Choices of every form for 6 targets, with their numbers of rows.
fn choices() -> impl Strategy<Value = Vec<(Choice, usize)>> {
    let each = proptest::collection::vec(0_u32..6, 0..40).prop_map(|each| {
        let mut choice = Choice::default();
        let valid = Custom::new(&targets(6)).accept_each(each.len(), &each, &mut choice);
        assert_eq!(valid, Ok(()));
        (choice, each.len())
    });
    let row = proptest::sample::subsequence(vec![0_u32, 1, 2, 3, 4, 5], 0..=6);
    let lists = proptest::collection::vec(row, 0..20).prop_map(|rows| {
        let mut offsets = vec![0];
        for list in &rows {
            offsets.push(offsets[offsets.len() - 1] + list.len() as u32);
        }
        let mut choice = Choice::default();
        let mut custom = Custom::new(&targets(6));
        let valid = custom.accept_lists(rows.len(), &offsets, &rows.concat(), &mut choice);
        assert_eq!(valid, Ok(()));
        (choice, rows.len())
    });
    let by = |mut grouping: Box<dyn Grouping>, rows: usize| {
        let mut choice = Choice::default();
        grouping.choose(&crate::test_support::rows(rows), &Idle, &mut choice);
        (choice, rows)
    };
    let all = (0_usize..40).prop_map(move |rows| by(Box::new(All), rows));
    let shuffle = (0_usize..4_000, 0_usize..6)
        .prop_map(move |(rows, start)| by(Box::new(Shuffle::new(&targets(6), start)), rows));
    proptest::collection::vec(prop_oneof![each, lists, all, shuffle], 1..10)
}

proptest! {
    /// One scatter for all, so that nothing of a batch is left in its buffers.
    #[test]
    fn every_target_gets_its_rows_in_order(choices in choices()) {
        let mut scatter = Scatter::default();
        for (choice, rows) in choices {
            scatter.scatter(&choice, rows, 6);
            let by_target = rows_by_target(&scatter, rows, 6);
            prop_assert_eq!(&by_target, &expected(&choice, rows, 6));
            let all: usize = by_target.iter().map(Vec::len).sum();
            prop_assert!([0, all].contains(&scatter.gathered()));
        }
    }
}

#[test]
fn a_run_of_rows_is_a_slice() {
    let mut choice = Choice::default();
    let mut scatter = Scatter::default();
    let valid = Custom::new(&targets(4)).accept_each(6, &[3, 3, 1, 0, 1, 0], &mut choice);
    assert_eq!(valid, Ok(()));
    scatter.scatter(&choice, 6, 4);
    assert_eq!(
        scatter.parts().collect::<Vec<_>>(),
        [
            (3, Part::Slice { start: 0, len: 2 }),
            (1, Part::Rows(&[2, 4])),
            (0, Part::Rows(&[3, 5])),
        ]
    );
}
