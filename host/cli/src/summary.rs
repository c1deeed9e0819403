//! What a topology did, in words: a table of the components, one line over all, and
//! the line that shows how far it is.

use std::time::Duration;

use stormcell_protocol::{
    ComponentReport, Ending, QuarantinedTask, ReplayedLetters, Report, TreeReport,
};
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
    if trees.emitted_again > 0 {
        text.push_str(&format!(
            ", {} of the failed emitted again by their spout and acked",
            format::count(trees.emitted_again)
        ));
    }
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
    if let Some(uncertain) = uncertain(trees) {
        text.push_str(&format!("counts: {uncertain}\n"));
    }
    for component in &report.components {
        let tasks = component.quarantined.iter().map(|q| q.task.to_string());
        let tasks: Vec<String> = tasks.collect();
        if !tasks.is_empty() {
            text.push_str(&format!(
                "quarantined: {} of component `{}` ({})\n",
                format::of(tasks.len() as u64, "task"),
                component.id,
                tasks.join(", ")
            ));
        }
    }
    text
}

/// What is not known of the rows; `None`: all counts are exact.
pub(crate) fn uncertain(trees: &TreeReport) -> Option<String> {
    let mut parts = Vec::new();
    if trees.unsettled > 0 {
        parts.push(format!(
            "what became of {} is not known, which were in flight when their worker ended",
            format::of(trees.unsettled, "spout row")
        ));
    }
    if trees.cut_off > 0 {
        parts.push(format!(
            "{} without a last report, so all counts are at least",
            match trees.cut_off {
                1 => "1 process of a worker ended".to_owned(),
                several => format!("{} processes of workers ended", format::count(several)),
            }
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
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

/// How many dead letters were stored, and the command to see them, with these options;
/// empty if none were.
pub(crate) fn dead_letters(report: &Report, options: &str) -> String {
    let letters = report.components.iter().map(|c| c.dead_letters).sum();
    if letters == 0 {
        return String::new();
    }
    format!(
        "{} stored; see `stormcell dead-letter list {}{options}`\n",
        format::of(letters, "dead letter"),
        report.topology,
    )
}

/// What became of dead letters that were replayed, and the command to see those that stay,
/// with these options; empty if none were.
pub(crate) fn replayed_letters(report: &Report, options: &str) -> String {
    let letters = &report.replayed_letters;
    if letters.all() == 0 {
        return String::new();
    }
    let mut text = format!("{}\n", replayed(letters));
    if letters.in_vain > 0 {
        text.push_str(&format!(
            "those stay, and say why; see `stormcell dead-letter list {}{options}`\n",
            report.topology
        ));
    }
    text
}

/// What became of dead letters that were replayed.
pub(crate) fn replayed(letters: &ReplayedLetters) -> String {
    format!(
        "{} replayed: {} processed, {} in vain",
        format::of(letters.all(), "dead letter"),
        format::count(letters.processed),
        format::count(letters.in_vain),
    )
}

/// Whether no row failed for good or became a dead letter, no dead letter was replayed in vain,
/// no tick and no end of a task failed, and no task was given up. Without acking nothing is
/// replayed, so what a bolt failed is lost.
pub(crate) fn is_lossless(report: &Report, acking: bool) -> bool {
    let failed_in_bolts = || {
        let bolts = report
            .components
            .iter()
            .filter(|component| component.kind == ComponentKind::Bolt);
        bolts.map(|bolt| bolt.failed).sum::<u64>()
    };
    report.trees.failed == report.trees.emitted_again
        && report.replayed_letters.in_vain == 0
        && (acking || failed_in_bolts() == 0)
        && report
            .components
            .iter()
            .all(|c| c.quarantined.is_empty() && c.dead_letters == 0 && c.failed_calls == 0)
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
            messages.push(shortened(
                &format!(
                    "component `{}`, task {}, {}: {}",
                    component.id,
                    error.task,
                    format::of(error.count, "time"),
                    error.message
                ),
                &error.detail,
            ));
        }
        if component.restarts > 0 {
            messages.push(format!(
                "component `{}` was restarted {}",
                component.id,
                format::of(component.restarts, "time")
            ));
        }
        for QuarantinedTask { task, reason } in &component.quarantined {
            let (message, detail) = reason.split_once('\n').unwrap_or((reason, ""));
            messages.push(shortened(
                &format!(
                    "component `{}`, task {task}: quarantined, it runs nothing any more: {message}",
                    component.id
                ),
                detail,
            ));
        }
    }
    messages
}

/// A message and as many lines of its detail as are of use.
fn shortened(message: &str, detail: &str) -> String {
    let mut text = message.to_owned();
    let mut lines = detail.lines();
    for line in lines.by_ref().take(ERROR_LINES) {
        text.push_str("\n  ");
        text.push_str(line);
    }
    let more = lines.count();
    if more > 0 {
        text.push_str(&format!("\n  ... and {more} more lines"));
    }
    text
}

#[cfg(test)]
mod tests;
