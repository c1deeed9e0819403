//! The laws of key groups.

use proptest::prelude::*;

use super::*;

fn sizes(groups: &KeyGroups) -> Vec<usize> {
    let mut sizes = vec![0; groups.targets()];
    for &target in groups.target_of_groups() {
        sizes[usize::from(target)] += 1;
    }
    sizes
}

fn assert_even(groups: &KeyGroups) -> Result<(), TestCaseError> {
    let sizes = sizes(groups);
    let most = sizes.iter().max().copied().unwrap_or(0);
    let least = sizes.iter().min().copied().unwrap_or(0);
    prop_assert_eq!(sizes.iter().sum::<usize>(), KeyGroups::COUNT);
    prop_assert!(most - least <= 1, "{:?}", sizes);
    Ok(())
}

/// The fewest groups that must move so that `after` targets have them evenly: the
/// targets that stay keep at most their new share.
fn fewest_moves(sizes: &[usize], after: usize) -> usize {
    let (share, more) = (KeyGroups::COUNT / after, KeyGroups::COUNT % after);
    let mut staying: Vec<usize> = sizes.iter().copied().take(after).collect();
    staying.sort_unstable_by(|a, b| b.cmp(a));
    let kept: usize = staying
        .iter()
        .enumerate()
        .map(|(place, &size)| size.min(share + usize::from(place < more)))
        .sum();
    KeyGroups::COUNT - kept
}

proptest! {
    #[test]
    fn new_groups_are_even_ranges(targets in 1_usize..=MAX_TARGETS) {
        let groups = KeyGroups::new(targets).unwrap();
        assert_even(&groups)?;
        prop_assert!(groups.target_of_groups().is_sorted());
    }

    #[test]
    fn rescaling_keeps_even_and_moves_no_more_than_it_must(
        first in 1_usize..200,
        then in proptest::collection::vec(prop_oneof![1_usize..200, 1_usize..=MAX_TARGETS], 1..6),
    ) {
        let mut groups = KeyGroups::new(first).unwrap();
        for targets in then {
            let new = groups.rescaled(targets).unwrap();
            assert_even(&new)?;
            prop_assert_eq!(new.targets(), targets);
            let moved = groups.moved(&new).count();
            prop_assert_eq!(moved, fewest_moves(&sizes(&groups), targets));
            groups = new;
        }
    }

    /// The map of groups is all that says where a key goes.
    #[test]
    fn a_key_is_where_its_group_is(hash: u64, targets in 1_usize..=MAX_TARGETS) {
        let groups = KeyGroups::new(targets).unwrap();
        let group = KeyGroups::group_of(hash);
        prop_assert_eq!(groups.target_of(hash), u32::from(groups.target_of_groups()[group]));
    }
}

#[test]
fn one_more_task_takes_its_share_and_no_other_task_gets_anything() {
    let two = KeyGroups::new(2).unwrap();
    let three = two.rescaled(3).unwrap();
    assert_eq!(two.moved(&three).count(), KeyGroups::COUNT / 3);
    assert!(two.moved(&three).all(|(_, _, new)| new == 2));
    let back = three.rescaled(2).unwrap();
    assert!(three.moved(&back).all(|(_, old, _)| old == 2));
}

/// Stored state depends on it.
#[test]
fn the_number_of_groups_is_fixed() {
    assert_eq!(KeyGroups::COUNT, 16_384);
    assert_eq!(KeyGroups::group_of(0), 0);
    assert_eq!(KeyGroups::group_of(1 << 50), 1);
    assert_eq!(KeyGroups::group_of(u64::MAX), 16_383);
}

#[test]
fn no_targets_and_too_many_are_refused() {
    let groups = KeyGroups::new(2).unwrap();
    for targets in [0, MAX_TARGETS + 1] {
        assert!(KeyGroups::new(targets).is_err());
        assert!(groups.rescaled(targets).is_err());
    }
}
