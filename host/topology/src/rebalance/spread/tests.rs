use proptest::prelude::*;

use super::spread;

/// How many tasks stay where they are.
fn kept(held: &[Vec<u32>], wanted: &[Vec<u32>]) -> u32 {
    let held = held.iter().flatten();
    held.zip(wanted.iter().flatten())
        .map(|(held, wanted)| held.min(wanted))
        .sum()
}

fn is_even(wanted: &[Vec<u32>]) -> bool {
    let near = |counts: &[u32]| counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1;
    let workers = wanted[0].len();
    let sums: Vec<u32> = (0..workers)
        .map(|worker| wanted.iter().map(|of| of[worker]).sum())
        .collect();
    near(&sums) && wanted.iter().all(|of| near(of))
}

/// The most that any even spread keeps: by trying them all.
fn most_kept(held: &[Vec<u32>], totals: &[u32]) -> u32 {
    let workers = held[0].len();
    let mut spreads: Vec<Vec<Vec<u32>>> = vec![vec![]];
    for &total in totals {
        let average = total / workers as u32;
        let more = total % workers as u32;
        let rows: Vec<Vec<u32>> = (0_u32..1 << workers)
            .filter(|set| set.count_ones() == more)
            .map(|set| {
                (0..workers)
                    .map(|worker| average + (set >> worker & 1))
                    .collect()
            })
            .collect();
        spreads = spreads
            .iter()
            .flat_map(|spread| {
                rows.iter().map(move |row| {
                    let mut spread = spread.clone();
                    spread.push(row.clone());
                    spread
                })
            })
            .collect();
    }
    spreads
        .iter()
        .filter(|spread| is_even(spread))
        .map(|spread| kept(held, spread))
        .max()
        .unwrap()
}

/// Up to so many workers and components, anything held, any totals.
fn cases(workers: usize, components: usize) -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<u32>)> {
    (1..=workers, 1..=components).prop_flat_map(|(workers, components)| {
        let of_one = prop::collection::vec(0u32..5, workers);
        (
            prop::collection::vec(of_one, components),
            prop::collection::vec(1u32..12, components),
        )
    })
}

proptest! {
    #[test]
    fn no_even_spread_keeps_more((held, totals) in cases(4, 4)) {
        let wanted = spread(&held, &totals);
        prop_assert!(is_even(&wanted), "{wanted:?}");
        prop_assert_eq!(kept(&held, &wanted), most_kept(&held, &totals), "{:?}", wanted);
    }

    #[test]
    fn every_spread_is_even_and_whole((held, totals) in cases(20, 20)) {
        let wanted = spread(&held, &totals);
        prop_assert!(is_even(&wanted), "{wanted:?}");
        let sums: Vec<u32> = wanted.iter().map(|of| of.iter().sum()).collect();
        prop_assert_eq!(sums, totals);
    }

    #[test]
    fn what_is_even_is_left_alone((held, totals) in cases(12, 12)) {
        let wanted = spread(&held, &totals);
        prop_assert_eq!(spread(&wanted, &totals), wanted);
    }
}

/// The largest topology that may be, from one worker to as many as may be: the search
/// must not take so long that a supervisor stands still.
#[test]
fn the_largest_topology_is_spread() {
    let workers = crate::MAX_WORKERS as usize;
    let totals = vec![128; crate::MAX_TASKS as usize / 128];
    let mut one = vec![0; workers];
    one[0] = 128;
    let held = vec![one; totals.len()];
    assert!(is_even(&spread(&held, &totals)));
}
