//! Trees whose rows are in several workers: what is acked, what fails, and that it ends.
//! What happens must not depend on how many workers there are.

use std::collections::BTreeMap;

use stormcell_protocol::{ComponentReport, Report};

use super::super::machine::Machine;
use super::super::simulation::{now, simulate};
use crate::topologies::acking::{DIAMOND, FAILS_ONCE, branches, self_anchor};

/// Rows, by how often they were printed, and the last report.
struct Ran {
    report: Report,
    printed: BTreeMap<i64, usize>,
    acked: usize,
    failed: Vec<i64>,
    seconds: u64,
}

/// Runs a topology to its end with this many workers.
fn run(text: &str, workers: u32) -> Ran {
    let text = text.to_owned();
    simulate(async move || {
        let machine = Machine::with(&text, workers).await;
        let begin = now();
        let detail = machine.until_finished().await;
        machine.checker.is_sound();
        assert_eq!(detail.summary.workers.planned, workers);
        let report = detail.report.expect("there is a last report");
        assert_eq!(report.trees.pending, 0, "{report:#?}");
        let printed = machine.checker.printed().into_iter();
        Ran {
            report,
            printed: printed
                .map(|(row, printed)| (row, printed.by.len()))
                .collect(),
            acked: machine.checker.acked(),
            failed: machine
                .checker
                .failed()
                .into_iter()
                .map(|(_, row)| row)
                .collect(),
            seconds: (now() - begin).as_secs(),
        }
    })
}

/// Runs it in one worker, and in several.
fn run_over_workers(text: &str, most: u32) -> [Ran; 2] {
    [run(text, 1), run(text, most)]
}

impl Ran {
    fn component(&self, id: &str) -> &ComponentReport {
        let components = &mut self.report.components.iter();
        components.find(|component| component.id == id).unwrap()
    }

    fn prints(&self) -> usize {
        self.printed.values().sum()
    }

    /// How many rows of spouts were emitted, acked and failed. None was replayed.
    fn trees(&self) -> (u64, u64, u64) {
        let trees = self.report.trees;
        assert_eq!(trees.replayed, 0);
        (trees.emitted, trees.acked, trees.failed)
    }
}

#[test]
fn trees_that_branch_and_meet_are_acked() {
    for ran in run_over_workers(&branches(300), 5) {
        assert_eq!(ran.trees(), (900, 900, 0));
        assert_eq!(ran.component("collect").rows_in, 2_100);
        assert_eq!(ran.component("collect").acked, 2_100);
        assert_eq!(ran.prints(), 1_400);
    }
}

/// Seven rows meet in threes: one is left over, and only its tree is not complete.
#[test]
fn a_row_that_is_left_over_fails_its_tree_only() {
    for ran in run_over_workers(&branches(1), 5) {
        assert_eq!(ran.trees(), (3, 2, 1));
        assert_eq!(ran.report.trees.timed_out, 1);
        assert!((10..25).contains(&ran.seconds), "{} s", ran.seconds);
    }
}

#[test]
fn a_diamond_is_acked() {
    for ran in run_over_workers(DIAMOND, 4) {
        assert_eq!(ran.trees(), (1_000, 1_000, 0));
        assert_eq!(ran.prints(), 500);
    }
}

#[test]
fn a_row_anchored_twice_to_the_same_is_acked() {
    for anchors in [2, 3] {
        for ran in run_over_workers(&self_anchor(anchors), 3) {
            assert_eq!(ran.trees(), (100, 100, 0));
            assert_eq!(ran.prints(), 100);
        }
    }
}

/// One row of a tree that fails is enough, and the rest is told to nobody.
#[test]
fn a_tree_fails_once_however_many_of_its_rows_fail() {
    for ran in run_over_workers(FAILS_ONCE, 4) {
        assert_eq!(ran.trees(), (3, 2, 1));
        assert_eq!((ran.acked, &ran.failed[..]), (2, &[1][..]));
        assert_eq!(ran.printed, BTreeMap::from([(0, 5), (2, 5)]));
        let errors = &ran.component("lossy").errors;
        assert!(errors[0].message.contains("row 1 is failed"), "{errors:?}");
    }
}

/// What a bolt in another worker fails is emitted again by the host.
#[test]
fn rows_that_trap_elsewhere_are_replayed_and_then_given_up() {
    let text = "
name: traps
config: { max-replays: 2 }
spouts:
  - { id: source, component: source, config: { rows: 200 } }
bolts:
  - { id: relay, component: relay, config: { trap: [50, 150] } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: shuffle } }
";
    for ran in run_over_workers(text, 3) {
        let trees = ran.report.trees;
        assert_eq!((trees.emitted, trees.acked, trees.failed), (200, 198, 2));
        assert_eq!(trees.replayed, 4);
        let expected = (0..200).filter(|row| ![50, 150].contains(row));
        assert_eq!(ran.printed, expected.map(|row| (row, 1)).collect());
    }
}

/// What is known of a row that timed out: its task, if that is in the worker of the spout, and
/// else the workers that it went to.
#[test]
fn a_time_out_names_the_task_or_the_workers_that_have_the_row() {
    let text = "
name: late
config: { max-replays: 0, message-timeout: 10s }
spouts:
  - { id: source, component: source, config: { rows: 5 } }
bolts:
  - { id: hold, component: hold, config: { rows: [2] } }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
";
    let expected = [
        "kept by `hold`, task",
        "in no task of the worker of the spout, but sent to worker",
    ];
    for (ran, expected) in run_over_workers(text, 2).iter().zip(expected) {
        assert_eq!(ran.trees(), (5, 4, 1));
        assert_eq!(ran.report.trees.timed_out, 1);
        let errors = &ran.component("source").errors;
        let said = &errors[0].message;
        assert!(said.contains("1 rows timed out"), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

/// Those of a spout in another worker as well.
#[test]
fn rows_that_wait_for_a_slow_bolt_do_not_time_out_over_workers() {
    let text = "
name: slow
config: { max-replays: 0, message-timeout: 3s }
spouts:
  - { id: source, component: source, config: { rows: 60 } }
bolts:
  - { id: slow, component: relay, config: { wait: 500 }, limits: { output-rows: 4 } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
  - { from: slow, to: print, grouping: { type: global } }
";
    for ran in run_over_workers(text, 3) {
        assert_eq!(ran.trees(), (60, 60, 0));
        assert_eq!(ran.report.trees.timed_out, 0);
        assert_eq!(ran.component("slow").rows_in, 60);
        assert_eq!(ran.prints(), 60);
    }
}

/// Rows go round over workers, forty hops each.
#[test]
fn bolts_in_different_workers_may_send_to_each_other() {
    let text = "
name: cycle
spouts:
  - { id: source, component: source, parallelism: 2, config: { rows: 500 } }
bolts:
  - { id: first, component: hop, parallelism: 3, config: { hops: 20 } }
  - { id: second, component: hop, parallelism: 2 , config: {} }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: first, grouping: { type: shuffle } }
  - { from: first, to: second, grouping: { type: fields, args: [text] } }
  - { from: second, to: first, grouping: { type: shuffle } }
  - { from: first, to: print, grouping: { type: shuffle, stream-id: done } }
  - { from: second, to: print, grouping: { type: shuffle, stream-id: done } }
";
    for ran in run_over_workers(text, 4) {
        assert_eq!(ran.trees(), (1_000, 1_000, 0));
        assert_eq!(ran.component("first").rows_in, 11_000);
        assert_eq!(ran.component("second").rows_in, 10_000);
        assert_eq!(ran.prints(), 1_000);
    }
}

/// Each row becomes 1,024: far more than what holds spouts back, in every worker.
#[test]
fn a_cycle_over_workers_that_multiplies_for_a_while_completes() {
    let text = "
name: multiplied
spouts:
  - { id: source, component: source, config: { rows: 100 } }
bolts:
  - { id: hop, component: hop, parallelism: 4, config: { hops: 10, copies: 2 } }
  - { id: print, component: print, parallelism: 2, grants: { stdout: true } }
streams:
  - { from: source, to: hop, grouping: { type: shuffle } }
  - { from: hop, to: hop, grouping: { type: none } }
  - { from: hop, to: print, grouping: { type: shuffle, stream-id: done } }
";
    for ran in run_over_workers(text, 4) {
        assert_eq!(ran.trees(), (100, 100, 0));
        assert_eq!(ran.component("hop").rows_in, 100 * 2_047);
        assert_eq!(ran.prints(), 100 * 1_024);
    }
}

/// What bolts emit when they are closed flows on to other workers, before anything there
/// is closed.
#[test]
fn what_is_emitted_at_the_end_arrives_in_other_workers() {
    let text = "
name: counted
spouts:
  - { id: source, component: source, config: { rows: 900, texts: [a, b, c] } }
bolts:
  - { id: count, component: count, parallelism: 3 }
  - { id: relay, component: relay, parallelism: 2 }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: count, grouping: { type: fields, args: [text] } }
  - { from: count, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: shuffle } }
";
    for ran in run_over_workers(text, 5) {
        assert_eq!(ran.trees(), (900, 900, 0));
        assert_eq!(ran.printed, BTreeMap::from([(300, 3)]));
    }
}
