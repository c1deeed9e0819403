#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use stormcell_topology::ComponentKind;

use super::super::{Ending, QuarantinedTask, ReplayedLetters};
use super::*;

fn component(id: &str, tasks: u32, calls: u64) -> ComponentReport {
    ComponentReport {
        id: id.to_owned(),
        kind: ComponentKind::Bolt,
        tasks,
        rows_in: 10 * calls,
        out: calls,
        acked: calls,
        failed: 1,
        replayed: 0,
        waiting: None,
        queued: 3,
        busy_percent: 50.0,
        calls,
        call_p50_us: 10.0,
        call_p99_us: 20.0,
        restarts: 1,
        quarantined: vec![QuarantinedTask {
            task: calls as u32,
            reason: "too many faults".to_owned(),
        }],
        dead_letters: 2,
        failed_calls: 1,
        refused: 0,
        metrics: BTreeMap::from([("seen".to_owned(), 2.0)]),
        errors: Vec::new(),
    }
}

fn report(components: Vec<ComponentReport>) -> Report {
    Report {
        topology: "t".to_owned(),
        ending: Ending::Running,
        elapsed_seconds: 2.0,
        rows_per_second: 0.0,
        spout_rows_per_second: 0.0,
        replayed_letters: ReplayedLetters::default(),
        trees: TreeReport {
            emitted: 4,
            pending: 1,
            ..TreeReport::default()
        },
        components,
    }
}

#[test]
fn counts_are_summed_and_rates_follow_from_them() {
    let mut merged = report(vec![component("a", 1, 10)]);
    let mut other = report(vec![component("b", 1, 5), component("a", 3, 30)]);
    other.elapsed_seconds = 4.0;
    other.components[1].busy_percent = 90.0;
    other.components[1].call_p50_us = 30.0;
    other.components[1].call_p99_us = 15.0;
    merged.merge(&other);

    let a = &merged.components[0];
    assert_eq!((a.tasks, a.calls, a.rows_in, a.queued), (4, 40, 400, 6));
    assert_eq!((a.busy_percent, a.call_p50_us), (80.0, 25.0));
    assert_eq!(a.call_p99_us, 20.0, "the slower of the two");
    assert_eq!(a.metrics["seen"], 4.0);
    let quarantined: Vec<u32> = a.quarantined.iter().map(|q| q.task).collect();
    assert_eq!((quarantined, a.dead_letters), (vec![10, 30], 4));
    assert_eq!(merged.components[1].id, "b");
    assert_eq!((merged.trees.emitted, merged.trees.pending), (8, 2));
    assert_eq!(merged.elapsed_seconds, 4.0);
    assert_eq!(merged.rows_per_second, 450.0 / 4.0);
    assert_eq!(merged.spout_rows_per_second, 2.0);
}

#[test]
fn of_a_worker_that_has_ended_only_counts_are_left() {
    let ended = report(vec![component("a", 2, 10)]).ended(true);
    let a = &ended.components[0];
    assert_eq!((a.tasks, a.queued, a.busy_percent), (0, 0, 0.0));
    assert!(a.metrics.is_empty() && a.quarantined.is_empty());
    assert_eq!((a.calls, a.rows_in, a.dead_letters), (10, 100, 2));
    assert_eq!((ended.trees.pending, ended.trees.emitted), (0, 4));
}

#[test]
fn the_same_error_of_two_workers_is_one_and_the_newest_are_kept() {
    // Numbers do not count.
    let told = |n: usize| format!("error {}", "x".repeat(n));
    let error = |n: usize| ErrorReport {
        task: 1,
        message: told(n),
        detail: String::new(),
        count: 2,
    };
    let mut a = component("a", 1, 1);
    a.errors = (0..MAX_ERRORS).map(error).collect();
    let mut b = component("a", 1, 1);
    b.errors = vec![error(5), error(MAX_ERRORS)];
    a.merge(&b);
    assert_eq!(a.errors.len(), MAX_ERRORS);
    assert_eq!(a.errors[MAX_ERRORS - 2].message, told(5));
    assert_eq!(a.errors[MAX_ERRORS - 2].count, 4);
    assert_eq!(a.errors[0].message, told(1), "the oldest went");
}

#[test]
fn metrics_that_are_merged_stay_numbers_of_json() {
    let mut merged = component("a", 1, 1);
    merged.metrics = BTreeMap::from([("huge".to_owned(), f64::MAX)]);
    let other = merged.clone();
    merged.merge(&other);
    let json = serde_json::to_string(&merged).unwrap();
    assert_eq!(
        serde_json::from_str::<ComponentReport>(&json).unwrap(),
        merged
    );
}

/// Of the rows that are tracked, each is acked, failed, in flight or unsettled, whoever
/// ends and in whichever order reports are merged.
#[test]
fn rows_add_up_over_workers_that_end() {
    let report = |acked: u64, failed: u64, pending: u64| Report {
        trees: TreeReport {
            emitted: acked + failed + pending + 3,
            tracked: acked + failed + pending,
            acked,
            failed,
            pending,
            ..TreeReport::default()
        },
        ..report(Vec::new())
    };
    let ended = [(report(5, 1, 2), true), (report(7, 0, 3), false)];
    for order in [[0, 1], [1, 0]] {
        let mut merged = report(10, 2, 4);
        for at in order {
            let (report, last) = ended[at].clone();
            merged.merge(&report.ended(last));
        }
        let trees = merged.trees;
        assert_eq!((trees.emitted, trees.tracked), (43, 34));
        assert_eq!((trees.acked, trees.failed), (22, 3));
        assert_eq!((trees.pending, trees.unsettled, trees.cut_off), (4, 5, 1));
    }
}
