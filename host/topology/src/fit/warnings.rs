//! What is legal but probably not meant.

use std::collections::HashSet;

use super::Fit;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::Entry;
use crate::model::ComponentKind;
use crate::source::Pointer;

pub(super) fn check(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    for entry in fit.file.entries() {
        let is_read = fit
            .file
            .streams
            .iter()
            .any(|stream| stream.from == entry.id);
        if entry.kind == ComponentKind::Spout && !is_read {
            let message = format!("nobody reads the spout {}", quoted(entry.id));
            let span = fit.document.span(&entry.at.key("id"));
            found.push(
                Diagnostic::new(Code::UnreadSpout, span, message).help(format!(
                    "its rows go nowhere; add a stream with `from: {}`",
                    entry.id
                )),
            );
        } else {
            found.extend(unused_streams(fit, &entry));
        }
        found.extend(no_tick(fit, &entry));
    }
    unreachable(fit, found);
    if !fit.file.config.acking() {
        no_effect(fit, found);
    }
}

/// A bolt that does something at ticks, where the file ticks it never.
fn no_tick(fit: &Fit<'_>, entry: &Entry<'_>) -> Option<Diagnostic> {
    let works_at_ticks = fit.component(entry.id)?.works_at_ticks;
    if !works_at_ticks || entry.kind != ComponentKind::Bolt || entry.tick.is_some() {
        return None;
    }
    let id = quoted(entry.id);
    let message = format!("the bolt {id} works at ticks, and has no `tick`");
    let span = fit.document.span(&entry.at.key("id"));
    Some(Diagnostic::new(Code::NoTick, span, message).help(
        "what it does at ticks is never done, and what it gathers for them waits until the \
         topology finishes, or times out before; write how often it is ticked, as in `tick: 1s`",
    ))
}

fn unused_streams(fit: &Fit<'_>, entry: &Entry<'_>) -> Option<Diagnostic> {
    let description = fit.component(entry.id)?;
    let read: HashSet<&str> = fit
        .file
        .streams
        .iter()
        .filter(|stream| stream.from == entry.id)
        .map(|stream| stream.stream())
        .collect();
    if read.iter().any(|name| description.output(name).is_none()) {
        // One of the unused streams may be the one that is meant.
        return None;
    }
    let unused: Vec<String> = description
        .outputs
        .iter()
        .filter(|output| !read.contains(output.name.as_str()))
        .map(|output| quoted(&output.name))
        .collect();
    if unused.is_empty() {
        return None;
    }
    let streams = if unused.len() == 1 {
        "stream"
    } else {
        "streams"
    };
    let shown = unused
        .iter()
        .take(8)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let more = if unused.len() > 8 { ", …" } else { "" };
    let message = format!(
        "nobody reads the {streams} {shown}{more} of {}",
        quoted(entry.id)
    );
    let span = fit.document.span(&entry.at.key("id"));
    Some(Diagnostic::new(Code::UnusedStream, span, message))
}

/// Bolts that no path of streams leads to from a spout.
fn unreachable(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    let mut reached: HashSet<&str> = fit
        .file
        .spouts
        .iter()
        .map(|spout| spout.id.as_str())
        .collect();
    let mut todo: Vec<&str> = reached.iter().copied().collect();
    while let Some(id) = todo.pop() {
        for stream in fit.file.streams.iter().filter(|stream| stream.from == id) {
            if reached.insert(&stream.to) {
                todo.push(&stream.to);
            }
        }
    }
    for entry in fit
        .file
        .entries()
        .filter(|entry| !reached.contains(entry.id))
    {
        let message = format!("no row of a spout can reach {}", quoted(entry.id));
        let span = fit.document.span(&entry.at.key("id"));
        found.push(
            Diagnostic::new(Code::Unreachable, span, message)
                .help("no path of streams leads from a spout to it"),
        );
    }
}

/// Settings that only matter while trees are tracked.
fn no_effect(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    let config = Pointer::root().key("config");
    let spouts = fit
        .file
        .entries()
        .filter(|entry| entry.kind == ComponentKind::Spout);
    for mapping in spouts.map(|entry| entry.at).chain([config.clone()]) {
        for key in [
            "max-pending",
            "max-replays",
            "same-exceptions",
            "message-timeout",
        ] {
            let at = mapping.key(key);
            if fit.document.has(&at) {
                let message = format!("`{key}` has no effect while acking is off");
                found.push(
                    Diagnostic::new(Code::NoEffect, fit.document.key_span(&at), message).also(
                        fit.document.span(&config.key("acking")),
                        "switched off here",
                    ),
                );
            }
        }
    }
}
