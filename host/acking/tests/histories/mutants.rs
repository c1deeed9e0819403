//! The invariants catch a broken ledger: each mutant has one mistake in it, and
//! is caught by the invariant that speaks of it.

use crate::fixed_histories;
use crate::model::{self, subject::Mutation};
use std::collections::BTreeMap;

/// So many histories a mutant must not survive. The rarest, a duplicate that does
/// harm, is caught about once in fifteen.
const HISTORIES: usize = 400;

fn assert_caught(mutation: Mutation, by: &str) {
    let mut others = BTreeMap::<_, usize>::new();
    for history in fixed_histories(HISTORIES) {
        match model::run(&history, mutation) {
            Err(violation) if violation.invariant == by => return,
            Err(violation) => *others.entry(violation.invariant).or_default() += 1,
            Ok(_) => {}
        }
    }
    panic!("{mutation:?} is not caught by {by}, but by {others:?}");
}

macro_rules! mutants {
    ($($name:ident: $mutation:ident is caught by $invariant:ident;)*) => { $(
        #[test]
        fn $name() {
            assert_caught(Mutation::$mutation, stringify!($invariant));
        }
    )* };
}

mutants! {
    an_init_that_counts_twice:
        InitCountsAgain is caught by no_false_ack;
    an_ack_that_does_not_await_init:
        InitIsNotAwaited is caught by no_false_ack;
    an_emission_to_no_task_that_is_never_acked:
        InitOfNoTargetIsIgnored is caught by a_complete_tree_is_not_left_pending;
    an_update_that_is_dropped_after_delivery:
        AnUpdateIsLost is caught by a_complete_tree_is_not_left_pending;
    a_failure_that_is_dropped_after_delivery:
        AFailureIsIgnored is caught by a_failure_settles_its_root_at_once;
    a_root_that_settles_twice:
        SettlesTwice is caught by each_root_settles_exactly_once_an_attempt;
    a_root_that_is_forgotten:
        ForgetsASettledRoot is caught by each_root_settles_exactly_once_an_attempt;
    a_ledger_that_never_times_out:
        NeverTimesOut is caught by pending_within_max_and_empty_after_two_timeouts_of_quiet;
    a_ledger_without_a_limit:
        MaxPendingIsIgnored is caught by pending_within_max_and_empty_after_two_timeouts_of_quiet;
    a_timeout_that_comes_too_early:
        TimesOutAfterOneTimeout is caught by duplicates_only_after_a_fault;
    an_extension_that_is_ignored:
        ExtendIsIgnored is caught by duplicates_only_after_a_fault;
    updates_for_an_old_ledger_that_count:
        OldSpoutIncarnationsCount is caught by nothing_from_an_old_incarnation_changes_state;
    a_link_that_accepts_the_dead:
        LinkAcceptsTheDead is caught by nothing_from_an_old_incarnation_changes_state;
    a_link_that_accepts_duplicates:
        LinkAcceptsDuplicates is caught by a_complete_tree_is_not_left_pending;
    touched_workers_that_are_not_kept:
        TouchedIsIgnored is caught by a_death_fails_exactly_the_trees_that_touched_the_worker;
    a_death_that_does_not_hit_later_updates:
        DeathIsForgotten is caught by a_death_fails_exactly_the_trees_that_touched_the_worker;
    a_death_that_fails_every_tree:
        DeathFailsEverything is caught by a_death_fails_exactly_the_trees_that_touched_the_worker;
}
