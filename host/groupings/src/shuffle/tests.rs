//! The laws of shuffle.

use proptest::prelude::*;

use super::*;
use crate::test_support::{ask_for_one, rows, targets};
use crate::{Chosen, Idle};

/// Sizes of batches: mostly small, some large enough to be cut.
fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(
        prop_oneof![0_usize..40, 0_usize..600, 0_usize..9_000],
        1..60,
    )
}

fn count(counts: &mut [u64], chosen: &[u32]) {
    for &target in chosen {
        counts[target as usize] += 1;
    }
}

fn spread(counts: &[u64]) -> u64 {
    let most = counts.iter().max().copied().unwrap_or(0);
    most - counts.iter().min().copied().unwrap_or(0)
}

proptest! {
    #[test]
    fn every_row_goes_to_one_target(
        n in 1_usize..40,
        start: usize,
        batches in proptest::collection::vec(
            (0_usize..9_000, proptest::collection::vec(0_u64..5_000, 40)),
            1..20,
        ),
    ) {
        let mut shuffle = Shuffle::new(&targets(n), start);
        for (size, loads) in batches {
            let chosen = ask_for_one(&mut shuffle, &rows(size), &loads, n);
            prop_assert_eq!(chosen.len(), size);
        }
    }

    /// After every batch, not only at the end, and whether idle or busy.
    #[test]
    fn equal_loads_spread_evenly(n in 1_usize..120, start: usize, sizes in sizes(), busy: bool) {
        let mut shuffle = Shuffle::new(&targets(n), start);
        let mut counts = vec![0; n];
        let mut largest = 0;
        for (index, size) in sizes.into_iter().enumerate() {
            let loads = vec![if busy { 1 + index as u64 } else { 0 }; n];
            largest = largest.max(size.min(Shuffle::LARGEST_PIECE));
            count(&mut counts, &ask_for_one(&mut shuffle, &rows(size), &loads, n));
            prop_assert!(spread(&counts) <= largest as u64, "{:?}, largest {}", counts, largest);
        }
    }

    /// All targets are looked at if there are at most 8.
    #[test]
    fn a_small_batch_goes_where_least_is_to_do(
        n in 1_usize..=8,
        batches in proptest::collection::vec(
            (1_usize..=64, proptest::collection::vec(0_u64..10, 8)),
            1..40,
        ),
    ) {
        let mut shuffle = Shuffle::new(&targets(n), 0);
        for (size, loads) in batches {
            let chosen = ask_for_one(&mut shuffle, &rows(size), &loads, n);
            let least = loads.iter().take(n).min();
            prop_assert_eq!(loads.get(chosen[0] as usize), least);
        }
    }

    /// With many targets, seven others at least had no less to do.
    #[test]
    fn of_many_targets_an_idler_one_is_found(
        n in 9_usize..200,
        batches in proptest::collection::vec(
            (1_usize..=64, proptest::collection::vec(0_u64..10, 200)),
            1..40,
        ),
    ) {
        let mut shuffle = Shuffle::new(&targets(n), 0);
        for (size, loads) in batches {
            let chosen = ask_for_one(&mut shuffle, &rows(size), &loads, n)[0] as usize;
            let no_less = loads.iter().take(n).filter(|&&load| load >= loads[chosen]).count();
            prop_assert!(loads[chosen] == 0 || no_less >= 8, "{} of {:?}", chosen, loads);
        }
    }

    /// However uneven the loads were, from when they are equal the rows are even, but
    /// for the few pieces by which service counts may differ then.
    #[test]
    fn what_a_slow_target_missed_is_not_made_up_for(
        n in 1_usize..20,
        uneven in proptest::collection::vec(
            (0_usize..3_000, proptest::collection::vec(0_u64..3_000, 20)),
            0..40,
        ),
        sizes in sizes(),
    ) {
        let mut shuffle = Shuffle::new(&targets(n), 0);
        for (size, loads) in uneven {
            ask_for_one(&mut shuffle, &rows(size), &loads, n);
        }
        let mut counts = vec![0; n];
        for size in sizes {
            count(&mut counts, &ask_for_one(&mut shuffle, &rows(size), &Idle, n));
            prop_assert!(spread(&counts) <= 3 * Shuffle::LARGEST_PIECE as u64, "{:?}", counts);
        }
    }

    #[test]
    fn a_large_batch_gives_work_to_all_that_are_idle(
        n in 1_usize..40,
        idle in proptest::collection::vec(any::<bool>(), 40),
        extra in 0_usize..100,
    ) {
        let loads: Vec<u64> = idle.iter().map(|idle| if *idle { 0 } else { 10_000 }).collect();
        let size = n * Shuffle::SMALLEST_PIECE + extra;
        let chosen = ask_for_one(&mut Shuffle::new(&targets(n), 0), &rows(size), &loads, n);
        for target in (0..n).filter(|&target| idle[target]) {
            prop_assert!(chosen.contains(&(target as u32)), "{} got nothing", target);
        }
    }

    #[test]
    fn a_cut_batch_has_no_small_pieces(n in 2_usize..100, sizes in sizes()) {
        let mut shuffle = Shuffle::new(&targets(n), 0);
        let mut choice = Choice::default();
        for size in sizes {
            shuffle.choose(&rows(size), &Idle, &mut choice);
            match choice.chosen() {
                Chosen::Nowhere => prop_assert_eq!(size, 0),
                Chosen::Whole(_) => prop_assert!(size < 2 * Shuffle::SMALLEST_PIECE),
                Chosen::Slices(slices) => {
                    for slice in slices {
                        prop_assert!(slice.len as usize >= Shuffle::SMALLEST_PIECE, "{:?}", slice);
                    }
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    /// A target with little to do gets part of a large batch, too.
    #[test]
    fn no_target_gets_all_of_a_large_batch(n in 2_usize..8, size in 2_049_usize..9_000) {
        let mut loads = vec![1; n];
        loads[0] = 0;
        let chosen = ask_for_one(&mut Shuffle::new(&targets(n), 0), &rows(size), &loads, n);
        let mut counts = vec![0; n];
        count(&mut counts, &chosen);
        let share = size.div_ceil(n).max(Shuffle::LARGEST_PIECE) + Shuffle::LARGEST_PIECE;
        prop_assert!(counts.iter().all(|&count| count <= share as u64), "{:?}", counts);
    }
}

/// Two tasks fed by one: both have work, in two runs of rows, nothing is copied.
#[test]
fn a_batch_is_halved_for_two_idle_tasks() {
    let mut shuffle = Shuffle::new(&targets(2), 0);
    let mut choice = Choice::default();
    shuffle.choose(&rows(500), &Idle, &mut choice);
    let Chosen::Slices([first, second]) = choice.chosen() else {
        panic!("two slices expected, found {:?}", choice.chosen());
    };
    assert_eq!((first.start, first.len, first.target), (0, 250, 0));
    assert_eq!((second.start, second.len, second.target), (250, 250, 1));
}

#[test]
fn a_batch_stays_whole_if_one_task_is_busy() {
    let mut shuffle = Shuffle::new(&targets(2), 0);
    let mut choice = Choice::default();
    shuffle.choose(&rows(500), &[0, 40], &mut choice);
    assert_eq!(choice.chosen(), Chosen::Whole(0));
    shuffle.choose(&rows(500), &[500, 40], &mut choice);
    assert_eq!(choice.chosen(), Chosen::Whole(1));
}

#[test]
fn emitters_begin_with_different_targets() {
    let first = |start| ask_for_one(&mut Shuffle::new(&targets(3), start), &rows(1), &Idle, 3)[0];
    assert_eq!([0, 1, 2, 3, 4].map(first), [0, 1, 2, 0, 1]);
}
