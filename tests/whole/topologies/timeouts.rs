//! Time-outs: a tree that is not complete in time fails, and not before.

use super::harness::{Case, Ran, component, until};

/// Five rows to a bolt that keeps some of them.
fn held(config: &str, source: &str, hold: &str) -> Ran {
    Case::new(format!(
        "
name: held
config: {{ {config} }}
spouts:
  - id: source
    component: source
    config: {{ rows: 5, tell: true, {source} }}
    grants: {{ stdout: true }}
bolts:
  - {{ id: hold, component: hold, tick: 5s, config: {{ {hold} }} }}
streams:
  - {{ from: source, to: hold, grouping: {{ type: shuffle }} }}
"
    ))
    .run()
}

/// Storm: testTimeout.
#[test]
fn a_row_that_is_kept_for_ever_fails_between_one_and_two_time_outs() {
    let ran = held("message-timeout: 10s", "tracking: ids", "rows: [2]");
    assert!(
        (10..=20).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );
    let mut told = ran.lines("source");
    let last = told.split_off(told.len() - 2);
    assert_eq!(last, ["failed 2", "close Finished"]);
    told.sort();
    // Each is told of once.
    assert_eq!(
        told,
        ["acked 0", "acked 1", "acked 3", "acked 4", "activate"]
    );
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.timed_out), (4, 1, 1));
}

#[test]
fn the_host_replays_what_timed_out_and_gives_up() {
    let config = "message-timeout: 10s, max-replays: 3";
    let ran = held(config, "tracking: host", "rows: [2]");
    assert!(
        (40..=80).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (4, 1));
    assert_eq!((trees.replayed, trees.timed_out), (3, 4));
    assert_eq!(ran.component("hold").rows_in, 8);
}

/// Storm: testResetTimeout. Kept for 60 seconds, extended every five.
#[test]
fn a_row_whose_time_out_is_extended_does_not_fail() {
    let extended = "rows: [2], extend: true, release: 12";
    let ran = held("message-timeout: 10s", "tracking: ids", extended);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (5, 0));
    assert!(
        (55..=65).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );

    let not_extended = "rows: [2], release: 12";
    let ran = held("message-timeout: 10s", "tracking: ids", not_extended);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (4, 1));
}

/// Nothing is emitted before all tasks are prepared, so no row waits for that.
#[test]
fn the_time_in_which_a_bolt_is_prepared_is_counted_against_no_row() {
    let ran = Case::new(
        "
name: prepared-slowly
config: { message-timeout: 1s, max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 20000 } }
bolts:
  - { id: slow, component: relay, parallelism: 2, config: { prepare-wait: 4000 } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
  - { from: slow, to: print, grouping: { type: global } }
",
    )
    .run();
    assert_eq!(ran.elapsed.as_secs(), 4);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.timed_out), (20_000, 0, 0));
    assert_eq!(ran.numbers("print"), (0..20_000).collect::<Vec<_>>());
}

/// A bolt of half a second a row has work for 50 seconds: no row is lost, and none is worked on
/// without an end, so none is emitted a second time.
#[test]
fn rows_that_wait_for_a_slow_bolt_do_not_time_out() {
    let ran = Case::new(
        "
name: slow
config: { message-timeout: 3s, max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 100 } }
bolts:
  # One row a call, and a call ends within a time-out.
  - { id: slow, component: relay, config: { wait: 500 }, limits: { output-rows: 4 } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
  - { from: slow, to: print, grouping: { type: global } }
",
    )
    .run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.timed_out), (100, 0, 0));
    assert_eq!(ran.numbers("print"), (0..100).collect::<Vec<_>>());
    assert_eq!(ran.component("slow").rows_in, 100);
}

/// A bolt that is prepared again takes as long; rows wait in its mailbox, which is bounded.
#[test]
fn rows_that_wait_for_a_bolt_to_be_prepared_again_are_bounded_and_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    let ran = Case::new(
        "
name: prepared-again
config: { message-timeout: 30s, max-pending: null }
spouts:
  - { id: source, component: source, config: { rows: 20000 } }
bolts:
  - id: slow
    component: relay
    config: { prepare-wait: 4000, trap: [3000], unless: /dir/once, once-only: true }
    grants: { files: [{ host: ., guest: /dir, access: read-write }] }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
  - { from: slow, to: print, grouping: { type: global } }
",
    )
    .base_dir(dir.path())
    .run_with(async |control| {
        until(&control, |report| {
            let slow = component(report, "slow");
            assert!(slow.queued <= 2_048 + 512 + 1_024, "{}", slow.queued);
            report.trees.acked == 20_000
        })
        .await;
    });
    assert!(
        (8..=16).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.timed_out), (20_000, 0, 0));
    assert_eq!(ran.numbers("print"), (0..20_000).collect::<Vec<_>>());
}

/// Storm: testDisableTupleTimeout.
#[test]
fn without_a_time_out_a_row_may_take_for_ever() {
    let ran = held(
        "message-timeout: null, max-pending: null",
        "tracking: ids",
        "release: 1000",
    );
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (5, 0));
    assert!(ran.elapsed.as_secs() >= 4_995, "{:?}", ran.elapsed);
}
