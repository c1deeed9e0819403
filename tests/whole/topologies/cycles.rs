//! Cycles of streams are legal: they neither deadlock nor leak.

use stormcell_runtime::{Ending, Report};

use super::harness::{Case, component, errors, until};

/// Rows go round a bolt that sends to itself, then to one that prints them.
fn alone(config: &str, rows: u64, hop: &str) -> String {
    bounded(config, rows, hop, "1GiB")
}

/// The same, where the rows of the bolt may take so much memory.
fn bounded(config: &str, rows: u64, hop: &str, limit: &str) -> String {
    format!(
        "
name: cycle
config: {{ {config} }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows} }} }}
bolts:
  - {{ id: hop, component: hop, parallelism: 2, config: {{ {hop} }}, limits: {{ row-memory: {limit} }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: hop, grouping: {{ type: shuffle }} }}
  - {{ from: hop, to: hop, grouping: {{ type: shuffle }} }}
  - {{ from: hop, to: print, grouping: {{ type: shuffle, stream-id: done }} }}
"
    )
}

/// Two bolts that send to each other.
fn pair(rows: u64, first: &str, second: &str) -> String {
    format!(
        "
name: cycle-of-two
spouts:
  - {{ id: source, component: source, parallelism: 2, config: {{ rows: {rows} }} }}
bolts:
  - {{ id: first, component: hop, parallelism: 3, config: {{ {first} }} }}
  - {{ id: second, component: hop, parallelism: 2, config: {{ {second} }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: first, grouping: {{ type: shuffle }} }}
  - {{ from: first, to: second, grouping: {{ type: fields, args: [text] }} }}
  - {{ from: second, to: first, grouping: {{ type: shuffle }} }}
  - {{ from: first, to: print, grouping: {{ type: shuffle, stream-id: done }} }}
  - {{ from: second, to: print, grouping: {{ type: shuffle, stream-id: done }} }}
"
    )
}

fn all_acked(report: &Report, rows: u64) {
    assert_eq!(report.ending, Ending::Finished);
    let trees = report.trees;
    assert_eq!((trees.emitted, trees.acked), (rows, rows));
    assert_eq!((trees.failed, trees.replayed), (0, 0));
}

#[test]
fn a_bolt_may_send_to_itself() {
    let ran = Case::new(alone("", 5_000, "hops: 10")).run();
    all_acked(ran.report(), 5_000);
    assert_eq!(ran.component("hop").rows_in, 55_000);
    assert_eq!(ran.rows("print").len(), 5_000);
    assert_eq!(ran.elapsed.as_secs(), 0);
}

#[test]
fn two_bolts_may_send_to_each_other() {
    for parallel in [false, true] {
        let case = Case::new(pair(3_000, "hops: 20", ""));
        let ran = if parallel {
            case.run_parallel()
        } else {
            case.run()
        };
        all_acked(ran.report(), 6_000);
        assert_eq!(ran.component("first").rows_in, 66_000);
        assert_eq!(ran.component("second").rows_in, 60_000);
        assert_eq!(ran.rows("print").len(), 6_000);
    }
}

/// Each row becomes 1,024: far more than the queues that hold spouts back.
#[test]
fn a_cycle_that_multiplies_for_a_while_completes() {
    let ran = Case::new(alone("", 100, "hops: 10, copies: 2")).run_parallel();
    all_acked(ran.report(), 100);
    assert_eq!(ran.component("hop").rows_in, 100 * 2_047);
    assert_eq!(ran.rows("print").len(), 100 * 1_024);
}

/// With few rows pending, each multiplies on its way round two bolts.
#[test]
fn a_cycle_that_multiplies_completes_with_few_rows_pending() {
    for parallel in [false, true] {
        let text = pair(100, "hops: 8, copies: 2", "copies: 2").replace(
            "name: cycle-of-two",
            "name: cycle-of-two\nconfig: { max-pending: 5 }",
        );
        let case = Case::new(text);
        let pending = async |control| {
            until(&control, |report: &Report| {
                assert!(report.trees.pending <= 2 * 5, "{:?}", report.trees);
                report.trees.acked == 200
            })
            .await;
        };
        let ran = if parallel {
            case.run_parallel_with(pending)
        } else {
            case.run_with(pending)
        };
        all_acked(ran.report(), 200);
        // Each row becomes 2^8, half of the turns in each bolt.
        assert_eq!(ran.rows("print").len(), 200 * 256);
        assert_eq!(
            ran.component("first").rows_in,
            200 * (1 + 4 + 16 + 64 + 256)
        );
        assert_eq!(ran.component("second").rows_in, 200 * (2 + 8 + 32 + 128));
    }
}

/// Rows that pass the limit are refused, and their trees fail.
#[test]
fn a_cycle_that_multiplies_too_much_is_stopped_by_the_limit() {
    let text = bounded("max-replays: 1", 40, "hops: 14, copies: 2", "256KiB");
    let ran = Case::new(text).run();
    let trees = ran.report().trees;
    assert_eq!(trees.emitted, 40);
    assert_eq!(trees.acked + trees.failed, 40);
    assert!(trees.failed > 0, "{trees:?}");
    // Without the limit it would be 40 times 32,767, twice over.
    let hop = ran.component("hop");
    assert!(hop.rows_in < 1_000_000, "{}", hop.rows_in);
    let errors = errors(hop);
    assert!(errors.contains("rows for `hop` were refused"), "{errors}");
    assert!(
        errors.contains("more than 256KiB (limits.row-memory)"),
        "{errors}"
    );
    assert!(hop.refused > 0);
}

/// Such rows are in nobody's way when the topology is stopped.
#[test]
fn a_cycle_without_end_can_be_stopped() {
    const LIMIT: u64 = 1 << 20;
    for copies in [1, 2] {
        let config = "max-replays: 1, message-timeout: 300ms";
        let hop = format!("hops: 1, endless: true, copies: {copies}");
        let text = bounded(config, 10, &hop, "1MiB");
        let ran = Case::new(text).run_parallel_with(async move |control| {
            until(&control, |report| {
                let hop = component(report, "hop");
                // A row takes eight bytes at least.
                assert!(hop.queued < LIMIT / 8 + 4 * 1_024, "{}", hop.queued);
                match copies {
                    1 => report.trees.failed == 10,
                    // The spout is held back for good.
                    _ => hop.refused > 0 && hop.rows_in > 1_000_000,
                }
            })
            .await;
            control.stop();
        });
        assert_eq!(ran.report().ending, Ending::Stopped);
        // With copies, the spout may be held back before it has emitted all of its rows.
        let trees = ran.report().trees;
        assert_eq!(trees.failed, trees.tracked);
        assert!(ran.rows("print").is_empty());
    }
}
