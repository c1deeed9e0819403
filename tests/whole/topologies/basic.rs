//! The basic topology: words are counted exactly, however many tasks count.

use std::collections::BTreeMap;

use stormcell_runtime::Ending;

use super::harness::{Case, Ran};

const LINES: [&str; 5] = [
    "the cow jumped over the moon",
    "an apple a day keeps the doctor away",
    "four score and seven years ago",
    "",
    "snow white and the seven dwarfs",
];

/// A topology that counts the words of `rows` lines.
pub(crate) fn word_count(config: &str, rows: u64, counters: u32) -> String {
    let lines = serde_json::to_string(&LINES).unwrap();
    format!(
        "
name: word-count
config: {{ {config} }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows}, texts: {lines} }} }}
bolts:
  - {{ id: split, component: split, parallelism: 2 }}
  - {{ id: count, component: count, parallelism: {counters} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: split, grouping: {{ type: shuffle }} }}
  - {{ from: split, to: count, grouping: {{ type: fields, args: [text] }} }}
  - {{ from: count, to: print, grouping: {{ type: global }} }}
"
    )
}

/// What [`word_count`] prints: each word once, with its count.
pub(crate) fn counts(rows: u64) -> Vec<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in 0..rows as usize {
        for word in LINES[row % LINES.len()].split_whitespace() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut printed: Vec<_> = counts.iter().map(|(w, n)| format!("{n} {w}")).collect();
    printed.sort();
    printed
}

fn every_row_is_acked(ran: &Ran, rows: u64) {
    let report = ran.report();
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(report.trees.emitted, rows);
    assert_eq!(report.trees.acked, rows);
    assert_eq!((report.trees.failed, report.trees.replayed), (0, 0));
}

/// Storm: testBasicTopology. Every word is printed once, so all its rows went to one
/// task.
#[test]
fn words_are_counted_exactly_by_any_number_of_tasks() {
    for tasks in [1, 2, 7] {
        let ran = Case::new(word_count("", 1_000, tasks)).run_parallel();
        every_row_is_acked(&ran, 1_000);
        assert_eq!(ran.rows("print"), counts(1_000), "{tasks} tasks");
        assert_eq!(ran.component("split").rows_in, 1_000);
        assert_eq!(ran.component("split").out, ran.component("count").rows_in);
        assert_eq!(ran.lines_by_task("print").len(), 1);
    }
}

/// Storm: with no ackers a spout's rows count as processed when they are emitted.
#[test]
fn without_acking_ids_are_acked_at_once() {
    let ran = Case::new(
        "
name: unacked
config: { acking: false }
spouts:
  - id: source
    component: source
    config: { rows: 700, tracking: ids, tell: true }
    grants: { stdout: true }
bolts:
  - { id: relay, component: relay, parallelism: 2, config: { fail: [3] } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: global } }
",
    )
    .run();
    assert_eq!(ran.report().ending, Ending::Finished);
    assert_eq!(ran.report().trees.emitted, 700);
    let expected: Vec<i64> = (0..700).filter(|i| *i != 3).collect();
    assert_eq!(ran.numbers("print"), expected);
    let mut told = vec!["activate".to_owned()];
    told.extend((0..700).map(|id| format!("acked {id}")));
    told.push("close Finished".to_owned());
    assert_eq!(ran.lines("source"), told);
}

/// A row that reaches no task is complete at once (Storm acks it in the acker's
/// first message), and its spout need not wait for a time-out to learn of it.
#[test]
fn a_row_that_nobody_reads_is_acked_at_once() {
    for tracking in ["ids", "host"] {
        let ran = Case::new(format!(
            "
name: unread
config: {{ message-timeout: 30s }}
spouts:
  - id: source
    component: source
    config: {{ rows: 3, aside: true, tracking: {tracking} }}
bolts:
  - {{ id: relay, component: relay }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
"
        ))
        .run();
        every_row_is_acked(&ran, 3);
        assert!(ran.elapsed.as_secs() < 1, "{:?}", ran.elapsed);
    }
}

#[test]
fn a_thousand_tasks_start_and_end() {
    let ran = Case::new(
        "
name: wide
spouts:
  - { id: source, component: source, config: { rows: 20000 } }
bolts:
  - { id: relay, component: relay, parallelism: 1000 }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: fields, args: [i] } }
  - { from: relay, to: print, grouping: { type: global } }
",
    )
    .run_parallel();
    every_row_is_acked(&ran, 20_000);
    assert_eq!(ran.component("relay").tasks, 1000);
    assert_eq!(ran.numbers("print"), (0..20_000).collect::<Vec<i64>>());
}

/// What was printed without the grant vanished, and nobody knew.
#[test]
fn who_prints_without_the_grant_is_told_once() {
    let text = |tell: &str, grants: &str| {
        format!(
            "
name: prints
spouts:
  - id: source
    component: source
    parallelism: 2
    config: {{ rows: 10, tracking: ids, {tell}: true }}
    {grants}
bolts:
  - {{ id: relay, component: relay }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
"
        )
    };
    for tell in ["tell", "tell-errors"] {
        let ran = Case::new(text(tell, "")).run();
        assert_eq!(ran.report().trees.acked, 20);
        let warnings = ran.warnings("source");
        let [warning] = warnings.as_slice() else {
            panic!("{warnings:?}");
        };
        assert!(warning.contains("`stdout: true`"), "{warning}");
        assert!(ran.lines("source").is_empty());

        let ran = Case::new(text(tell, "grants: { stdout: true }")).run();
        assert!(ran.warnings("source").is_empty());
    }
    let ran = Case::new(text("tell", "grants: { stdout: true }")).run();
    assert!(!ran.lines("source").is_empty());
}
