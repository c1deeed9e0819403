//! What is shown of two moments: the latest counts, and the rates since the one before.

use stormcell_protocol::api::{TopologyDetail, TopologySummary};
use stormcell_protocol::{ComponentReport, TreeReport};
use stormcell_topology::ComponentKind;

use super::fetch::Snapshot;
use crate::commands::{list, show};
use crate::format;
use crate::table::Align;

/// A table, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows {
    /// The titles of the columns.
    pub(super) columns: Vec<(&'static str, Align)>,
    /// The cells.
    pub(super) rows: Vec<Vec<String>>,
}

fn dash() -> String {
    "-".to_owned()
}

/// How fast a count grew. Unknown if it was not there before, or if it shrank, as when
/// workers were started again.
fn rate(before: Option<u64>, now: u64, seconds: f64) -> String {
    match before.and_then(|before| now.checked_sub(before)) {
        Some(grown) if seconds > 0.0 => format::rounded(grown as f64 / seconds),
        _ => dash(),
    }
}

fn seconds(before: Option<&Snapshot>, now: &Snapshot) -> f64 {
    before.map_or(0.0, |before| {
        now.at.saturating_duration_since(before.at).as_secs_f64()
    })
}

/// A line for each topology.
pub(super) fn topologies(before: Option<&Snapshot>, now: &Snapshot) -> Rows {
    let columns = vec![
        ("topology", Align::Left),
        ("status", Align::Left),
        ("workers", Align::Right),
        ("tasks", Align::Right),
        ("emitted/s", Align::Right),
        ("acked/s", Align::Right),
        ("failed", Align::Right),
        ("in flight", Align::Right),
        ("", Align::Left),
    ];
    let seconds = seconds(before, now);
    let rows = now.topologies.iter().map(|topology| {
        let trees = |of: &TopologySummary| of.trees;
        let earlier = before
            .and_then(|before| before.topologies.iter().find(|t| t.name == topology.name))
            .and_then(trees);
        let rate_of = |count: fn(&TreeReport) -> u64| {
            topology.trees.as_ref().map_or_else(dash, |trees| {
                rate(earlier.as_ref().map(count), count(trees), seconds)
            })
        };
        let count = |count: fn(&TreeReport) -> u64| {
            let trees = topology.trees.as_ref();
            trees.map_or_else(dash, |trees| format::count(count(trees)))
        };
        vec![
            topology.name.clone(),
            list::status(topology.status).to_owned(),
            format!("{}/{}", topology.workers.up, topology.workers.planned),
            format::count(topology.tasks.into()),
            rate_of(|trees| trees.emitted),
            rate_of(|trees| trees.acked),
            count(|trees| trees.failed),
            count(|trees| trees.pending),
            list::short_note(topology),
        ]
    });
    Rows {
        columns,
        rows: rows.collect(),
    }
}

/// A line for each component of the topology that is looked at.
pub(super) fn components(before: Option<&Snapshot>, now: &Snapshot) -> Rows {
    let columns = vec![
        ("component", Align::Left),
        ("kind", Align::Left),
        ("tasks", Align::Right),
        ("in/s", Align::Right),
        ("out/s", Align::Right),
        ("busy %", Align::Right),
        ("queued", Align::Right),
        ("call p50 us", Align::Right),
        ("call p99 us", Align::Right),
        ("failed", Align::Right),
        ("waits", Align::Left),
    ];
    let seconds = seconds(before, now);
    let report = |detail: &TopologyDetail| detail.report.clone();
    let earlier = before
        .and_then(|before| before.detail.as_ref())
        .filter(|earlier| {
            let name = now.detail.as_ref().map(|detail| &detail.summary.name);
            Some(&earlier.summary.name) == name
        })
        .and_then(report);
    let report = now.detail.as_ref().and_then(report);
    let rows = report.iter().flat_map(|report| &report.components);
    let rows = rows.map(|component| {
        let earlier = earlier
            .iter()
            .flat_map(|report| &report.components)
            .find(|other| other.id == component.id);
        component_row(component, earlier, seconds)
    });
    Rows {
        columns,
        rows: rows.collect(),
    }
}

fn component_row(
    component: &ComponentReport,
    earlier: Option<&ComponentReport>,
    seconds: f64,
) -> Vec<String> {
    let of_calls = |micros: f64| {
        if component.calls == 0 {
            dash()
        } else {
            format::rounded(micros)
        }
    };
    let rows_in = match component.kind {
        ComponentKind::Spout => dash(),
        ComponentKind::Bolt => rate(earlier.map(|c| c.rows_in), component.rows_in, seconds),
    };
    vec![
        component.id.clone(),
        component.kind.to_string(),
        format::count(component.tasks.into()),
        rows_in,
        rate(earlier.map(|c| c.out), component.out, seconds),
        format!("{:.1}", component.busy_percent),
        format::count(component.queued),
        of_calls(component.call_p50_us),
        of_calls(component.call_p99_us),
        format::count(component.failed),
        component.waiting.clone().unwrap_or_default(),
    ]
}

/// A line for each worker of the topology that is looked at.
pub(super) fn workers(now: &Snapshot) -> Rows {
    let columns = vec![
        ("worker", Align::Right),
        ("state", Align::Left),
        ("for", Align::Right),
        ("tasks", Align::Right),
        ("restarts", Align::Right),
        ("memory", Align::Right),
    ];
    let rows = now.detail.iter().flat_map(|detail| {
        detail.workers.iter().map(|worker| {
            let tasks = detail.tasks.iter();
            let tasks = tasks.filter(|task| task.worker == worker.worker).count();
            vec![
                worker.worker.to_string(),
                show::state(worker.state).to_owned(),
                format::age(worker.seconds),
                format::count(tasks as u64),
                format::count(worker.restarts.into()),
                worker.memory.map_or_else(dash, format::size),
            ]
        })
    });
    Rows {
        columns,
        rows: rows.collect(),
    }
}
