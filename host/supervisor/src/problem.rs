//! The problems that clients are told, each with its word for programs.

use std::fmt::Display;

use stormcell_protocol::api::Problem;
use stormcell_topology::{Diagnostics, did_you_mean};

fn problem(code: &str, message: impl Display) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.to_string(),
        diagnostics: Vec::new(),
    }
}

/// There is no topology with this name, but those that are known.
pub(crate) fn no_topology<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let hint =
        did_you_mean(name, known, "there is").map_or_else(String::new, |hint| format!("; {hint}"));
    problem("not-found", format!("there is no topology `{name}`{hint}"))
}

/// What was named is not there.
pub(crate) fn not_found(message: impl Display) -> Problem {
    problem("not-found", message)
}

/// There is a topology with this name already.
pub(crate) fn exists(name: &str) -> Problem {
    problem(
        "exists",
        format!(
            "there is a topology `{name}` already; kill it first, or submit this one under another name (--name)"
        ),
    )
}

/// What was asked for makes no sense.
pub(crate) fn invalid(message: impl Display) -> Problem {
    problem("invalid", message)
}

/// What was sent is longer than it may be.
pub(crate) fn too_large(message: impl Display) -> Problem {
    problem("too-large", message)
}

/// A topology file has mistakes.
pub(crate) fn mistakes(found: &Diagnostics) -> Problem {
    let many = if found.errors() == 1 { "" } else { "s" };
    let diagnostics = match found.to_json() {
        serde_json::Value::Array(items) => items,
        other => vec![other],
    };
    Problem {
        code: "invalid".to_owned(),
        message: format!("{} has {} mistake{many}", found.file(), found.errors()),
        diagnostics,
    }
}

/// Nobody who is trusted has signed a component file.
pub(crate) fn unsigned(message: impl Display) -> Problem {
    problem("unsigned", message)
}

/// It cannot be done as things are.
pub(crate) fn conflict(message: impl Display) -> Problem {
    problem("conflict", message)
}

/// Secrets that a topology refers to are not there.
pub(crate) fn missing_secrets(message: impl Display) -> Problem {
    problem("missing-secrets", message)
}

/// It could not be stored, and so has not been done.
pub(crate) fn storage(message: impl Display) -> Problem {
    problem("storage", message)
}

/// The supervisor is ending.
pub(crate) fn ending() -> Problem {
    problem(
        "busy",
        "the supervisor is ending; try again when it is back",
    )
}

/// Something that should not happen.
pub(crate) fn internal(message: impl Display) -> Problem {
    problem("internal", message)
}
