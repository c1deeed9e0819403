//! What components need from outside, against what is granted and provided.

use super::{Fit, TOLD};
use crate::description::{Capability, Description};
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::Entry;
use crate::source::Pointer;
use crate::validate::stream_place;

/// The packages of WASI 0.2 that are always there, and without a grant answer
/// with an error or with nothing: components of some languages import them all.
const WASI: [&str; 6] = [
    "wasi:cli",
    "wasi:clocks",
    "wasi:filesystem",
    "wasi:io",
    "wasi:random",
    "wasi:sockets",
];

/// Of `wasi:http`, what calls servers; nobody calls a component.
const WASI_HTTP: [&str; 2] = ["wasi:http/outgoing-handler", "wasi:http/types"];

/// The interfaces of our own package, and the version of it that is provided.
const OURS: ([&str; 5], &str) = (
    [
        "stormcell:topology/config",
        "stormcell:topology/logging",
        "stormcell:topology/metrics",
        "stormcell:topology/state",
        "stormcell:topology/types",
    ],
    "0.1.0",
);

pub(super) fn check(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    for entry in fit.file.entries() {
        if let Some(description) = fit.component(entry.id) {
            granted(fit, &entry, description, found);
            let place = entry.at.key("component");
            provided(fit, &quoted(entry.id), &place, description, found);
        }
    }
    for i in 0..fit.file.streams.len() {
        if let Some(description) = fit.grouping(i) {
            let place = stream_place(i).key("grouping").key("component");
            provided(fit, "the grouping", &place, description, found);
            for capability in &description.capabilities {
                let message = format!(
                    "the grouping needs `{}`, which cannot be granted to a grouping",
                    capability.grant()
                );
                let span = fit.document.span(&place);
                found.push(Diagnostic::new(Code::NotGranted, span, message));
            }
        }
    }
}

fn granted(
    fit: &Fit<'_>,
    entry: &Entry<'_>,
    description: &Description,
    found: &mut Vec<Diagnostic>,
) {
    for capability in &description.capabilities {
        let grants = entry.grants;
        let (is_granted, example) = match capability {
            Capability::Files => (
                !grants.files.is_empty(),
                "`files: [{ host: ./data, guest: /data }]`",
            ),
            Capability::Stdout => (grants.stdout, "`stdout: true`"),
            Capability::Environment => (!grants.env.is_empty(), "`env: { NAME: value }`"),
        };
        if is_granted {
            continue;
        }
        let message = format!(
            "{} needs the grant `{}`, which it does not have",
            quoted(entry.id),
            capability.grant()
        );
        let written = entry.at.key("grants");
        let place = if fit.document.has(&written) {
            written
        } else {
            entry.at.key("component")
        };
        found.push(
            Diagnostic::new(Code::NotGranted, fit.document.span(&place), message).help(format!(
                "if it may have that, add to its `grants`: {example}"
            )),
        );
    }
}

fn provided(
    fit: &Fit<'_>,
    who: &str,
    place: &Pointer,
    description: &Description,
    found: &mut Vec<Diagnostic>,
) {
    let mut lacking = description
        .imports
        .iter()
        .filter(|import| !is_provided(import));
    let told = lacking.by_ref().take(TOLD);
    let mut messages: Vec<_> = told
        .map(|import| format!("{who} imports {}, which nobody provides", quoted(import)))
        .collect();
    let more = lacking.count();
    if more > 0 {
        messages.push(format!(
            "{who} imports {more} more that nobody provides, which are not listed"
        ));
    }
    let span = fit.document.span(place);
    found.extend(messages.into_iter().map(|message| {
        Diagnostic::new(Code::NotProvided, span.clone(), message).help(
            "provided: `stormcell:topology` 0.1.0 and, of WASI 0.2, \
             cli, clocks, filesystem, io, random and sockets, and of http the interfaces \
             outgoing-handler and types",
        )
    }));
}

/// Whether the host has this interface, as `wasi:io/streams@0.2.6`.
pub fn is_provided(import: &str) -> bool {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    let package = name.split_once('/').map_or(name, |(package, _)| package);
    let wasi = WASI.contains(&package) || WASI_HTTP.contains(&name);
    let ours = OURS.0.contains(&name) && version == OURS.1;
    ours || (wasi && version.starts_with("0.2."))
}

#[cfg(test)]
mod tests {
    use super::is_provided;

    #[test]
    fn only_what_is_linked_is_provided() {
        for yes in [
            "stormcell:topology/config@0.1.0",
            "wasi:io/streams@0.2.6",
            "wasi:sockets/tcp@0.2.0",
            "wasi:http/outgoing-handler@0.2.6",
        ] {
            assert!(is_provided(yes), "{yes}");
        }
        for no in [
            "stormcell:topology/config@0.2.0",
            "stormcell:topology/config",
            "stormcell:topology/magic@0.1.0",
            "wasi:http/incoming-handler@0.2.6",
            "wasi:io/streams@0.3.0",
            "wasi:iox/streams@0.2.0",
            "foo:bar/baz",
            "",
        ] {
            assert!(!is_provided(no), "{no}");
        }
    }
}
