//! What the tasks of a topology may use, as tables.

use std::time::Duration;

use stormcell_topology::{Component, Limits, Topology};

use crate::format;
use crate::table::{self, Align};

/// What a task may use, and what its rows may be.
pub(super) fn text(topology: &Topology) -> String {
    let of = |row: fn(&Component) -> Vec<String>| topology.components().iter().map(row).collect();
    let tasks = table::render(
        &columns(
            "limits of a task",
            [
                "memory",
                "call time",
                "host time",
                "cpu share",
                "log a second",
                "random a second",
                "resources",
            ],
        ),
        of(task),
    );
    let rows = table::render(
        &columns(
            "limits of its rows",
            [
                "output rows",
                "output size",
                "value size",
                "json depth",
                "row memory",
                "max pending",
                "timeout",
                "max replays",
                "same exceptions",
                "tick",
            ],
        ),
        of(rows),
    );
    let calls = |component: &&Component| component.grants.http.is_some();
    let calls: Vec<_> = topology
        .components()
        .iter()
        .filter(calls)
        .map(http)
        .collect();
    if calls.is_empty() {
        return format!("{tasks}\n{rows}");
    }
    let calls = table::render(
        &columns(
            "limits of its HTTP calls",
            [
                "connections",
                "requests a second",
                "bytes a second",
                "request size",
                "response size",
            ],
        ),
        calls,
    );
    format!("{tasks}\n{rows}\n{calls}")
}

fn columns<const N: usize>(
    first: &'static str,
    others: [&'static str; N],
) -> Vec<(&'static str, Align)> {
    let others = others.map(|name| (name, Align::Right));
    [(first, Align::Left)].into_iter().chain(others).collect()
}

fn task(component: &Component) -> Vec<String> {
    let Limits {
        memory,
        call_time,
        host_time,
        cpu_share,
        log_bytes,
        random_bytes,
        resources,
        ..
    } = &component.limits;
    vec![
        component.id.clone(),
        format::size(*memory),
        format::setting(*call_time),
        format::setting(*host_time),
        cpu_share.to_string(),
        format::size(*log_bytes),
        format::size(*random_bytes),
        format::count((*resources).into()),
    ]
}

fn http(component: &Component) -> Vec<String> {
    let Limits {
        http_connections,
        http_requests,
        http_bytes,
        http_request_bytes,
        http_response_bytes,
        ..
    } = &component.limits;
    vec![
        component.id.clone(),
        format::count((*http_connections).into()),
        format::count((*http_requests).into()),
        format::size(*http_bytes),
        format::size(*http_request_bytes),
        format::size(*http_response_bytes),
    ]
}

fn rows(component: &Component) -> Vec<String> {
    let Limits {
        output_rows,
        output_bytes,
        value_bytes,
        json_depth,
        row_memory,
        ..
    } = &component.limits;
    let none = || "none".to_owned();
    let dash = || "-".to_owned();
    let time = |time: Option<Duration>| time.map_or_else(none, format::setting);
    let spout = component.spout.as_ref();
    vec![
        component.id.clone(),
        format::count(*output_rows),
        format::size(*output_bytes),
        format::size(*value_bytes),
        format::count((*json_depth).into()),
        format::size(*row_memory),
        spout.map_or_else(dash, |s| {
            s.max_pending
                .map_or_else(none, |pending| format::count(pending.into()))
        }),
        spout.map_or_else(dash, |s| time(s.message_timeout)),
        spout.map_or_else(dash, |s| format::count(s.max_replays.into())),
        spout.map_or_else(dash, |s| {
            s.same_exceptions
                .map_or_else(none, |times| format::count(times.into()))
        }),
        spout.map_or_else(|| time(component.tick), |_| dash()),
    ]
}
