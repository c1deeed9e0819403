//! Grants by themselves: paths, variables, servers, quotas and names of secrets.

mod http;
mod secrets;

use std::collections::HashMap;

use super::components::out_of_range;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::{Entry, StateEntry, TopologyFile};
use crate::model::{EnvValue, FileGrant, StateGrant};
use crate::source::Document;
use crate::units::Size;

pub(super) fn check(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    for entry in file.entries() {
        files(document, &entry, found);
        variables(document, &entry, found);
        let config = entry.at.key("config");
        for (key, value) in entry.config {
            secrets::in_value(document, &config.key(key), value, found);
        }
        http::check(document, &entry, found);
        state(document, &entry, found);
    }
}

fn state(document: &Document, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    if let StateEntry::Bounded(bounds) = entry.grants.state {
        let at = entry.at.key("grants").key("state");
        let (least, most) = StateGrant::QUOTA.into_inner();
        let range = Size::new(least)..=Size::new(most);
        found.extend(out_of_range(document, &at, "quota", bounds.quota, &range));
    }
}

fn files(document: &Document, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    let mut first = HashMap::new();
    for (i, grant) in entry.grants.files.iter().enumerate() {
        let at = entry.at.key("grants").key("files").index(i);
        if grant.host.contains('\0') {
            let span = document.span(&at.key("host"));
            found.push(Diagnostic::new(
                Code::BadPath,
                span,
                "a path must not contain U+0000",
            ));
        }
        let (least, most) = FileGrant::QUOTA.into_inner();
        let range = Size::new(least)..=Size::new(most);
        found.extend(out_of_range(document, &at, "quota", grant.quota, &range));
        let span = document.span(&at.key("guest"));
        if let Some(fault) = guest_fault(&grant.guest) {
            let message = format!(
                "{} cannot be a path of a component: {fault}",
                quoted(&grant.guest)
            );
            found.push(
                Diagnostic::new(Code::BadPath, span, message)
                    .help("write an absolute path, as `/data`"),
            );
            continue;
        }
        let plain = grant.guest.trim_end_matches('/').to_owned();
        if let Some(earlier) = first.insert(plain, span.clone()) {
            found.push(
                Diagnostic::new(
                    Code::BadPath,
                    span,
                    format!("the path {} is granted twice", quoted(&grant.guest)),
                )
                .also(earlier, "already granted here"),
            );
        }
    }
}

fn guest_fault(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("it does not start with `/`");
    }
    if path.contains('\0') || path.contains('\\') {
        return Some("it contains `\\` or U+0000");
    }
    let inside = path.trim_matches('/');
    if inside.split('/').any(|step| step == "." || step == "..") {
        return Some("it contains `.` or `..`");
    }
    (inside.contains("//")).then_some("it contains `//`")
}

fn variables(document: &Document, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    for (name, value) in &entry.grants.env {
        let at = entry.at.key("grants").key("env").key(name);
        let fault = if name.is_empty() {
            "its name is empty"
        } else if name.contains(['=', '\0']) {
            "its name contains `=` or U+0000"
        } else {
            match value {
                EnvValue::Text(text) if text.contains('\0') => "its value contains U+0000",
                EnvValue::Text(_) => continue,
                EnvValue::Secret(reference) => {
                    found.extend(secrets::name_fault(document, &at, &reference.secret));
                    continue;
                }
            }
        };
        found.push(Diagnostic::new(
            Code::BadVariable,
            document.key_span(&at),
            format!(
                "{} cannot be an environment variable: {fault}",
                quoted(name)
            ),
        ));
    }
}
