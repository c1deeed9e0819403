//! How many faults the tasks of a topology may have, as a table.

use stormcell_topology::{Component, Restart, Topology, WhenSpent};

use crate::format;
use crate::table::{self, Align};

/// How many faults each task may have, and what becomes of it then.
pub(super) fn text(topology: &Topology) -> String {
    let columns = [
        ("faults of a task", Align::Left),
        ("budget", Align::Right),
        ("window", Align::Right),
        ("then", Align::Left),
    ];
    let rows = topology.components().iter().map(row);
    table::render(&columns, rows.collect())
}

fn row(component: &Component) -> Vec<String> {
    let Restart {
        budget,
        window,
        then,
    } = component.restart;
    let then = match then {
        WhenSpent::Quarantine => "quarantine",
        WhenSpent::Stop => "stop",
    };
    vec![
        component.id.clone(),
        format::count(budget.into()),
        format::setting(window),
        then.to_owned(),
    ]
}
