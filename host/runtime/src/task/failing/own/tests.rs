#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use stormcell_acking::FailReason;

use super::*;
use crate::causes::cause;

const WANTED: Limits = Limits {
    gives_up: true,
    max_replays: Some(4),
    same_exceptions: Some(3),
};

/// A failure: by which component, with which exception.
fn failure(component: &str, exception: &str) -> Failure {
    let text = format!(
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in process\n{exception}"
    );
    let cause = cause(component, 3, &text);
    Failure::new(FailReason::FailedByBolt, Some(&cause), |c| c == "sure")
}

/// What may happen to one of a few ids.
#[derive(Debug, Clone)]
enum Happens {
    Emitted(u64, bool),
    Acked(u64),
    TimedOut(u64),
    /// By a component that does the same each time, or not; with which of two exceptions, of
    /// one kind; with which number in it.
    Failed(u64, bool, bool, u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    let id = || 0..4_u64;
    prop_oneof![
        3 => (id(), prop::bool::weighted(0.9)).prop_map(|(id, kept)| Happens::Emitted(id, kept)),
        1 => id().prop_map(Happens::Acked),
        1 => id().prop_map(Happens::TimedOut),
        8 => (id(), any::<bool>(), prop::bool::weighted(0.9), 0..2_u8)
            .prop_map(|(id, sure, key, n)| Happens::Failed(id, sure, key, n)),
    ]
}

/// What is remembered of an id, the plain way.
#[derive(Debug, Default)]
struct Told {
    /// Component, kind and number of each failure since the last ack.
    failures: Vec<(bool, bool, u8)>,
    row: Option<usize>,
}

impl Told {
    /// How many of the last failures are the same, by this measure.
    fn run<T: PartialEq>(&self, of: impl Fn(&(bool, bool, u8)) -> T) -> u32 {
        let last = self.failures.last().map(&of).unwrap();
        let same = self.failures.iter().rev().take_while(|f| of(f) == last);
        same.count() as u32
    }
}

proptest! {
    #[test]
    fn rows_are_given_up_when_and_only_when_they_fail_in_the_same_way(
        story in prop::collection::vec(happens(), 1..120),
        gives_up in prop::bool::weighted(0.8),
        max_replays in prop::option::of(0..5_u32),
        same_exceptions in prop::option::of(1..4_u32),
    ) {
        let limits = Limits { gives_up, max_replays, same_exceptions };
        let mut rows = OwnRows::default();
        let mut model: BTreeMap<u64, Told> = BTreeMap::new();
        for (step, happens) in story.into_iter().enumerate() {
            match happens {
                Happens::Emitted(id, kept) => {
                    let row = kept.then_some(step);
                    prop_assert_eq!(rows.has_failed(id), model.contains_key(&id));
                    rows.emitted(id, row);
                    if let Some(told) = model.get_mut(&id) {
                        told.row = row;
                    }
                }
                Happens::Acked(id) => {
                    rows.over(id);
                    model.remove(&id);
                }
                Happens::TimedOut(id) => {
                    let timed_out = Failure::new(FailReason::TimedOut, None, |_| true);
                    let verdict = rows.failed(id, &timed_out, &limits);
                    prop_assert_eq!(verdict, Verdict::Tell(Duration::ZERO));
                }
                Happens::Failed(id, sure, key, number) => {
                    let component = if sure { "sure" } else { "http" };
                    let exception = if key { "KeyError" } else { "ValueError" };
                    let failure = failure(component, &format!("{exception}: {number}"));
                    let verdict = rows.failed(id, &failure, &limits);
                    let told = model.entry(id).or_default();
                    told.failures.push((sure, key, number));
                    let same = told.run(|all| *all);
                    let alike = told.run(|(sure, key, _)| (*sure, *key));
                    let certain = sure && same_exceptions.is_some_and(|most| same >= most);
                    let too_many = max_replays.is_some_and(|most| alike > most);
                    let tell = Verdict::Tell(pause(told.failures.len() as u32));
                    let expected = match told.row {
                        Some(row) if gives_up && (certain || too_many) => {
                            model.remove(&id);
                            let failures = if certain { same } else { alike };
                            Verdict::GiveUp { row, failures, certain }
                        }
                        _ => tell,
                    };
                    prop_assert_eq!(verdict, expected);
                }
            }
            prop_assert_eq!(rows.is_empty(), model.is_empty());
            prop_assert_eq!(rows.by_age.len(), rows.by_id.len());
        }
    }
}

#[test]
fn so_many_ids_are_remembered_and_no_more() {
    let mut rows: OwnRows<()> = OwnRows::default();
    let failure = failure("http", "KeyError: 'a'");
    let last = 3 * MOST as u64;
    for id in 0..last {
        rows.failed(id, &failure, &WANTED);
    }
    // The first of those that are left fails again, and so is not the next to go.
    let first = last - MOST as u64;
    rows.failed(first, &failure, &WANTED);
    rows.failed(last, &failure, &WANTED);
    assert_eq!((rows.by_id.len(), rows.by_age.len()), (MOST, MOST));
    assert!(rows.has_failed(first) && rows.has_failed(last));
    assert!(!rows.has_failed(first + 1) && !rows.has_failed(0));
    rows.clear();
    assert!(rows.is_empty() && rows.by_age.is_empty());
}

#[test]
fn a_row_whose_values_are_not_known_is_left_to_its_spout() {
    let mut rows: OwnRows<&str> = OwnRows::default();
    let failure = failure("sure", "KeyError: 'a'");
    for _ in 0..10 {
        let verdict = rows.failed(7, &failure, &WANTED);
        assert!(matches!(verdict, Verdict::Tell(_)), "{verdict:?}");
    }
    rows.emitted(7, Some("a row"));
    assert_eq!(
        rows.failed(7, &failure, &WANTED),
        Verdict::GiveUp {
            row: "a row",
            failures: 11,
            certain: true
        }
    );
    assert!(!rows.has_failed(7));
}

/// As often is what failed not missing.
#[test]
fn a_row_that_is_acked_at_last_says_how_often_it_had_failed() {
    let mut rows = OwnRows::<()>::default();
    for exception in ["KeyError: 1", "ValueError: 2"] {
        rows.failed(7, &failure("bolt", exception), &WANTED);
    }
    assert_eq!((rows.over(7), rows.over(7), rows.over(8)), (2, 0, 0));
}
