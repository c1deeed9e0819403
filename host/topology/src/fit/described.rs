//! Components by themselves: loaded, of the right world, sanely described.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::TOLD;
use crate::description::Description;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::problem::one_line;
use crate::source::Document;
use crate::validate::{ComponentKey, ComponentRef, Parsed};

/// The descriptions that can be relied on. What cannot is reported.
pub(super) fn check(
    parsed: &Parsed,
    components: &BTreeMap<ComponentKey, Result<Description, String>>,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<ComponentKey, Arc<Description>> {
    let mut described = BTreeMap::new();
    for needed in parsed.component_refs() {
        let loaded = match components.get(&needed.key) {
            Some(Ok(description)) => Ok(description),
            Some(Err(reason)) => Err(reason.as_str()),
            None => Err("it was not looked for"),
        };
        match loaded.map_err(|reason| not_loaded(&parsed.document, needed, reason)) {
            Err(diagnostic) => found.push(diagnostic),
            Ok(description) => {
                let faults = faults(&parsed.document, needed, description);
                if faults.is_empty() {
                    described.insert(needed.key.clone(), Arc::new(description.clone()));
                }
                found.extend(faults);
            }
        }
    }
    described
}

fn not_loaded(document: &Document, needed: &ComponentRef, reason: &str) -> Diagnostic {
    let path = quoted(&needed.path);
    let mut lines = reason.lines();
    let first = one_line(lines.next().unwrap_or_default());
    let message = format!("the component {path} could not be loaded: {first}");
    let diagnostic = Diagnostic::new(Code::NotLoaded, document.span(&needed.at), message);
    let rest: Vec<String> = lines.take(20).map(one_line).collect();
    if rest.is_empty() {
        diagnostic
    } else {
        diagnostic.help(rest.join("\n"))
    }
}

fn faults(
    document: &Document,
    needed: &ComponentRef,
    description: &Description,
) -> Vec<Diagnostic> {
    let span = document.span(&needed.at);
    let path = quoted(&needed.path);
    if description.world != needed.world {
        let message = format!(
            "the component {path} is a {}, but a {} is needed here",
            description.world, needed.world
        );
        let diagnostic = Diagnostic::new(Code::WrongWorld, span, message).label(format!(
            "exports the world `{}`",
            description.world.wit_name()
        ));
        return vec![diagnostic];
    }
    let errors = description.check().err().unwrap_or_default();
    errors
        .into_iter()
        .take(TOLD)
        .map(|error| {
            let message = format!("the component {path} describes itself wrongly: {error}");
            Diagnostic::new(Code::BadDescription, span.clone(), message)
                .help("this is a mistake in the component; tell its author")
        })
        .collect()
}
