//! Settings: time-outs, pending rows, ticks, restarts.

use std::time::Duration;

use super::components::out_of_range;
use crate::diagnostic::{Code, Diagnostic};
use crate::file::TopologyFile;
use crate::model::Restart;
use crate::source::{Document, Pointer};
use crate::units::Period;

/// What a time in the file may be: 1 ms to 7 days.
pub const TIMES: [Duration; 2] = [Duration::from_millis(1), Duration::from_secs(7 * 86_400)];

pub(super) fn check(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    let config = Pointer::root().key("config");
    let times = Period::new(TIMES[0])..=Period::new(TIMES[1]);
    let timeout = file.config.message_timeout.flatten();
    found.extend(out_of_range(
        document,
        &config,
        "message-timeout",
        timeout,
        &times,
    ));
    for (i, spout) in file.spouts.iter().enumerate() {
        let at = Pointer::root().key("spouts").index(i);
        let timeout = spout.message_timeout.flatten();
        found.extend(out_of_range(
            document,
            &at,
            "message-timeout",
            timeout,
            &times,
        ));
        if file.config.acking() {
            found.extend(pending_without_timeout(document, file, i, &at, &config));
        }
    }
    for entry in file.entries() {
        let at = entry.at.key("restart");
        let window = entry.restart.window;
        let windows = Period::new(*Restart::WINDOW.start())..=Period::new(*Restart::WINDOW.end());
        found.extend(out_of_range(document, &at, "window", window, &windows));
    }
    for (i, bolt) in file.bolts.iter().enumerate() {
        let at = Pointer::root().key("bolts").index(i);
        found.extend(out_of_range(document, &at, "tick", bolt.tick, &times));
    }
}

/// Without a time-out, rows that are lost stay pending for ever; with a limit on
/// pending rows the spout then stalls for ever (STORM-3514).
fn pending_without_timeout(
    document: &Document,
    file: &TopologyFile,
    index: usize,
    spout: &Pointer,
    config: &Pointer,
) -> Option<Diagnostic> {
    let settings = file.config.of_spout(file.spouts.get(index)?);
    if settings.message_timeout.is_some() || settings.max_pending.is_none() {
        return None;
    }
    let written = |key: &str| {
        [spout, config]
            .into_iter()
            .map(|mapping| mapping.key(key))
            .find(|at| document.has(at))
    };
    let timeout = written("message-timeout").unwrap_or_else(|| config.clone());
    let diagnostic = Diagnostic::new(
        Code::PendingWithoutTimeout,
        document.span(&timeout),
        "a limit on pending rows needs a message time-out",
    )
    .label("a lost row stays pending for ever")
    .help("set a `message-timeout`, or `max-pending: null`");
    Some(match written("max-pending") {
        Some(at) => diagnostic.also(document.span(&at), "and counts against this limit"),
        None => diagnostic.label("a lost row stays pending for ever; the default limit is 5000"),
    })
}
