//! Components at fault: what one row breaks costs no other row.

use stormcell_runtime::{Ending, RunError};

use super::harness::{Case, Ran, errors};

/// `rows` rows through a bolt with this configuration to one that prints them.
fn through(component: &str, config: &str, rows: u64) -> String {
    format!(
        "
name: faulty
config: {{ max-replays: 2 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows} }} }}
bolts:
  - id: faulty
    component: {component}
    config: {config}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: faulty, grouping: {{ type: shuffle }} }}
  - {{ from: faulty, to: print, grouping: {{ type: global }} }}
"
    )
}

fn all_but(rows: i64, without: &[i64]) -> Vec<i64> {
    (0..rows).filter(|row| !without.contains(row)).collect()
}

/// These rows fail for good, after two replays; all others come through once.
fn only_these_fail(ran: &Ran, rows: i64, failed: &[i64]) {
    let trees = ran.report().trees;
    assert_eq!(ran.report().ending, Ending::Finished);
    assert_eq!(ran.numbers("print"), all_but(rows, failed));
    let count = failed.len() as u64;
    assert_eq!(trees.emitted, rows as u64);
    assert_eq!((trees.acked, trees.failed), (rows as u64 - count, count));
    assert_eq!((trees.replayed, trees.timed_out), (2 * count, 0));
    assert_eq!(ran.component("faulty").failed, 3 * count);
}

#[test]
fn a_row_that_traps_fails_alone() {
    let ran = Case::new(through("relay", "{ trap: [333] }", 1_000)).run();
    only_these_fail(&ran, 1_000, &[333]);
    // Three attempts, in each of which it is alone after at most ten halvings.
    let restarts = ran.component("faulty").restarts;
    assert!((3..=33).contains(&restarts), "{restarts}");
    let errors = errors(ran.component("faulty"));
    assert!(
        errors.contains("row 333 traps") || errors.contains("a row failed"),
        "{errors}"
    );
}

#[test]
fn several_rows_that_trap_fail_alone() {
    let rows = [0, 1, 499, 500, 998, 999];
    let config = format!("{{ trap: {rows:?} }}");
    let ran = Case::new(through("relay", &config, 1_000)).run();
    only_these_fail(&ran, 1_000, &rows);
}

#[test]
fn a_bolt_that_always_traps_ends_the_run() {
    let text = through("relay", "{ always: trap }", 100).replace(
        "component: relay",
        "component: relay\n    restart: { budget: 300 }",
    );
    let ran = Case::new(text).run();
    only_these_fail(&ran, 100, &all_but(100, &[]));
    assert!(ran.component("faulty").quarantined.is_empty());
}

/// It fails with an error that is of the whole call, as one too large a row of a Python bolt.
#[test]
fn a_row_for_which_its_call_returns_an_error_fails_alone() {
    let ran = Case::new(through("raw", "{ do: return an error }", 50)).run();
    only_these_fail(&ran, 50, &[7]);
    let faulty = ran.component("faulty");
    assert_eq!(faulty.restarts, 0, "the instance lives");
    let [error] = faulty.errors.as_slice() else {
        panic!("{:?}", faulty.errors);
    };
    assert_eq!(error.message, "a row failed: one of them is too large");
    assert_eq!(error.count, 3);
}

/// An error that `process` returns fails its row; the instance lives.
#[test]
fn a_row_that_is_an_error_fails_alone() {
    let ran = Case::new(through("relay", "{ error: [5, 6] }", 100)).run();
    only_these_fail(&ran, 100, &[5, 6]);
    assert_eq!(ran.component("faulty").restarts, 0);
    let errors = errors(ran.component("faulty"));
    // Both are of one kind, of which the last is told.
    assert!(errors.contains("row 6 is an error"), "{errors}");
}

#[test]
fn a_row_that_is_failed_fails_alone() {
    let ran = Case::new(through("relay", "{ fail: [5, 6] }", 100)).run();
    only_these_fail(&ran, 100, &[5, 6]);
    assert_eq!(ran.component("faulty").restarts, 0);
    let errors = errors(ran.component("faulty"));
    assert!(errors.contains("row 6 is failed"), "{errors}");
}

/// What is not valid is a fault like a trap: it has no effect, and its row fails.
#[test]
fn what_is_not_valid_fails_its_row_alone() {
    let cases = [
        ("ack an unknown row", "it acked row"),
        ("fail an unknown row", "it failed row"),
        ("fail a row twice", "twice in one call"),
        ("anchor to an unknown row", "it anchored to row"),
        ("emit what is not UTF-8", "UTF-8"),
    ];
    for (what, error) in cases {
        let config = format!("{{ do: {what} }}");
        let ran = Case::new(through("raw", &config, 50)).run();
        only_these_fail(&ran, 50, &[7]);
        assert!(ran.component("faulty").restarts >= 3);
        let errors = errors(ran.component("faulty"));
        assert!(errors.contains(error), "{what}: {errors}");
    }
}

#[test]
fn a_trap_in_a_tick_costs_no_row() {
    let ran = Case::new(
        "
name: ticks-that-trap
spouts:
  - { id: source, component: source, config: { rows: 200, tracking: host } }
bolts:
  - { id: relay, component: relay, tick: 100ms, config: { trap-in-tick: 2 } }
  - { id: hold, component: hold, tick: 250ms, config: { release: 4 } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: hold, grouping: { type: shuffle } }
",
    )
    .run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (200, 0, 0));
    assert!(ran.component("relay").restarts >= 2);
    let errors = errors(ran.component("relay"));
    assert!(errors.contains("tick failed"), "{errors}");
}

/// The instance that kept them is gone, so nobody else could ack them.
#[test]
fn rows_that_a_trapping_bolt_kept_are_replayed() {
    let ran = Case::new(
        "
name: kept-and-lost
spouts:
  - { id: source, component: source, config: { rows: 41, batch: 1 } }
bolts:
  - { id: trap, component: relay, config: { trap: [40] } }
  - { id: collect, component: collect, config: { rows: 40 } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: trap, grouping: { type: shuffle } }
  - { from: trap, to: collect, grouping: { type: shuffle } }
  - { from: collect, to: print, grouping: { type: shuffle } }
",
    )
    .run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (40, 1));
    assert_eq!(ran.rows("print").len(), 1);
}

#[test]
fn a_spout_that_traps_now_and_then_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ran = Case::new(
        "
name: spout-that-traps
spouts:
  - id: source
    component: source
    config:
      { rows: 300, batch: 7, tracking: ids, again: true, trap-every: 5, checkpoint: /state/next }
    grants:
      files: [{ host: ., guest: /state, access: read-write }]
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
",
    )
    .base_dir(dir.path())
    .run();
    let trees = ran.report().trees;
    assert!(ran.component("source").restarts >= 8);
    // What was in flight when an instance ended may come twice.
    let mut numbers = ran.numbers("print");
    numbers.dedup();
    assert_eq!(numbers, all_but(300, &[]));
    assert_eq!(trees.emitted, 300 + trees.failed);
    assert_eq!(trees.acked, 300);
}

/// The new instance must be told at once of the rows that failed with the old one,
/// not when the next time-out comes round: there may be none.
#[test]
fn a_spout_that_traps_after_its_last_row_is_told_what_failed() {
    let dir = tempfile::tempdir().unwrap();
    let ran = Case::new(
        "
name: spout-that-traps-late
config: { message-timeout: null, max-pending: null }
spouts:
  - id: source
    component: source
    config:
      { rows: 8, tracking: ids, again: true, trap-in-acked: true, tell: true,
        checkpoint: /state/next }
    grants:
      files: [{ host: ., guest: /state, access: read-write }]
      stdout: true
bolts:
  - { id: hold, component: hold, tick: 1s, config: { rows: [0, 1, 2, 3, 4, 5, 6], release: 2 } }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
",
    )
    .base_dir(dir.path())
    .run();
    assert_eq!(ran.component("source").restarts, 1);
    let told = ran.lines("source");
    // A call that traps has told nobody: the new instance hears it again.
    // The last is acked at once, while all others are held.
    let failed = (0..7).map(|row| format!("failed {row}"));
    for line in failed.chain((0..8).map(|row| format!("acked {row}"))) {
        assert!(told.contains(&line), "{line}: {told:?}");
    }
    assert!(ran.elapsed.as_secs() < 10, "{:?}", ran.elapsed);
}

#[test]
fn a_spout_that_returns_errors_is_asked_again() {
    let ran = Case::new(
        "
name: spout-with-errors
spouts:
  - { id: source, component: source, config: { rows: 100, batch: 10, fail-every: 3 } }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
",
    )
    .run();
    assert_eq!(ran.numbers("print"), all_but(100, &[]));
    assert_eq!(ran.component("source").restarts, 0);
    assert!(errors(ran.component("source")).contains("next failed: failed as told"));
}

/// A source that cannot go on (a line of its file is broken, say) must not keep a
/// topology running for ever.
#[test]
fn a_spout_that_returns_nothing_but_errors_is_given_up() {
    let ran = Case::new(
        "
name: spout-with-errors-only
spouts:
  - { id: source, component: source, config: { fail-every: 1 }, restart: { then: stop } }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
",
    )
    .run();
    match ran.error() {
        RunError::GivenUp { what, reason, .. } => {
            assert_eq!(what, "`next` returned 12 errors in a row");
            assert!(reason.contains("failed as told"), "{reason}");
        }
        other => panic!("{other}"),
    }
}

/// Without rows to fail there is no other way to come to an end.
#[test]
fn a_spout_that_always_traps_is_given_up() {
    let ran = Case::new(
        "
name: spout-always-traps
spouts:
  - { id: source, component: source, config: { trap-every: 1 }, restart: { then: stop } }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
",
    )
    .run();
    match ran.error() {
        RunError::GivenUp {
            component, task, ..
        } => {
            assert_eq!(component, "source");
            assert_eq!(*task, 2, "tasks are numbered by the ids of components");
        }
        other => panic!("{other}"),
    }
    let error = ran.error().to_string();
    assert!(
        error.contains("101 faults, and `restart` allows 100 within 1m"),
        "{error}"
    );
}

#[test]
fn a_task_that_cannot_be_prepared_fails_the_run() {
    let bolt = through("relay", "{ refuse: [2, no database] }", 10)
        .replace("component: relay", "component: relay\n    parallelism: 4");
    let spout = through("relay", "{}", 10).replace("rows: 10 }", "refuse: no database }");
    for (text, id, number) in [(bolt, "faulty", 3), (spout, "source", 3)] {
        let ran = Case::new(text).run();
        match ran.error() {
            RunError::Prepare {
                component,
                task,
                reason,
            } => {
                assert_eq!((component.as_str(), *task), (id, number));
                assert!(reason.contains("no database"), "{reason}");
            }
            other => panic!("{other}"),
        }
    }
}

/// A bolt whose second instance cannot be prepared.
#[test]
fn a_bolt_that_cannot_be_made_again_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let text = through("relay", "{ always: trap, once: /state/mark }", 10).replace(
        "component: relay",
        "component: relay\n    restart: { then: stop }\n    grants: { files: [{ host: ., guest: /state, access: read-write }] }",
    );
    let ran = Case::new(text).base_dir(dir.path()).run();
    let error = ran.error();
    assert!(matches!(error, RunError::GivenUp { component, .. } if component == "faulty"));
    assert!(
        error.to_string().contains("there was an instance before"),
        "{error}"
    );
}

/// Its error said `unreachable`, and only the log the rest.
#[test]
fn the_error_of_a_panic_has_its_message_and_place_in_the_first_line() {
    let ran = Case::new(through("relay", "{ trap: [3] }", 10)).run();
    let errors = errors(ran.component("faulty"));
    let expected = "a row failed: the component trapped in `execute`: it panicked at ";
    assert!(errors.contains(expected), "{errors}");
    assert!(errors.contains("lib.rs:"), "{errors}");
    assert!(errors.contains(": row 3 traps"), "{errors}");
}
