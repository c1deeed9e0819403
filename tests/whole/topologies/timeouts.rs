//! Time-outs: a tree that is not complete in time fails, and not before.

use super::harness::{Case, Ran};

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
