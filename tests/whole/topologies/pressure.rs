//! Whatever the spouts could emit, the queues stay short.

use stormcell_runtime::Ending;

use super::harness::{Case, component, until};

/// 2,048 rows for each task hold a spout back, and what it emits in one call, 512,
/// may be on top.
#[test]
fn a_slow_bolt_holds_back_a_fast_spout() {
    let ran = Case::new(
        "
name: slow
config: { max-pending: null }
spouts:
  - { id: source, component: source, parallelism: 2 }
bolts:
  - { id: slow, component: relay, config: { work: 200 }, grants: { clock: real } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
",
    )
    .run_parallel_with(async |control| {
        until(&control, |report| {
            let slow = component(report, "slow");
            assert!(slow.queued <= 2_048 + 2 * 512, "{}", slow.queued);
            slow.rows_in > 5_000
        })
        .await;
        control.stop();
    });
    let report = ran.report();
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(report.trees.acked, report.trees.emitted);
}

/// A bolt waits as well: twice 2,048 rows hold it back, and one call of it, 1,024
/// rows tenfold, may be on top.
#[test]
fn a_slow_bolt_holds_back_a_bolt_that_multiplies() {
    let ran = Case::new(
        "
name: slow-at-the-end
config: { max-pending: null }
spouts:
  - { id: source, component: source }
bolts:
  - { id: many, component: relay, config: { copies: 10 } }
  - { id: slow, component: relay, config: { work: 50 }, grants: { clock: real } }
streams:
  - { from: source, to: many, grouping: { type: shuffle } }
  - { from: many, to: slow, grouping: { type: shuffle } }
",
    )
    .run_parallel_with(async |control| {
        until(&control, |report| {
            let (many, slow) = (component(report, "many"), component(report, "slow"));
            assert!(many.queued <= 2_048 + 512, "{}", many.queued);
            assert!(slow.queued <= 2 * 2_048 + 10 * 1_024, "{}", slow.queued);
            slow.rows_in > 40_000
        })
        .await;
        control.stop();
    });
    let report = ran.report();
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(report.trees.acked, report.trees.emitted);
}

/// Storm: topology.max.spout.pending.
#[test]
fn no_more_rows_are_pending_than_allowed() {
    let ran = Case::new(
        "
name: pending
config: { max-pending: 100 }
spouts:
  - { id: source, component: source, parallelism: 3, config: { rows: 500 } }
bolts:
  - { id: hold, component: hold, tick: 10ms, config: { release: 1 } }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
",
    )
    .run_with(async |control| {
        until(&control, |report| {
            assert!(report.trees.pending <= 300, "{:?}", report.trees);
            report.trees.acked == 1_500
        })
        .await;
    });
    assert_eq!(ran.report().trees.acked, 1_500);
}

/// The spout looked whether it could emit, and then again what kept it from that;
/// when a queue shrank between the two looks it slept until the next time-out.
/// Without one, a spout that misses the change sleeps for longer than a test lasts.
#[test]
fn a_spout_does_not_sleep_through_the_end_of_backpressure() {
    let ran = Case::new(
        "
name: awake
config: { acking: false, max-pending: null, message-timeout: null }
spouts:
  - { id: source, component: source, config: { rows: 2000000 } }
bolts:
  - { id: relay, component: relay }
  - { id: last, component: relay }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: last, grouping: { type: shuffle } }
",
    )
    .run_parallel();
    assert_eq!(ran.report().ending, Ending::Finished);
    assert_eq!(ran.component("last").rows_in, 2_000_000);
}
