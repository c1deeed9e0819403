//! Configurations against the schemas of their components.
//!
//! The text of a secret is not here, so all that is checked of one is that its place may
//! have a text.

use std::convert::Infallible;

use serde_json::{Map, Value};

use super::Fit;
use crate::description::Description;
use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::model::{SecretRef, resolve_secrets};
use crate::problem::{Problem, Sort, affordable, compile, problems};
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
    let written = Value::Object(config.clone());
    let value = with_texts(&written);
    if let Err(reason) = affordable(schema, &value) {
        let message = format!("the configuration of {who} is refused: {reason}");
        let span = fit.document.span(&at);
        found.push(Diagnostic::new(Code::ConfigRefused, span, message));
        return;
    }
    for problem in problems(schema, &validator, &value) {
        if about_secret(&written, &problem) {
            continue;
        }
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

/// A configuration with some text in the place of each secret.
fn with_texts(written: &Value) -> Value {
    let mut text = |name: &str| Ok::<_, Infallible>(format!("the secret {name}"));
    match resolve_secrets(written, &mut text) {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// Whether a problem is only that the text which stands for a secret is not the right one.
fn about_secret(written: &Value, problem: &Problem) -> bool {
    let place = written.pointer(problem.at.as_str());
    let is_secret = place.and_then(SecretRef::name_in).is_some();
    is_secret && !matches!(problem.sort, Sort::WrongType(_))
}
