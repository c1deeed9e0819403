//! The shape of the file: keys, types, formats, against its JSON Schema.
//!
//! What has the wrong shape is reported and, if it can be done without, taken
//! out, so that the rest is checked as well: one wrong number must not hide an
//! unknown component.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::{GroupingType, NAME_FORMAT, TopologyFile, json_schema};
use crate::foreign::advice;
use crate::name::check_name;
use crate::problem::{Problem, Sort, one_line, problems};
use crate::source::{Document, Pointer};
use crate::units::{PERIOD_FORMAT, Period, SIZE_FORMAT, Size};

/// Text that can stand nowhere in a file of YAML: in place of what is missing.
pub(super) const STAND_IN: &str = "\u{0}";

/// The schema of the file, ready for use; `None` is ruled out by a test.
static SCHEMA: LazyLock<Option<(Value, Validator)>> = LazyLock::new(|| {
    let schema = json_schema();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .with_format(NAME_FORMAT, |text: &str| check_name(text).is_ok())
        .with_format(PERIOD_FORMAT, |text: &str| text.parse::<Period>().is_ok())
        .with_format(SIZE_FORMAT, |text: &str| text.parse::<Size>().is_ok())
        .offline()
        .build(&schema)
        .ok()?;
    Some((schema, validator))
});

/// Checks the shape, and makes of it what can be made. `None` if too much is
/// missing: then whatever else could be said would only follow from that.
pub(super) fn check(document: &mut Document, found: &mut Vec<Diagnostic>) -> Option<TopologyFile> {
    let problems = match &*SCHEMA {
        Some((schema, validator)) => problems(schema, validator, &document.value),
        None => Vec::new(),
    };
    for problem in &problems {
        found.push(diagnostic(document, problem));
    }
    let hidden = problems.iter().any(hides_a_list);
    for problem in problems {
        match &problem.sort {
            // Badly named, and still what others refer to.
            Sort::Format(format) if format == NAME_FORMAT => {}
            Sort::MissingKey(key) => document.stand_in(&problem.at, key, stand_in(key)),
            _ => {
                document.take_out(&problem.at);
                if let (Some(mapping), Some(key)) = (problem.at.parent(), problem.at.last()) {
                    document.stand_in(&mapping, &key, stand_in(&key));
                }
            }
        }
    }
    if hidden {
        return None;
    }
    match serde_path_to_error::deserialize(&document.value) {
        Ok(file) => Some(file),
        Err(error) => {
            if found.is_empty() {
                let at = pointer(error.path());
                let message = match document.value.pointer(at.as_str()) {
                    Some(Value::Number(number)) if number.is_f64() => {
                        let written = document.written(&document.span(&at));
                        let what = match written.contains(['e', 'E']) {
                            true => "an exponent",
                            false => "a point",
                        };
                        format!("this must be a whole number without {what}, but is {number}")
                    }
                    _ => one_line(error.inner()),
                };
                found.push(Diagnostic::new(
                    Code::WrongType,
                    document.span(&at),
                    message,
                ));
            }
            None
        }
    }
}

/// Whether a whole list cannot be read, or stands under a misspelt key: whatever
/// else could be said would only follow from that.
fn hides_a_list(problem: &Problem) -> bool {
    let lists = ["spouts", "bolts", "streams"];
    if problem.at.parent() != Some(Pointer::root()) {
        return problem.at == Pointer::root() && !matches!(problem.sort, Sort::MissingKey(_));
    }
    match problem.sort {
        Sort::UnknownKey => lists.iter().any(|list| {
            let help = problem.help.as_deref().unwrap_or_default();
            help.starts_with("did you mean") && help.contains(&quoted(list))
        }),
        _ => lists
            .iter()
            .any(|list| problem.at == Pointer::root().key(list)),
    }
}

/// What stands for the value of a key that must be there and is not, or is wrong,
/// so that the rest can be read. [`STAND_IN`] is the id, name or file of nothing.
fn stand_in(key: &str) -> Option<Value> {
    match key {
        "id" | "from" | "to" | "name" | "component" => Some(STAND_IN.into()),
        "type" => Some(GroupingType::None.name().into()),
        "grouping" => Some(json!({ "type": GroupingType::None.name() })),
        _ => None,
    }
}

fn diagnostic(document: &Document, problem: &Problem) -> Diagnostic {
    let at = &problem.at;
    let text = document.value.pointer(at.as_str()).and_then(Value::as_str);
    let span = match problem.sort {
        Sort::UnknownKey => document.key_span(at),
        _ => document.span(at),
    };
    let new = |code, message: &str| {
        let message = match at.last() {
            None => message.replacen("it must", "the file must", 1),
            Some(_) => message.to_owned(),
        };
        Diagnostic::new(code, span.clone(), message)
    };
    let diagnostic = match &problem.sort {
        Sort::UnknownKey => new(Code::UnknownKey, &problem.message),
        Sort::MissingKey(_) => new(Code::MissingKey, &problem.message),
        Sort::UnknownValue => new(Code::UnknownValue, &problem.message),
        Sort::OutOfRange => new(Code::OutOfRange, &problem.message),
        Sort::Format(format) if format == NAME_FORMAT => {
            let reason = text.and_then(|text| check_name(text).err());
            let message = format!("{} is not a name", quoted(text.unwrap_or_default()));
            match reason {
                Some(reason) => new(Code::BadName, &message).label(reason.to_string()),
                None => new(Code::BadName, &message),
            }
        }
        Sort::Format(format) | Sort::WrongType(Some(format)) if format == PERIOD_FORMAT => {
            let reason = text.and_then(|text| text.parse::<Period>().err());
            unit(
                new(Code::BadDuration, &problem.message),
                reason,
                "a length of time",
            )
            .help("write a whole number and a unit, as `500ms`, `30s` or `2m`")
        }
        Sort::Format(format) | Sort::WrongType(Some(format)) if format == SIZE_FORMAT => {
            let reason = text.and_then(|text| text.parse::<Size>().err());
            unit(
                new(Code::BadSize, &problem.message),
                reason,
                "a number of bytes",
            )
            .help("write a whole number and a unit, as `64MiB` or `1MB`")
        }
        Sort::WrongType(_) => new(Code::WrongType, &problem.message),
        Sort::Format(_) | Sort::Other => new(Code::WrongType, &problem.message),
    };
    match help(document, problem) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What to do about a problem, besides what its kind says.
fn help(document: &Document, problem: &Problem) -> Option<String> {
    let at = &problem.at;
    match &problem.sort {
        Sort::UnknownKey => {
            let value = document.value.pointer(at.as_str()).unwrap_or(&Value::Null);
            let of_config = at.parent() == Some(Pointer::root().key("config"));
            let advice = advice(at, value).map(|advice| in_place(document, at, advice));
            advice.or_else(|| match &problem.help {
                Some(keys) if of_config && keys.starts_with("keys that may be here") => {
                    let config = "what a spout or bolt is to be told goes into its own `config`";
                    Some(format!("{keys}; {config}"))
                }
                help => help.clone(),
            })
        }
        Sort::WrongType(_) if *at == Pointer::root() => {
            Some("a topology file has at least the keys `name` and `spouts`".to_owned())
        }
        _ => problem.help.clone(),
    }
}

/// Advice to write a number of tasks, where there is one already.
fn in_place(document: &Document, at: &Pointer, advice: String) -> String {
    let tasks = at.parent().map(|mapping| mapping.key("parallelism"));
    match tasks.filter(|tasks| advice.contains("`parallelism: ") && document.has(tasks)) {
        Some(tasks) => {
            let written = document.written(&document.span(&tasks));
            format!("{advice}, in place of {}", quoted(written))
        }
        None => advice,
    }
}

fn unit(
    mut diagnostic: Diagnostic,
    reason: Option<crate::units::UnitError>,
    what: &str,
) -> Diagnostic {
    if let Some(reason) = reason {
        diagnostic.message = format!("this is not {what}: {reason}");
    }
    diagnostic
}

/// The place that serde means.
fn pointer(path: &serde_path_to_error::Path) -> Pointer {
    use serde_path_to_error::Segment;
    let mut pointer = Pointer::root();
    for segment in path {
        pointer = match segment {
            Segment::Seq { index } => pointer.index(*index),
            Segment::Map { key } => pointer.key(key),
            Segment::Enum { variant } => pointer.key(variant),
            Segment::Unknown => return pointer,
        };
    }
    pointer
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_of_the_file_is_a_schema() {
        assert!(super::SCHEMA.is_some());
    }
}
