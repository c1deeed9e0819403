//! The ledger keeps its invariants in random histories: rows emitted, delivered,
//! lost, doubled, reordered, acked and failed; timeouts; workers that die and come
//! back, notices of it that come late; spouts that restart; tasks that move. After
//! each event every function of `model/invariants.rs` is asked; in the end all
//! faults are healed, and everything must complete.
//!
//! A history that fails is shrunk and printed, and its seed is kept in
//! `proptest-regressions/`, to be run first from then on.

mod model;
mod mutants;

use model::action::history;
use model::subject::Mutation;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_024,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "proptest-regressions/histories.txt",
        ))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_invariants_hold_after_every_event_and_everything_completes(history in history()) {
        let result = model::run(&history, Mutation::None);
        prop_assert!(result.is_ok(), "{:?}", result);
    }
}

/// The same histories every time, for tests that ask what histories do.
fn fixed_histories(count: usize) -> impl Iterator<Item = Vec<model::action::Action>> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let histories = (0..count).map(move |_| history().new_tree(&mut runner));
    histories.map(|tree| tree.expect("a history is always there").current())
}

/// Invariants say nothing about what never happens.
#[test]
fn histories_reach_everything_that_can_happen() {
    let mut seen = BTreeSet::new();
    for history in fixed_histories(100) {
        let all = model::run(&history, Mutation::None).expect("the invariants hold");
        seen.extend(all);
    }
    let expected = [
        "a bit of a dead worker is given to another",
        "a root is refused",
        "a stale message",
        "Accept",
        "Duplicate",
        "TooLate",
        "Dead",
        "Acked",
        "Failed(TimedOut)",
        "Failed(FailedByBolt)",
        "Failed(WorkerDied)",
        "Failed(SpoutRestarted)",
    ];
    let missing: Vec<_> = expected.iter().filter(|e| !seen.contains(**e)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}
