//! Grants that a component cannot use, because it does not import what they open. Somebody
//! has written them for a reason, and will wonder later.

use super::Fit;
use crate::capabilities::{can_use, interfaces_of};
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::{Entry, GrantsEntry, StateEntry};
use crate::model::{Clock, Random};

pub(super) fn check(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    for entry in fit.file.entries() {
        let Some(description) = fit.component(entry.id) else {
            continue;
        };
        let written = written(entry.grants);
        let useless = written.filter(|grant| !can_use(description, grant));
        found.extend(useless.map(|grant| warning(fit, &entry, grant)));
    }
}

/// The keys of those that give something.
fn written(grants: &GrantsEntry) -> impl Iterator<Item = &'static str> {
    let keeps = match grants.state {
        StateEntry::Granted(is_granted) => is_granted,
        StateEntry::Bounded(_) => true,
    };
    [
        ("files", !grants.files.is_empty()),
        ("stdout", grants.stdout),
        ("env", !grants.env.is_empty()),
        ("http", grants.http.is_some()),
        ("state", keeps),
        ("clock", grants.clock == Clock::Real),
        ("random", grants.random == Random::Real),
    ]
    .into_iter()
    .filter_map(|(key, is_granted)| is_granted.then_some(key))
}

fn warning(fit: &Fit<'_>, entry: &Entry<'_>, grant: &str) -> Diagnostic {
    let at = entry.at.key("grants").key(grant);
    let imported = interfaces_of(grant).collect::<Vec<_>>().join("` or `");
    let message = format!(
        "{} cannot use the grant `{grant}`: it does not import `{imported}`",
        quoted(entry.id)
    );
    let help = match grant {
        "http" => {
            "a component calls servers through wasi:http 0.2: from Python with `stormcell.http`, \
             `urllib.request`, `requests` or `httpx`, from JavaScript with `fetch`, from Rust \
             with the crate `wasip2`. If it calls none, take the grant away"
        }
        "state" => {
            "a component keeps values with `state` of its SDK. If it keeps none, take the grant \
             away"
        }
        _ => "if it is the right component, take the grant away",
    };
    Diagnostic::new(Code::UselessGrant, fit.document.key_span(&at), message).help(help)
}
