//! The problems that clients are told, each with its word for programs.

use std::fmt::Display;

use stormcell_protocol::api::{Problem, ProblemCode};
use stormcell_topology::{Diagnostics, did_you_mean};

fn problem(code: ProblemCode, message: impl Display) -> Problem {
    Problem::new(code, message.to_string())
}

/// There is no topology with this name, but those that are known.
pub(crate) fn no_topology<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let hint =
        did_you_mean(name, known, "there is").map_or_else(String::new, |hint| format!("; {hint}"));
    problem(
        ProblemCode::NotFound,
        format!("there is no topology `{name}`{hint}"),
    )
}

/// What was named is not there.
pub(crate) fn not_found(message: impl Display) -> Problem {
    problem(ProblemCode::NotFound, message)
}

/// There is a topology with this name already.
pub(crate) fn exists(name: &str) -> Problem {
    problem(
        ProblemCode::Exists,
        format!(
            "there is a topology `{name}` already; kill it first, or submit this one under another name (--name)"
        ),
    )
}

/// What was asked for makes no sense.
pub(crate) fn invalid(message: impl Display) -> Problem {
    problem(ProblemCode::Invalid, message)
}

/// What was sent is longer than it may be.
pub(crate) fn too_large(message: impl Display) -> Problem {
    problem(ProblemCode::TooLarge, message)
}

/// A topology file has mistakes.
pub(crate) fn mistakes(found: &Diagnostics) -> Problem {
    let many = if found.errors() == 1 { "" } else { "s" };
    let diagnostics = match found.to_json() {
        serde_json::Value::Array(items) => items,
        other => vec![other],
    };
    Problem {
        code: ProblemCode::Invalid,
        message: format!("{} has {} mistake{many}", found.file(), found.errors()),
        diagnostics,
    }
}

/// Nobody who is trusted has signed a component file.
pub(crate) fn unsigned(message: impl Display) -> Problem {
    problem(ProblemCode::Unsigned, message)
}

/// It cannot be done as things are.
pub(crate) fn conflict(message: impl Display) -> Problem {
    problem(ProblemCode::Conflict, message)
}

/// Secrets that a topology refers to are not there.
pub(crate) fn missing_secrets(message: impl Display) -> Problem {
    problem(ProblemCode::MissingSecrets, message)
}

/// It could not be stored, and so has not been done.
pub(crate) fn storage(message: impl Display) -> Problem {
    problem(ProblemCode::Storage, message)
}

/// The supervisor is ending.
pub(crate) fn ending() -> Problem {
    problem(
        ProblemCode::Busy,
        "the supervisor is ending; try again when it is back",
    )
}

/// Something that should not happen.
pub(crate) fn internal(message: impl Display) -> Problem {
    problem(ProblemCode::Internal, message)
}
