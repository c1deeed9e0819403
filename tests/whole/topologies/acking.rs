//! Trees: a row of a spout is acked when all that grew from it is, and not before.

use super::harness::{Case, Ran, component, errors};

fn trees(ran: &Ran) -> (u64, u64, u64) {
    let trees = ran.report().trees;
    assert_eq!(trees.replayed, 0);
    (trees.emitted, trees.acked, trees.failed)
}

/// Storm: testAcking. Branches of 2, 4 and 1 meet in threes and branch again.
pub(crate) fn branches(rows: u64) -> String {
    format!(
        "
name: acking
config: {{ max-replays: 0, message-timeout: 10s }}
spouts:
  - {{ id: s1, component: source, config: {{ rows: {rows} }} }}
  - {{ id: s2, component: source, config: {{ rows: {rows}, tracking: ids }} }}
  - {{ id: s3, component: source, config: {{ rows: {rows} }} }}
bolts:
  - {{ id: b1, component: relay, config: {{ copies: 2 }} }}
  - {{ id: b2, component: relay, config: {{ copies: 4 }} }}
  - {{ id: b3, component: relay }}
  - {{ id: collect, component: collect, config: {{ rows: 3 }} }}
  - {{ id: branch, component: relay, config: {{ copies: 2 }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: s1, to: b1, grouping: {{ type: shuffle }} }}
  - {{ from: s2, to: b2, grouping: {{ type: shuffle }} }}
  - {{ from: s3, to: b3, grouping: {{ type: shuffle }} }}
  - {{ from: b1, to: collect, grouping: {{ type: shuffle }} }}
  - {{ from: b2, to: collect, grouping: {{ type: shuffle }} }}
  - {{ from: b3, to: collect, grouping: {{ type: shuffle }} }}
  - {{ from: collect, to: branch, grouping: {{ type: shuffle }} }}
  - {{ from: branch, to: print, grouping: {{ type: shuffle }} }}
"
    )
}

#[test]
fn trees_that_branch_and_meet_are_acked() {
    let ran = Case::new(branches(300)).run();
    assert_eq!(trees(&ran), (900, 900, 0));
    assert_eq!(ran.component("collect").rows_in, 2_100);
    // What was kept and acked in a later call is counted as well.
    assert_eq!(ran.component("collect").acked, 2_100);
    assert_eq!(ran.rows("print").len(), 1_400);
    assert_eq!(ran.elapsed.as_secs(), 0);
}

/// Seven rows meet in threes: one is left over, and only its tree is not complete.
#[test]
fn a_row_that_is_left_over_fails_its_tree_only() {
    let ran = Case::new(branches(1)).run();
    assert_eq!(trees(&ran), (3, 2, 1));
    assert_eq!(ran.report().trees.timed_out, 1);
}

/// Storm: testAckBranching. Rows part, and meet as anchors of one row.
pub(crate) const DIAMOND: &str = "
name: diamond
config: { max-replays: 0, message-timeout: 10s }
spouts:
  - { id: source, component: source, config: { rows: 1000 } }
bolts:
  - { id: left, component: relay, parallelism: 2 }
  - { id: right, component: relay }
  - { id: collect, component: collect, config: { rows: 4 } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: left, grouping: { type: shuffle } }
  - { from: source, to: right, grouping: { type: shuffle } }
  - { from: left, to: collect, grouping: { type: shuffle } }
  - { from: right, to: collect, grouping: { type: shuffle } }
  - { from: collect, to: print, grouping: { type: shuffle } }
";

#[test]
fn a_diamond_is_acked() {
    let ran = Case::new(DIAMOND).run();
    assert_eq!(trees(&ran), (1_000, 1_000, 0));
    assert_eq!(ran.rows("print").len(), 500);
    assert_eq!(ran.elapsed.as_secs(), 0);
}

/// Storm: testAckingSelfAnchor. Each row is anchored so many times to the same.
pub(crate) fn self_anchor(anchors: u32) -> String {
    format!(
        "
name: self-anchor
spouts:
  - {{ id: source, component: source, config: {{ rows: 100 }} }}
bolts:
  - {{ id: relay, component: relay, config: {{ anchors: {anchors} }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: print, grouping: {{ type: shuffle }} }}
"
    )
}

#[test]
fn a_row_anchored_twice_to_the_same_is_acked() {
    for anchors in [2, 3] {
        let ran = Case::new(self_anchor(anchors)).run();
        assert_eq!(trees(&ran), (100, 100, 0));
        assert_eq!(ran.elapsed.as_secs(), 0);
    }
}

/// Nobody hears of the fate of a row that is not anchored.
#[test]
fn unanchored_rows_are_not_replayed() {
    let ran = Case::new(
        "
name: unanchored
spouts:
  - { id: source, component: source, config: { rows: 100 } }
bolts:
  - { id: relay, component: relay, config: { anchors: 0 } }
  - { id: lossy, component: relay, config: { fail: [1, 2], trap: [50] } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: lossy, grouping: { type: shuffle } }
  - { from: lossy, to: print, grouping: { type: shuffle } }
",
    )
    .run();
    assert_eq!(trees(&ran), (100, 100, 0));
    assert_eq!(ran.component("lossy").failed, 3);
    let expected: Vec<i64> = (0..100).filter(|i| ![1, 2, 50].contains(i)).collect();
    assert_eq!(ran.numbers("print"), expected);
}

/// Rows that this bolt emits go to one that fails the row with this number. Returns what the
/// spout is told of its six rows, sorted.
fn told_of_anchored_to(bolt: &str, failed: u32) -> Vec<String> {
    let ran = Case::new(format!(
        "
name: anchored
config: {{ max-replays: 0 }}
spouts:
  - id: source
    component: source
    config: {{ rows: 6, tracking: ids, tell: true }}
    grants: {{ stdout: true }}
bolts:
  - {{ id: emits, {bolt} }}
  - {{ id: lossy, component: relay, config: {{ fail: [{failed}] }} }}
streams:
  - {{ from: source, to: emits, grouping: {{ type: shuffle }} }}
  - {{ from: emits, to: lossy, grouping: {{ type: shuffle }} }}
"
    ))
    .run();
    assert_eq!(ran.component("lossy").failed, 1);
    let mut told = ran.lines("source");
    told.retain(|line| line.starts_with("acked ") || line.starts_with("failed "));
    told.sort();
    told
}

#[test]
fn what_fails_below_fails_exactly_the_rows_that_it_is_anchored_to() {
    let none = told_of_anchored_to("component: relay, config: { anchors: 0 }", 3);
    assert_eq!(
        none,
        [
            "acked 0", "acked 1", "acked 2", "acked 3", "acked 4", "acked 5"
        ]
    );
    let one = told_of_anchored_to("component: relay, config: { anchors: 1 }", 3);
    assert_eq!(
        one,
        [
            "acked 0", "acked 1", "acked 2", "acked 4", "acked 5", "failed 3"
        ]
    );
    // Two rows become one, with the number of the second.
    let two = told_of_anchored_to("component: collect, config: { rows: 2 }", 3);
    assert_eq!(
        two,
        [
            "acked 0", "acked 1", "acked 4", "acked 5", "failed 2", "failed 3"
        ]
    );
}

/// The rows that a failed row was anchored to are replayed, and no others.
#[test]
fn the_host_replays_exactly_the_rows_that_a_failed_one_is_anchored_to() {
    for (bolt, replayed) in [
        ("component: relay, config: { anchors: 0 }", 0),
        ("component: relay, config: { anchors: 1 }", 1),
        ("component: collect, config: { rows: 2 }", 2),
    ] {
        let ran = Case::new(format!(
            "
name: anchored
config: {{ max-replays: 3 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: 6 }} }}
bolts:
  - {{ id: emits, {bolt} }}
  - {{ id: lossy, component: relay, config: {{ fail: [3] }} }}
streams:
  - {{ from: source, to: emits, grouping: {{ type: shuffle }} }}
  - {{ from: emits, to: lossy, grouping: {{ type: shuffle }} }}
"
        ))
        .run();
        let trees = ran.report().trees;
        assert_eq!(
            (trees.acked, trees.failed),
            (6 - replayed, replayed),
            "{bolt}"
        );
        assert_eq!(trees.replayed, 3 * replayed, "{bolt}");
    }
}

/// How many rows one row is anchored to, as a bolt that aggregates a window does.
const WINDOW: u64 = 5_000;

/// Two rows that are anchored to so many each go to a bolt that fails one of them.
fn windows(fail: &str) -> Ran {
    Case::new(format!(
        "
name: windows
config: {{ max-replays: 0, max-pending: 20000 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {} }} }}
bolts:
  - {{ id: window, component: collect, config: {{ rows: {WINDOW} }} }}
  - {{ id: below, component: relay, config: {{ fail: [{fail}] }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: window, grouping: {{ type: shuffle }} }}
  - {{ from: window, to: below, grouping: {{ type: shuffle }} }}
  - {{ from: below, to: print, grouping: {{ type: shuffle }} }}
",
        2 * WINDOW
    ))
    .run()
}

#[test]
fn a_row_that_is_anchored_to_thousands_is_acked() {
    let ran = windows("");
    assert_eq!(trees(&ran), (2 * WINDOW, 2 * WINDOW, 0));
    assert_eq!(ran.numbers("print"), [4_999, 9_999]);
    assert_eq!(ran.elapsed.as_secs(), 0);
}

#[test]
fn a_row_that_is_anchored_to_thousands_fails_all_of_them_and_no_other() {
    let ran = windows("4999");
    assert_eq!(trees(&ran), (2 * WINDOW, WINDOW, WINDOW));
    assert_eq!(ran.numbers("print"), [9_999]);
    assert_eq!(ran.elapsed.as_secs(), 0);
    // One row failed there, whatever it was anchored to.
    assert_eq!(ran.component("below").failed, 1);
}

/// Rows that are acked calls later, one by one.
#[test]
fn rows_may_be_acked_in_later_calls() {
    let ran = Case::new(
        "
name: deferred
config: { message-timeout: 30s }
spouts:
  - { id: source, component: source, config: { rows: 2000 } }
bolts:
  - { id: hold, component: hold, parallelism: 2, tick: 1s, config: { release: 3 } }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
",
    )
    .options(|options| options.max_pending = Some(500))
    .run();
    assert_eq!(trees(&ran), (2_000, 2_000, 0));
    assert_eq!(component(ran.report(), "hold").acked, 2_000);
    // Four times 500 rows, each held for three ticks.
    assert!(
        (9..=13).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );
}

/// One of three trees has rows that fail, all five of them.
pub(crate) const FAILS_ONCE: &str = "
name: fails-once
spouts:
  - id: source
    component: source
    config: { rows: 3, tracking: ids, tell: true }
    grants: { stdout: true }
bolts:
  - { id: relay, component: relay, config: { copies: 5 } }
  - { id: lossy, component: relay, parallelism: 2, config: { fail: [1] } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: lossy, grouping: { type: shuffle } }
  - { from: lossy, to: print, grouping: { type: shuffle } }
";

/// One row of a tree that fails is enough, and the rest is told to nobody.
#[test]
fn a_tree_fails_once_however_many_of_its_rows_fail() {
    let ran = Case::new(FAILS_ONCE).run();
    assert_eq!(trees(&ran), (3, 2, 1));
    let mut told = ran.lines("source");
    told.sort();
    let expected = [
        "acked 0",
        "acked 2",
        "activate",
        "close Finished",
        "failed 1",
    ];
    assert_eq!(told, expected);
    assert!(errors(ran.component("lossy")).contains("row 1 is failed"));
}
