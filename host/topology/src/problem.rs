//! What a JSON Schema has against a value, in words for people who write YAML.
//!
//! Used for the topology file itself and for the configuration of a component.
//! Schemas of components are written by strangers: nothing is fetched for them, what
//! they may take is bounded ([`bounds`]), and their patterns are matched in linear time.

mod bounds;

use std::fmt::Display;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::diagnostic::quoted;
use crate::hint::did_you_mean;
use crate::plain_text;
use crate::source::Pointer;

/// No more problems than this are told of one value.
const MAX_PROBLEMS: usize = 100;

/// What sort of problem it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A key has no meaning. The place is that of the key.
    UnknownKey,
    /// This key is not there. The place is that of the mapping.
    MissingKey(String),
    /// The type is wrong; the schema wanted text of this format, if any.
    WrongType(Option<String>),
    /// The value is not one of those that are allowed.
    UnknownValue,
    /// The value, or the number of items, is too small or too large.
    OutOfRange,
    /// The text is not of this format.
    Format(String),
    /// Anything else that a schema can say.
    Other,
}

/// Something that a schema has against a value.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) at: Pointer,
    pub(crate) sort: Sort,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Makes a schema of a stranger ready for use.
///
/// # Errors
/// Why it is not a schema, or too much of one.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    bounds::cost(schema)?;
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex().size_limit(bounds::PATTERN_BYTES))
        .offline()
        .build(schema)
        .map_err(|error| match error.instance_path().as_str() {
            "" => one_line(&error),
            at => format!("at {}: {}", quoted(at), one_line(&error)),
        })
}

/// That a value is not too large to be checked with a schema that compiles.
///
/// # Errors
/// Why it is.
pub(crate) fn affordable(schema: &Value, value: &Value) -> Result<(), String> {
    bounds::affordable(bounds::cost(schema)?, value)
}

/// Everything that the schema has against the value.
pub(crate) fn problems(schema: &Value, validator: &Validator, value: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    for error in validator.iter_errors(value).take(MAX_PROBLEMS) {
        if found.len() >= MAX_PROBLEMS {
            break;
        }
        explain(schema, &error, &mut found);
    }
    found.truncate(MAX_PROBLEMS);
    found
}

fn explain(schema: &Value, error: &ValidationError<'_>, found: &mut Vec<Problem>) {
    let at = Pointer::from_text(error.instance_path().as_str());
    let subject = subject(&at);
    let value = error.instance();
    let mut push = |at: Pointer, sort, message, help| {
        found.push(Problem {
            at,
            sort,
            message,
            help,
        });
    };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let known: Vec<&str> = around(schema, error)
                .and_then(|schema| schema.get("properties")?.as_object())
                .map(|map| map.keys().map(String::as_str).collect())
                .unwrap_or_default();
            for key in unexpected {
                let message = format!("unknown key {}{}", quoted(key), inside(&at));
                let help = did_you_mean(key, known.iter().copied(), "keys that may be here");
                push(at.key(key), Sort::UnknownKey, message, help);
            }
        }
        Kind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            let message = format!("the key {} is missing{}", quoted(key), inside(&at));
            push(at, Sort::MissingKey(key.to_owned()), message, None);
        }
        Kind::Type { kind } => {
            let format = around(schema, error)
                .and_then(|schema| schema.get("format")?.as_str())
                .map(str::to_owned);
            let message = format!(
                "{subject} must be {}, but is {}",
                expected(kind),
                actual(value)
            );
            push(at, Sort::WrongType(format), message, None);
        }
        Kind::Enum { options } => {
            let options: Vec<&Value> = options.as_array().into_iter().flatten().collect();
            let (message, help) = not_one_of(&subject, value, &options);
            push(at, Sort::UnknownValue, message, help);
        }
        Kind::Constant { expected_value } => {
            let (message, help) = not_one_of(&subject, value, &[expected_value]);
            push(at, Sort::UnknownValue, message, help);
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            alternatives(schema, error, context, found);
        }
        Kind::Minimum { limit } => {
            let message = format!(
                "{subject} must be at least {limit}, but is {}",
                actual(value)
            );
            push(at, Sort::OutOfRange, message, None);
        }
        Kind::Maximum { limit } => {
            let message = format!(
                "{subject} must be at most {limit}, but is {}",
                actual(value)
            );
            push(at, Sort::OutOfRange, message, None);
        }
        Kind::MinLength { limit: 1 } => {
            push(
                at,
                Sort::OutOfRange,
                format!("{subject} must not be empty"),
                None,
            );
        }
        Kind::Format { format } => {
            let message = format!("{subject} must be of the format {}", quoted(format));
            push(at, Sort::Format(format.clone()), message, None);
        }
        _ => {
            let message = format!("{subject}: {}", one_line(error));
            push(at, Sort::Other, message, None);
        }
    }
}

/// None of several schemas fits. If all of them are mere values, they are listed;
/// else the complaints of the one that fits best are told: one whose type fits.
fn alternatives(
    schema: &Value,
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    found: &mut Vec<Problem>,
) {
    let mut options = Vec::new();
    let only_values = context.iter().all(|branch| match branch.as_slice() {
        [single] if single.instance_path() == error.instance_path() => match single.kind() {
            Kind::Constant { expected_value } => {
                options.push(&**expected_value);
                true
            }
            Kind::Enum { options: several } => {
                options.extend(several.as_array().into_iter().flatten());
                true
            }
            _ => false,
        },
        _ => false,
    });
    let at = Pointer::from_text(error.instance_path().as_str());
    if only_values && !options.is_empty() {
        let (message, help) = not_one_of(&subject(&at), error.instance(), &options);
        found.push(Problem {
            at,
            sort: Sort::UnknownValue,
            message,
            help,
        });
        return;
    }
    let wrong_type = |branch: &&Vec<ValidationError<'static>>| {
        branch.iter().any(|inner| {
            matches!(inner.kind(), Kind::Type { .. })
                && inner.instance_path() == error.instance_path()
        })
    };
    match context
        .iter()
        .find(|branch| !branch.is_empty() && !wrong_type(branch))
    {
        Some(branch) => {
            for inner in branch.iter().take(MAX_PROBLEMS) {
                // Each may have alternatives of its own.
                if found.len() >= MAX_PROBLEMS {
                    break;
                }
                explain(schema, inner, found);
            }
        }
        None => found.push(Problem {
            message: format!(
                "{} must be {}, but is {}",
                subject(&at),
                forms(error, context),
                actual(error.instance())
            ),
            at,
            sort: Sort::WrongType(None),
            help: None,
        }),
    }
}

/// What a value must be of which no alternative has the type.
fn forms(error: &ValidationError<'_>, context: &[Vec<ValidationError<'static>>]) -> String {
    let here = |inner: &&ValidationError<'static>| inner.instance_path() == error.instance_path();
    let mut forms: Vec<String> = Vec::new();
    for inner in context.iter().flatten().filter(here) {
        if let Kind::Type { kind } = inner.kind() {
            let form = expected(kind);
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    match forms.as_slice() {
        [] => "of one of the forms that are allowed".to_owned(),
        forms => forms.join(" or "),
    }
}

fn not_one_of(subject: &str, value: &Value, options: &[&Value]) -> (String, Option<String>) {
    let message = format!("{subject} must not be {}", actual(value));
    let texts: Option<Vec<&str>> = options.iter().map(|option| option.as_str()).collect();
    let help = match (texts, value.as_str()) {
        (Some(texts), Some(wrong)) => {
            // Both spellings of a word may be allowed: one is enough to show.
            let mut shown: Vec<&str> = Vec::new();
            for text in texts {
                let same = |other: &&str| {
                    other
                        .replace('_', "-")
                        .eq_ignore_ascii_case(&text.replace('_', "-"))
                };
                if !shown.iter().any(same) {
                    shown.push(text);
                }
            }
            did_you_mean(wrong, shown, "allowed")
        }
        _ => {
            let list: Vec<String> = options.iter().take(12).map(one_line).collect();
            Some(format!("allowed: {}", list.join(", ")))
        }
    };
    (message, help)
}

/// The part of the schema in which the keyword is that complains.
fn around<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<&'a Value> {
    let keyword = Pointer::from_text(error.schema_path().as_str());
    schema.pointer(keyword.parent()?.as_str())
}

/// What a message is about: the last key of the pointer.
fn subject(at: &Pointer) -> String {
    let Some(last) = at.last() else {
        return "it".to_owned();
    };
    if last.parse::<usize>().is_err() {
        return quoted(&last);
    }
    match at.parent().and_then(|list| list.last()) {
        Some(list) => format!("an item of {}", quoted(&list)),
        None => "an item of the list".to_owned(),
    }
}

fn inside(at: &Pointer) -> String {
    match at.last() {
        None => String::new(),
        Some(_) => format!(" in {}", subject(at)),
    }
}

fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping",
        JsonType::String => "text",
    }
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => type_name(*kind).to_owned(),
        TypeKind::Multiple(kinds) => {
            let names: Vec<&str> = kinds.iter().map(type_name).collect();
            names.join(" or ")
        }
    }
}

/// A value as a message names it.
fn actual(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.is_empty() => "empty text".to_owned(),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

/// Bytes of what others say in one line of a message.
const ONE_LINE: usize = 400;

/// What others say, in one line, cut: no more of it is made than is shown.
pub(crate) fn one_line(said: impl Display) -> String {
    plain_text::bounded_spaced(ONE_LINE, said)
}

#[cfg(test)]
mod tests;
