//! Spouts and bolts by themselves: ids, tasks, limits.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::shape::STAND_IN;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::{Entry, LimitsEntry, TopologyFile};
use crate::model::{ComponentKind, Limits};
use crate::source::{Document, Pointer};
use crate::units::{Period, Size};

/// A topology has at most this many tasks: their ids have 16 bits on the wire of
/// Storm (TaskMessage).
pub const MAX_TASKS: u64 = 32_767;

/// A topology has at most this many tasks of spouts: a root id names its spout task
/// with 12 bits, all of them set excluded.
pub const MAX_SPOUT_TASKS: u64 = 4_095;

pub(super) fn check(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    if file.spouts.is_empty() {
        let at = Pointer::root().key("spouts");
        let diagnostic = Diagnostic::new(
            Code::NoSpout,
            document.key_span(&at),
            "the topology has no spout",
        );
        found.push(diagnostic.help("without a source of rows nothing can happen; add a spout"));
    }
    ids(document, file, found);
    tasks(document, file, found);
    for entry in file.entries() {
        limits(document, &entry.at.key("limits"), entry.limits, found);
    }
}

fn ids(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    let mut first = HashMap::new();
    for entry in file.entries().filter(|entry| entry.id != STAND_IN) {
        let span = document.span(&entry.at.key("id"));
        match first.get(entry.id) {
            None => {
                first.insert(entry.id, (entry.kind, span));
            }
            Some((kind, earlier)) => {
                let id = quoted(entry.id);
                let message = format!("the id {id} is given twice");
                found.push(
                    Diagnostic::new(Code::DuplicateId, span, message)
                        .label(format!("the id of a {}", entry.kind))
                        .also(earlier.clone(), format!("already the id of a {kind}"))
                        .help("spouts and bolts share their ids; rename one of them"),
                );
            }
        }
    }
}

fn tasks(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    let spouts = |entry: &Entry<'_>| entry.kind == ComponentKind::Spout;
    too_many(
        document,
        file,
        found,
        spouts,
        MAX_SPOUT_TASKS,
        "tasks of spouts",
    );
    too_many(document, file, found, |_| true, MAX_TASKS, "tasks");
}

/// Points at the component with which the sum goes over the limit.
fn too_many(
    document: &Document,
    file: &TopologyFile,
    found: &mut Vec<Diagnostic>,
    counts: impl Fn(&Entry<'_>) -> bool,
    limit: u64,
    what: &str,
) {
    let total: u64 = file
        .entries()
        .filter(&counts)
        .map(|entry| u64::from(entry.parallelism))
        .sum();
    if total <= limit {
        return;
    }
    let mut sum = 0;
    for entry in file.entries().filter(counts) {
        sum += u64::from(entry.parallelism);
        if sum > limit {
            let span = document.span(&entry.at.key("parallelism"));
            let message = format!("the topology has {total} {what}, but may have {limit}");
            found.push(
                Diagnostic::new(Code::TooManyTasks, span, message)
                    .label("here the sum goes over the limit"),
            );
            return;
        }
    }
}

/// Checks the limits at a place: of a spout, a bolt, or a custom grouping.
pub(super) fn limits(
    document: &Document,
    at: &Pointer,
    limits: &LimitsEntry,
    found: &mut Vec<Diagnostic>,
) {
    let mut size = |key: &str, value: Option<Size>, range: RangeInclusive<u64>| {
        let range = Size::new(*range.start())..=Size::new(*range.end());
        found.extend(out_of_range(document, at, key, value, &range));
    };
    size("memory", limits.memory, Limits::MEMORY);
    size("row-memory", limits.row_memory, Limits::ROW_MEMORY);
    size("output-bytes", limits.output_bytes, Limits::OUTPUT_BYTES);
    size("value-bytes", limits.value_bytes, Limits::VALUE_BYTES);
    size("log-bytes", limits.log_bytes, Limits::LOG_BYTES);
    size("random-bytes", limits.random_bytes, Limits::RANDOM_BYTES);
    for (key, value) in [
        ("http-bytes", limits.http_bytes),
        ("http-request-bytes", limits.http_request_bytes),
        ("http-response-bytes", limits.http_response_bytes),
    ] {
        size(key, value, Limits::HTTP_BYTES);
    }
    let range = Period::new(*Limits::CALL_TIME.start())..=Period::new(*Limits::CALL_TIME.end());
    for (key, value) in [
        ("call-time", limits.call_time),
        ("host-time", limits.host_time),
    ] {
        found.extend(out_of_range(document, at, key, value, &range));
    }
}

/// A diagnostic if this value of a mapping is outside of the range.
pub(super) fn out_of_range<T: PartialOrd + std::fmt::Display>(
    document: &Document,
    mapping: &Pointer,
    key: &str,
    value: Option<T>,
    range: &RangeInclusive<T>,
) -> Option<Diagnostic> {
    let value = value.filter(|value| !range.contains(value))?;
    let (start, end) = (range.start(), range.end());
    let message = format!("`{key}` must be between {start} and {end}, but is {value}");
    Some(Diagnostic::new(
        Code::OutOfRange,
        document.span(&mapping.key(key)),
        message,
    ))
}
