//! What a topology did, in words: a table of the components, one line over all, and
//! the line that shows how far it is.

use std::time::Duration;

use stormcell_protocol::{ComponentReport, Ending, Report};
use stormcell_topology::ComponentKind;

use crate::format;
use crate::table::{self, Align};

/// How many lines of an error are shown.
const ERROR_LINES: usize = 40;

/// What each component did.
pub(crate) fn table(report: &Report) -> String {
    let columns = [
        ("component", Align::Left),
        ("kind", Align::Left),
        ("tasks", Align::Right),
        ("in", Align::Right),
        ("out", Align::Right),
        ("acked", Align::Right),
        ("failed", Align::Right),
        ("replayed", Align::Right),
        ("busy %", Align::Right),
        ("call p50 us", Align::Right),
        ("call p99 us", Align::Right),
    ];
    table::render(&columns, report.components.iter().map(row).collect())
}

fn row(component: &ComponentReport) -> Vec<String> {
    let is_spout = component.kind == ComponentKind::Spout;
    let only = |applies: bool, number: u64| {
        if applies {
            format::count(number)
        } else {
            "-".to_owned()
        }
    };
    let of_calls = |micros: f64| {
        if component.calls == 0 {
            "-".to_owned()
        } else {
            format::rounded(micros)
        }
    };
    vec![
        component.id.clone(),
        component.kind.to_string(),
        format::count(component.tasks.into()),
        only(!is_spout, component.rows_in),
        format::count(component.out),
        format::count(component.acked),
        format::count(component.failed),
        only(is_spout, component.replayed),
        format!("{:.1}", component.busy_percent),
        of_calls(component.call_p50_us),
        of_calls(component.call_p99_us),
    ]
}

/// The components' own counters and gauges; empty if there are none.
pub(crate) fn metrics(report: &Report) -> String {
    let columns = [
        ("component", Align::Left),
        ("metric", Align::Left),
        ("value", Align::Right),
    ];
    let rows: Vec<Vec<String>> = report
        .components
        .iter()
        .flat_map(|component| {
            component.metrics.iter().map(|(name, value)| {
                let whole = value.fract() == 0.0 && (0.0..1e15).contains(value);
                let value = if whole {
                    format::rounded(*value)
                } else {
                    value.to_string()
                };
                vec![component.id.clone(), name.clone(), value]
            })
        })
        .collect();
    if rows.is_empty() {
        String::new()
    } else {
        format!("{}\n", table::render(&columns, rows))
    }
}

/// The run as a whole.
pub(crate) fn overall(report: &Report, with_fault: bool) -> String {
    let ending = match report.ending {
        Ending::Finished => "finished",
        Ending::Stopped => "stopped",
        Ending::Running => "running",
    };
    let elapsed = Duration::try_from_secs_f64(report.elapsed_seconds).unwrap_or_default();
    let trees = &report.trees;
    let mut text = format!(
        "{} {ending} after {}: {} rows/s, {} spout rows/s\n\
         spout rows: {} emitted, {} acked, {} failed, {} replayed",
        report.topology,
        format::duration(elapsed),
        format::rounded(report.rows_per_second),
        format::rounded(report.spout_rows_per_second),
        format::count(trees.emitted),
        format::count(trees.acked),
        format::count(trees.failed),
        format::count(trees.replayed),
    );
    if trees.timed_out > 0 {
        text.push_str(&format!(
            ", {} not complete in time",
            format::count(trees.timed_out)
        ));
    }
    if trees.pending > 0 {
        text.push_str(&format!(
            ", {} still in flight",
            format::count(trees.pending)
        ));
    }
    if with_fault || trees.dropped_by_fault > 0 {
        text.push_str(&format!(
            ", {} dropped by --fault",
            format::count(trees.dropped_by_fault)
        ));
    }
    text.push('\n');
    text
}

/// Everything that is printed when a topology has ended.
pub(crate) fn whole(report: &Report, with_fault: bool) -> String {
    format!(
        "{}\n{}{}",
        table(report),
        metrics(report),
        overall(report, with_fault)
    )
}

/// Whether no row failed for good. Without acking nothing is replayed, so what a
/// bolt failed is lost.
pub(crate) fn is_lossless(report: &Report, acking: bool) -> bool {
    let failed_in_bolts = || {
        let bolts = report
            .components
            .iter()
            .filter(|component| component.kind == ComponentKind::Bolt);
        bolts.map(|bolt| bolt.failed).sum::<u64>()
    };
    report.trees.failed == 0 && (acking || failed_in_bolts() == 0)
}

/// How far a topology is, in one line.
pub(crate) fn progress(report: &Report) -> String {
    let trees = &report.trees;
    let mut line = format!(
        "{}: {}, {} acked, {} in flight",
        report.topology,
        format::of(trees.emitted, "spout row"),
        format::count(trees.acked),
        format::count(trees.pending),
    );
    for (number, what) in [(trees.replayed, "replayed"), (trees.failed, "failed")] {
        if number > 0 {
            line.push_str(&format!(", {} {what}", format::count(number)));
        }
    }
    line.push_str(&format!(
        ", {} rows/s",
        format::rounded(report.rows_per_second)
    ));
    for component in &report.components {
        if let Some(reason) = &component.waiting {
            line.push_str(&format!("; {} waits: {reason}", component.id));
        }
    }
    line
}

/// The last errors of each component, and how often it was restarted.
pub(crate) fn errors(report: &Report) -> Vec<String> {
    let mut messages = Vec::new();
    for component in &report.components {
        for error in &component.errors {
            let mut text = format!(
                "component `{}`, task {}, {}: {}",
                component.id,
                error.task,
                format::of(error.count, "time"),
                error.message
            );
            let mut lines = error.detail.lines();
            for line in lines.by_ref().take(ERROR_LINES) {
                text.push_str("\n  ");
                text.push_str(line);
            }
            let more = lines.count();
            if more > 0 {
                text.push_str(&format!("\n  ... and {more} more lines"));
            }
            messages.push(text);
        }
        if component.restarts > 0 {
            messages.push(format!(
                "component `{}` was restarted {}",
                component.id,
                format::of(component.restarts, "time")
            ));
        }
    }
    messages
}

#[cfg(test)]
mod tests;
