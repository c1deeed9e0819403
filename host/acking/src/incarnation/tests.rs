use super::*;
use proptest::prelude::*;

fn run(worker: u32, number: u32) -> WorkerIncarnation {
    WorkerIncarnation { worker, number }
}

fn is_one_bit(bits: Touched) -> bool {
    bits.to_bits().is_power_of_two() && bits != Touched::DEAD
}

#[test]
fn a_later_run_replaces_the_one_before() {
    let mut all = Incarnations::new();
    let first = all.join(run(1, 1));
    assert!(is_one_bit(first.bit));
    assert_eq!(first.replaced, Touched::NONE);
    let second = all.join(run(1, 2));
    assert_eq!(second.replaced, first.bit);
    assert!(is_one_bit(second.bit) && second.bit != first.bit);
    // The notice of the first death comes late, and is no news.
    assert_eq!(all.died(run(1, 1)), Touched::NONE);
    assert_eq!(all.resolve(run(1, 1)), Touched::DEAD);
    assert_eq!(all.resolve(run(1, 2)), second.bit);
}

#[test]
fn who_is_dead_stays_dead() {
    let mut all = Incarnations::new();
    let bit = all.join(run(1, 5)).bit;
    assert_eq!(all.died(run(1, 5)), bit);
    assert_eq!(all.died(run(1, 5)), Touched::NONE);
    assert_eq!(all.join(run(1, 5)).bit, Touched::DEAD);
    assert_eq!(all.join(run(1, 4)).bit, Touched::DEAD);
    // A death that is heard of before the birth.
    assert_eq!(all.died(run(2, 1)), Touched::NONE);
    assert_eq!(all.join(run(2, 1)).bit, Touched::DEAD);
}

#[test]
fn a_notice_of_a_later_death_ends_the_run_that_is_known() {
    let mut all = Incarnations::new();
    let bit = all.join(run(1, 1)).bit;
    assert_eq!(all.died(run(1, 2)), bit);
    assert_eq!(all.resolve(run(1, 1)), Touched::DEAD);
    assert_eq!(all.resolve(run(1, 3)), Touched::NONE);
}

#[test]
fn a_bit_is_given_again_only_when_no_pending_tree_has_it() {
    let mut all = Incarnations::new();
    let bits: Vec<_> = (0..Incarnations::MAX)
        .map(|worker| all.join(run(worker, 1)).bit)
        .collect();
    assert!(bits.iter().all(|bit| is_one_bit(*bit)));
    assert_eq!(all.join(run(99, 1)).bit, Touched::NONE);

    let freed = all.died(run(7, 1));
    assert_eq!(all.release(freed), Touched::NONE);
    assert_eq!(all.join(run(99, 1)).bit, Touched::NONE);
    assert_eq!(all.release(Touched::NONE), freed);
    assert_eq!(all.join(run(99, 1)).bit, freed);
}

proptest! {
    /// Live incarnations that are tracked have bits of their own, and one is
    /// untracked only if all bits are taken.
    #[test]
    fn live_runs_have_different_bits(
        events in prop::collection::vec((0..80u32, 1..4u32, 0..4u8), 0..500)
    ) {
        let mut all = Incarnations::new();
        for (worker, number, event) in events {
            match event {
                0 => { all.died(run(worker, number)); }
                1 => { all.release(Touched::NONE); }
                _ => {
                    let bit = all.join(run(worker, number)).bit;
                    prop_assert_eq!(all.resolve(run(worker, number)), bit);
                    let full = all.taken.to_bits().count_ones() == Incarnations::MAX;
                    prop_assert!(bit == Touched::DEAD || is_one_bit(bit) || full);
                }
            }
            let bits: Vec<_> = all.latest.values().map(|run| run.bit().to_bits()).collect();
            let union = bits.iter().fold(0, |union, bit| union | bit);
            let live: u32 = bits.iter().map(|bit| bit.count_ones()).sum();
            prop_assert_eq!(live, union.count_ones());
            prop_assert_eq!(union & !all.taken.to_bits(), 0);
        }
    }
}
