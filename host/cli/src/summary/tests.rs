use stormcell_protocol::{ErrorReport, ReplayedLetters, TreeReport};

use super::*;

fn component(id: &str, kind: ComponentKind) -> ComponentReport {
    ComponentReport {
        id: id.to_owned(),
        kind,
        tasks: 2,
        rows_in: 0,
        out: 789_684,
        acked: 31_102,
        failed: 0,
        replayed: 0,
        waiting: None,
        queued: 0,
        busy_percent: 47.26,
        calls: 12,
        call_p50_us: 1234.4,
        call_p99_us: 56_789.0,
        restarts: 0,
        quarantined: Vec::new(),
        dead_letters: 0,
        failed_calls: 0,
        refused: 0,
        metrics: std::collections::BTreeMap::new(),
        errors: Vec::new(),
    }
}

fn report() -> Report {
    Report {
        topology: "word-count".to_owned(),
        ending: Ending::Finished,
        elapsed_seconds: 4.2,
        rows_per_second: 195_432.1,
        spout_rows_per_second: 7405.0,
        replayed_letters: ReplayedLetters::default(),
        trees: TreeReport {
            emitted: 31_102,
            acked: 31_102,
            replayed: 312,
            ..TreeReport::default()
        },
        components: vec![
            ComponentReport {
                replayed: 312,
                ..component("verses", ComponentKind::Spout)
            },
            ComponentReport {
                rows_in: 31_102,
                ..component("split", ComponentKind::Bolt)
            },
            ComponentReport {
                calls: 0,
                ..component("idle", ComponentKind::Bolt)
            },
        ],
    }
}

#[test]
fn the_table_has_a_row_a_component_and_a_dash_where_nothing_applies() {
    assert_eq!(
        table(&report()),
        "\
component  kind   tasks      in      out   acked  failed  replayed  busy %  call p50 us  call p99 us
verses     spout      2       -  789,684  31,102       0       312    47.3        1,234       56,789
split      bolt       2  31,102  789,684  31,102       0         -    47.3        1,234       56,789
idle       bolt       2       0  789,684  31,102       0         -    47.3            -            -
"
    );
}

#[test]
fn metrics_are_shown_if_there_are_any() {
    let mut report = report();
    assert_eq!(metrics(&report), "");
    if let Some(split) = report.components.get_mut(1) {
        split.metrics.insert("bytes".to_owned(), 1_234_567.0);
        split.metrics.insert("ratio".to_owned(), 0.25);
    }
    assert_eq!(
        metrics(&report),
        "component  metric      value\nsplit      bytes   1,234,567\nsplit      ratio        0.25\n\n"
    );
}

#[test]
fn the_whole_is_told_in_two_lines() {
    assert_eq!(
        overall(&report(), true),
        "word-count finished after 4.20 s: 195,432 rows/s, 7,405 spout rows/s\n\
         spout rows: 31,102 emitted, 31,102 acked, 0 failed, 312 replayed, 0 dropped by --fault\n"
    );
    assert!(!overall(&report(), false).contains("--fault"));
}

#[test]
fn tasks_that_are_quarantined_are_told_and_count_as_a_failure() {
    let mut report = report();
    assert!(is_lossless(&report, true));
    if let Some(split) = report.components.get_mut(1) {
        split.quarantined.push(QuarantinedTask {
            task: 3,
            reason: "101 faults\n    in split::execute".to_owned(),
        });
    }
    assert!(!is_lossless(&report, true));
    assert!(
        overall(&report, false).ends_with("quarantined: 1 task of component `split` (3)\n"),
        "{}",
        overall(&report, false)
    );
    assert_eq!(
        errors(&report),
        [
            "component `split`, task 3: quarantined, it runs nothing any more: 101 faults\n      in split::execute"
        ]
    );
}

#[test]
fn a_failed_tick_loses_rows_and_a_row_that_its_spout_emitted_again_does_not() {
    let mut report = report();
    report.trees.failed = 3;
    assert!(!is_lossless(&report, true));
    report.trees.emitted_again = 3;
    assert!(is_lossless(&report, true));
    let said = "3 failed, 312 replayed, 3 of the failed emitted again by their spout and acked";
    let overall = overall(&report, false);
    assert!(overall.contains(said), "{overall}");
    if let Some(split) = report.components.get_mut(1) {
        split.failed_calls = 1;
    }
    assert!(!is_lossless(&report, true));
}

#[test]
fn errors_are_told_with_their_traceback() {
    let mut report = report();
    if let Some(split) = report.components.get_mut(1) {
        split.restarts = 1;
        split.errors.push(ErrorReport {
            task: 3,
            message: "ValueError: seven".to_owned(),
            detail: "Traceback:\n  File \"split.py\", line 7".to_owned(),
            count: 2,
        });
    }
    assert_eq!(
        errors(&report),
        [
            "component `split`, task 3, 2 times: ValueError: seven\n  Traceback:\n    File \"split.py\", line 7",
            "component `split` was restarted 1 time",
        ]
    );
}
