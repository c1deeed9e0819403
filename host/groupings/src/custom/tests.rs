//! What a custom grouping may say, and what not.

use proptest::prelude::*;

use super::*;
use crate::test_support::{per_row, targets};

fn lists(lists: &[Vec<u32>]) -> (Vec<u32>, Vec<u32>) {
    let mut offsets = vec![0];
    for list in lists {
        offsets.push(offsets[offsets.len() - 1] + list.len() as u32);
    }
    (offsets, lists.concat())
}

fn is_valid(list: &[u32], targets: usize) -> bool {
    list.iter()
        .enumerate()
        .all(|(index, target)| (*target as usize) < targets && !list[..index].contains(target))
}

proptest! {
    #[test]
    fn lists_are_taken_as_they_are_or_refused(
        n in 1_usize..6,
        rows in proptest::collection::vec(proptest::collection::vec(0_u32..6, 0..4), 0..10),
    ) {
        let (offsets, listed) = lists(&rows);
        let mut choice = Choice::default();
        let result = Custom::new(&targets(n)).accept_lists(rows.len(), &offsets, &listed, &mut choice);
        prop_assert_eq!(result.is_ok(), rows.iter().all(|list| is_valid(list, n)), "{:?}", result);
        if result.is_ok() {
            prop_assert_eq!(per_row(&choice, rows.len(), n), rows);
        }
    }

    #[test]
    fn one_target_a_row_is_taken_as_it_is_or_refused(
        n in 1_usize..6,
        rows in 0_usize..6,
        each in proptest::collection::vec(0_u32..6, 0..6),
    ) {
        let mut choice = Choice::default();
        let result = Custom::new(&targets(n)).accept_each(rows, &each, &mut choice);
        let valid = each.len() == rows && each.iter().all(|&target| (target as usize) < n);
        prop_assert_eq!(result.is_ok(), valid, "{:?}", result);
        if valid {
            let expected: Vec<Vec<u32>> = each.iter().map(|&target| vec![target]).collect();
            prop_assert_eq!(per_row(&choice, rows, n), expected);
        }
    }

    /// Any offsets at all: never a panic, and what is accepted can be read.
    #[test]
    fn offsets_of_a_hostile_component_do_no_harm(
        rows in 0_usize..5,
        offsets in proptest::collection::vec(prop_oneof![0_u32..6, any::<u32>()], 0..7),
        listed in proptest::collection::vec(0_u32..3, 0..6),
    ) {
        let mut choice = Choice::default();
        let result = Custom::new(&targets(3)).accept_lists(rows, &offsets, &listed, &mut choice);
        if result.is_ok() {
            let named: usize = per_row(&choice, rows, 3).iter().map(Vec::len).sum();
            prop_assert_eq!(named, listed.len(), "every target listed belongs to a row");
        }
    }
}

#[test]
fn each_mistake_is_named() {
    let mut custom = Custom::new(&targets(3));
    let mut choice = Choice::default();
    let each = |targets: &[u32]| {
        let refused = Custom::new(&crate::test_support::targets(3));
        match refused.accept_each(2, targets, &mut Choice::default()) {
            Ok(()) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(
        each(&[0]),
        "the grouping chose targets for 1 rows, expected 2"
    );
    assert_eq!(
        each(&[0, 3]),
        "the grouping chose target 3 for row 1, but the targets are 0 to 2"
    );
    let mut lists = |offsets: &[u32], targets: &[u32]| match custom.accept_lists(
        2,
        offsets,
        targets,
        &mut choice,
    ) {
        Ok(()) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        lists(&[0, 1], &[0]),
        "the grouping returned 2 offsets, expected 3: one more than rows"
    );
    assert_eq!(
        lists(&[1, 1, 1], &[0]),
        "offset 0 of the grouping's choice is 1, expected a number from 0 to 0"
    );
    assert_eq!(
        lists(&[0, 3, 2], &[0, 1]),
        "offset 1 of the grouping's choice is 3, expected a number from 0 to 2"
    );
    assert_eq!(
        lists(&[0, 2, 1], &[0, 1]),
        "offset 2 of the grouping's choice is 1, expected a number from 2 to 2"
    );
    assert_eq!(
        lists(&[0, 2, 4], &[0, 1, 2, 2]),
        "the grouping chose target 2 twice for row 1"
    );
    assert_eq!(lists(&[0, 2, 4], &[0, 1, 1, 0]), "accepted");
}

/// A refused choice leaves the one before in place.
#[test]
fn a_refused_choice_changes_nothing() {
    let mut custom = Custom::new(&targets(3));
    let mut choice = Choice::default();
    assert_eq!(custom.accept_each(2, &[0, 2], &mut choice), Ok(()));
    assert!(custom.accept_lists(1, &[0, 1], &[9], &mut choice).is_err());
    assert_eq!(per_row(&choice, 2, 3), [[0], [2]]);
}
