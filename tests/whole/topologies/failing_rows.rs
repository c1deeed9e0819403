//! Rows that fail again and again: they rest between their tries, and somebody gives them up.

use std::time::Duration;

use stormcell_dead_letters::StoredLetter;
use stormcell_runtime::Control;

use super::dead_letters::{numbers, store};
use super::harness::{Case, Ran, until};

/// What Python says of an exception.
const EXCEPTION: &str = r#""Traceback (most recent call last):\n  File \"count.py\", line 7, in process\nKeyError: 'a'""#;

/// What differs from test to test.
struct Failing<'a> {
    /// Of the topology.
    config: &'a str,
    /// Of the spout, after how many rows it has.
    source: &'a str,
    /// The keys of the bolt that fails row 5, after `id` and `component`.
    bolt: &'a str,
    /// What it says, in YAML.
    says: &'a str,
}

const FAILING: Failing<'static> = Failing {
    config: "",
    source: "",
    bolt: "",
    says: EXCEPTION,
};
/// A spout that has ids of its own, emits again what fails, and prints what it is told.
const OWN: &str = ", tracking: ids, again: true, tell: true";

impl Failing<'_> {
    fn case(&self) -> Case {
        let Self {
            config,
            source,
            bolt,
            says,
        } = self;
        Case::new(format!(
            "
name: faulty
config: {{ {config} }}
spouts:
  - id: source
    component: source
    config: {{ rows: 10, texts: [a, b]{source} }}
    grants: {{ stdout: true }}
bolts:
  - {{ id: faulty, component: relay, config: {{ fail: [5], fail-with: {says} }}{bolt} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: faulty, grouping: {{ type: shuffle }} }}
  - {{ from: faulty, to: print, grouping: {{ type: global }} }}
"
        ))
    }

    /// Runs it to its end, and returns what became a dead letter.
    fn run(&self) -> (Ran, Vec<StoredLetter>) {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let given = store.clone();
        let case = self.case();
        let ran = case
            .options(move |options| options.dead_letters = Some(given))
            .run();
        let (_, letters) = store.newest(None, usize::MAX).unwrap();
        let others = [0, 1, 2, 3, 4, 6, 7, 8, 9];
        assert_eq!(ran.numbers("print"), others);
        (ran, letters)
    }
}

/// How often the spout was told this of row 5.
fn told(ran: &Ran, what: &str) -> usize {
    let lines = ran.lines("source");
    let line = format!("{what} 5");
    lines.iter().filter(|told| **told == line).count()
}

/// It failed for ever: 4,749 times in half a minute, and no dead letter.
#[test]
fn a_row_of_a_spout_with_ids_of_its_own_becomes_a_dead_letter_if_it_fails_for_certain() {
    let (ran, letters) = Failing {
        source: OWN,
        ..FAILING
    }
    .run();
    assert_eq!(numbers(&letters), [5]);
    let letter = &letters[0].letter;
    assert_eq!(
        (&*letter.component, &*letter.cause),
        ("source", "same-exception")
    );
    assert_eq!(letter.attempts, 3);
    for part in [
        "given up after the same exception 3 times in a row (same-exceptions)",
        "it failed in `faulty`, task ",
        "KeyError: 'a'",
        "count.py",
    ] {
        assert!(letter.reason.contains(part), "{}", letter.reason);
    }
    // It is stored, and so it is processed.
    assert_eq!((told(&ran, "failed"), told(&ran, "acked")), (2, 1));
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (9, 3));
    assert_eq!(ran.component("source").dead_letters, 1);
}

#[test]
fn one_that_is_failed_on_purpose_becomes_one_if_the_topology_says_how_often() {
    let failing = Failing {
        config: "max-replays: 4",
        source: OWN,
        says: "not yet",
        ..FAILING
    };
    let (ran, letters) = failing.run();
    assert_eq!(numbers(&letters), [5]);
    let letter = &letters[0].letter;
    assert_eq!((&*letter.cause, letter.attempts), ("max-replays", 5));
    assert!(
        letter.reason.contains("5 failures of one kind in a row"),
        "{}",
        letter.reason
    );
    assert_eq!((told(&ran, "failed"), told(&ran, "acked")), (4, 1));
    // 50, 100, 200 ms between its tries.
    assert!(
        ran.elapsed >= Duration::from_millis(350),
        "{:?}",
        ran.elapsed
    );
}

/// As in Storm, its spout is asked for ever; but not as fast as it can answer.
#[test]
fn without_a_limit_its_spout_is_told_for_ever_and_in_pauses() {
    for (config, says) in [
        ("", "not yet"),
        ("dead-letters: false, max-replays: 1", EXCEPTION),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let given = store.clone();
        let failing = Failing {
            config,
            source: OWN,
            says,
            ..FAILING
        };
        let case = failing.case();
        let case = case.options(move |options| options.dead_letters = Some(given));
        let ran = case.run_with(async |control: Control| {
            until(&control, |report| report.trees.failed >= 20).await;
            control.stop();
        });
        assert_eq!(store.counts().unwrap().letters, 0);
        // 50 ms, 100 ms, ... 3.2 s, and from then on five seconds.
        let least = Duration::from_millis(6_350 + 5_000 * 11);
        assert!(ran.elapsed >= least, "{:?}", ran.elapsed);
        assert!(told(&ran, "failed") >= 20 && told(&ran, "acked") == 0);
    }
}

#[test]
fn a_row_that_cannot_be_stored_is_left_to_its_spout() {
    let dir = tempfile::tempdir().unwrap();
    // No folder can be made where a file is.
    std::fs::write(dir.path().join("letters"), "").unwrap();
    let store = store(dir.path());
    let case = Failing {
        source: OWN,
        ..FAILING
    }
    .case();
    let ran = case
        .options(move |options| options.dead_letters = Some(store))
        .run_with(async |control: Control| {
            until(&control, |report| report.trees.failed >= 10).await;
            control.stop();
        });
    assert_eq!(told(&ran, "acked"), 0);
    assert_eq!(ran.component("source").dead_letters, 0);
}

#[test]
fn a_row_that_the_host_replays_is_given_up_early_if_it_fails_for_certain() {
    let (ran, letters) = FAILING.run();
    assert_eq!(numbers(&letters), [5]);
    let letter = &letters[0].letter;
    assert_eq!((&*letter.cause, letter.attempts), ("same-exception", 3));
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (9, 1, 2));
}

/// A component that sees a clock may do something else the next time, and so may all below it.
#[test]
fn nothing_is_certain_of_components_that_see_more_than_rows() {
    let null = Failing {
        config: "same-exceptions: null",
        ..FAILING
    };
    let failed = Failing {
        says: "not yet",
        ..FAILING
    };
    let with = |bolt| Failing { bolt, ..FAILING };
    for failing in [
        with(", grants: { clock: real }"),
        with(", grants: { random: real }"),
        with(", grants: { state: true }"),
        with(", grants: { http: { hosts: [https://example.org] } }"),
        with(", tick: 1h"),
        null,
        failed,
    ] {
        let (ran, letters) = failing.run();
        let letter = &letters[0].letter;
        assert_eq!((&*letter.cause, letter.attempts), ("max-replays", 11));
        assert_eq!(ran.report().trees.replayed, 10);
        // 50 ms, 100 ms, ... 3.2 s, 5 s, 5 s.
        let pauses = Duration::from_millis(6_350 + 10_000);
        assert!(ran.elapsed >= pauses, "{:?}", ran.elapsed);
    }
}

/// They would take all places in flight.
#[test]
fn rows_that_always_fail_hold_up_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let given = store.clone();
    let rows: Vec<i64> = (0..50).collect();
    let text = format!(
        "
name: faulty
config: {{ max-pending: 10 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: 500 }} }}
bolts:
  - {{ id: faulty, component: relay, config: {{ fail: {rows:?} }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: faulty, grouping: {{ type: shuffle }} }}
  - {{ from: faulty, to: print, grouping: {{ type: global }} }}
"
    );
    let case = Case::new(text).options(move |options| options.dead_letters = Some(given));
    let ran = case.run_with(async |control: Control| {
        let begin = tokio::time::Instant::now();
        until(&control, |report| report.trees.acked == 450).await;
        // Long before the others have been tried as often as they may.
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{:?}",
            begin.elapsed()
        );
    });
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (450, 50));
    let (_, letters) = store.newest(None, usize::MAX).unwrap();
    assert_eq!(numbers(&letters), rows);
}
