//! Configurations against the schemas of their components.

use serde_json::{Map, Value};

use super::Fit;
use crate::description::Description;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::problem::{Sort, affordable, compile, problems};
use crate::source::Pointer;
use crate::validate::stream_place;

pub(super) fn check(fit: &Fit<'_>, found: &mut Vec<Diagnostic>) {
    for entry in fit.file.entries() {
        if let Some(description) = fit.component(entry.id) {
            one(
                fit,
                quoted(entry.id),
                &entry.at,
                entry.config,
                description,
                found,
            );
        }
    }
    for (i, stream) in fit.file.streams.iter().enumerate() {
        if let Some(description) = fit.grouping(i) {
            let at = stream_place(i).key("grouping");
            let who = "the grouping".to_owned();
            one(fit, who, &at, &stream.grouping.config, description, found);
        }
    }
}

fn one(
    fit: &Fit<'_>,
    who: String,
    at: &Pointer,
    config: &Map<String, Value>,
    description: &Description,
    found: &mut Vec<Diagnostic>,
) {
    let at = at.key("config");
    let Some(schema) = &description.config_schema else {
        if !config.is_empty() {
            let message = format!("{who} takes no configuration");
            found.push(Diagnostic::new(
                Code::ConfigNotTaken,
                fit.document.key_span(&at),
                message,
            ));
        }
        return;
    };
    // That the schema is one is part of the check of the description.
    let Ok(validator) = compile(schema) else {
        return;
    };
    let value = Value::Object(config.clone());
    if let Err(reason) = affordable(schema, &value) {
        let message = format!("the configuration of {who} is refused: {reason}");
        let span = fit.document.span(&at);
        found.push(Diagnostic::new(Code::ConfigRefused, span, message));
        return;
    }
    for problem in problems(schema, &validator, &value) {
        let place = at.join(&problem.at);
        let span = match problem.sort {
            Sort::UnknownKey => fit.document.key_span(&place),
            _ => fit.document.span(&place),
        };
        let message = format!("the configuration of {who} is refused: {}", problem.message);
        let mut diagnostic = Diagnostic::new(Code::ConfigRefused, span, message);
        diagnostic.help = problem.help;
        found.push(diagnostic);
    }
}
