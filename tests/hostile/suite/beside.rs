//! Those that do their work beside an attack: a spout of so many rows a second, two tasks
//! that pass them on, and one that counts them. Nothing of theirs may be lost.

use std::time::Duration;

use stormcell_runtime::{ComponentReport, Report};

/// Rows that the spout emits a second (`guests/honest/honest_source.rs`).
const RATE: f64 = 5_000.0;

/// The share of its rate that must come through. It is all of them on a machine that has
/// nothing else to do; what a busy one leaves is no matter of the host.
const SHARE: f64 = 0.1;

/// Rows that must come through after the attack.
const AFTER: u64 = 250;

pub(crate) const SPOUTS: &str =
    "  - { id: source, component: honest_source, grants: { clock: real } }\n";
pub(crate) const STREAMS: &str = "  - { from: source, to: pass, grouping: { type: shuffle } }
  - { from: pass, to: sink, grouping: { type: shuffle } }\n";

/// With so many tasks that pass rows on.
pub(crate) fn bolts(tasks: u32) -> String {
    format!(
        "  - {{ id: pass, component: honest_pass, parallelism: {tasks} }}
  - {{ id: sink, component: honest_sink }}\n"
    )
}

/// A topology of them alone.
pub(crate) fn alone() -> String {
    let bolts = bolts(2);
    format!("name: beside\nspouts:\n{SPOUTS}bolts:\n{bolts}streams:\n{STREAMS}")
}

/// Whether they have begun.
pub(crate) fn has_begun(report: &Report) -> bool {
    acked(report) > 0
}

/// How many of their rows have come through.
pub(crate) fn acked(report: &Report) -> u64 {
    component(report, "source").acked
}

/// Whether they have gone on since this report.
pub(crate) fn has_gone_on(since: &Report) -> impl Fn(&Report) -> bool + use<> {
    let before = acked(since);
    move |report| acked(report) >= before + AFTER
}

/// At the end: all that was emitted has come through, and nobody had an error.
pub(crate) fn lost_nothing(report: &Report) {
    all_came_through(report, ["source", "pass", "sink"]);
    for component in &report.components {
        assert_eq!(component.queued, 0, "{report:#?}");
    }
    assert_eq!(report.trees.pending, 0, "{report:#?}");
}

/// All that was emitted by the first of these has come through the second and was counted
/// by the third, and none of them had an error. Returns how many rows that are.
pub(crate) fn all_came_through(report: &Report, line: [&str; 3]) -> u64 {
    let [source, pass, sink] = line.map(|id| component(report, id));
    assert_eq!(source.acked, source.out - source.replayed, "{report:#?}");
    assert_eq!(source.failed, 0, "{report:#?}");
    let counted = sink.metrics.get("rows").copied().unwrap_or_default();
    assert!(counted >= source.acked as f64, "{report:#?}");
    if source.replayed == 0 {
        assert_eq!(counted, source.acked as f64, "{report:#?}");
    }
    for component in [source, pass, sink] {
        assert_eq!(component.restarts, 0, "{report:#?}");
        assert!(component.errors.is_empty(), "{report:#?}");
    }
    source.acked
}

/// Says how fast they were during the attack, and that they went on.
pub(crate) fn were_served(attack: &str, rows: u64, time: Duration) {
    let rate = rows as f64 / time.as_secs_f64().max(1e-3);
    println!("{attack}: {rate:.0} rows a second beside it, of {RATE}, for {time:.1?}");
    // A short time says little: rows come in batches.
    if time > Duration::from_millis(500) {
        assert!(
            rate > RATE * SHARE,
            "{attack}: {rate:.0} of {RATE} rows a second"
        );
    }
}

/// What a component did.
pub(crate) fn component<'r>(report: &'r Report, id: &str) -> &'r ComponentReport {
    let mut components = report.components.iter();
    components.find(|component| component.id == id).unwrap()
}
