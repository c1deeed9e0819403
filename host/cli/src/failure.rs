//! What a command ends with if it could not do what it was asked to do.

use std::io;

use serde_json::{Value, json};
use stormcell_build::BuildError;
use stormcell_protocol::api::Problem;
use stormcell_topology::{Diagnostics, plain_text};

use crate::console::Console;
use crate::output;
use crate::status::Status;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit status.
    pub(crate) status: Status,
    /// What happened, for people, each with the word "error" before it.
    messages: Vec<String>,
    /// The supervisor's word for it, for programs.
    code: Option<String>,
    /// Mistakes in a topology file.
    diagnostics: Mistakes,
}

/// Mistakes in a topology file, as JSON and perhaps with the file to show them in.
#[derive(Debug)]
enum Mistakes {
    /// None, or not this kind of failure.
    None,
    /// Found here.
    Here(Diagnostics),
    /// Found by the supervisor.
    There(Vec<Value>),
}

impl Failure {
    /// A failure with one message: what happened, where, and what to do.
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            messages: vec![message.into()],
            code: None,
            diagnostics: Mistakes::None,
        }
    }

    /// A topology file with mistakes.
    pub(crate) fn invalid(diagnostics: Diagnostics) -> Self {
        let errors = diagnostics.errors();
        let plural = if errors == 1 { "" } else { "s" };
        Self {
            status: Status::BadData,
            messages: vec![format!("{}: {errors} error{plural}", diagnostics.file())],
            code: None,
            diagnostics: Mistakes::Here(diagnostics),
        }
    }

    /// What the supervisor refused.
    pub(crate) fn refused(status: Status, problem: Problem) -> Self {
        Self {
            status,
            messages: vec![problem.message],
            code: Some(problem.code.into()),
            diagnostics: Mistakes::There(problem.diagnostics),
        }
    }

    /// What happened, for people.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> &[String] {
        &self.messages
    }

    /// The supervisor's word for it.
    #[cfg(test)]
    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Components that could not be built. What several have in common, as a
    /// missing tool, is said once.
    pub(crate) fn build<'a>(errors: impl IntoIterator<Item = (&'a str, &'a BuildError)>) -> Self {
        let mut status = Status::Failed;
        let mut messages: Vec<String> = Vec::new();
        for (source, error) in errors {
            let (this, message) = match error {
                BuildError::MissingTool { .. } => (Status::Unavailable, error.to_string()),
                BuildError::Cancelled => (Status::Interrupted, error.to_string()),
                BuildError::NotBuilt { .. } | BuildError::Stale { .. } => {
                    (Status::Failed, error.to_string())
                }
                BuildError::NotAFolder { .. } => (Status::NoInput, error.to_string()),
                BuildError::NoLanguage { .. }
                | BuildError::SeveralLanguages { .. }
                | BuildError::Project { .. } => (Status::BadData, error.to_string()),
                _ => (Status::Failed, format!("cannot build {source}: {error}")),
            };
            if messages.is_empty() || rank(this) > rank(status) {
                status = this;
            }
            if !messages.contains(&message) {
                messages.push(message);
            }
        }
        Self {
            status,
            messages,
            code: None,
            diagnostics: Mistakes::None,
        }
    }
}

/// Which status counts if there are several reasons.
fn rank(status: Status) -> u8 {
    match status {
        Status::Interrupted => 3,
        Status::Unavailable => 2,
        Status::BadData | Status::NoInput => 1,
        _ => 0,
    }
}

/// Says why on standard error; with `--output json` on standard output as well.
pub(crate) fn print(failure: &Failure, console: &Console) -> io::Result<Status> {
    let diagnostics = match &failure.diagnostics {
        Mistakes::None => Value::Array(Vec::new()),
        Mistakes::Here(diagnostics) => {
            console.say(&diagnostics.render(console.style()));
            console.say("");
            diagnostics.to_json()
        }
        Mistakes::There(diagnostics) => {
            for diagnostic in diagnostics {
                console.say(&plain_text::lines(&mistake(diagnostic)));
            }
            Value::Array(diagnostics.clone())
        }
    };
    for message in &failure.messages {
        console.error(message);
    }
    if console.json {
        output::print_json(&json!({
            "error": {
                "status": failure.status.code(),
                "code": failure.code,
                "messages": failure.messages,
                "diagnostics": diagnostics,
            }
        }))?;
    }
    Ok(failure.status)
}

/// A mistake that the supervisor found, without the text around it, which only the
/// supervisor has.
fn mistake(diagnostic: &Value) -> String {
    let text = |key: &str| diagnostic[key].as_str().unwrap_or("?");
    let mut lines = format!(
        "{}[{}]: {}\n --> {}:{}:{}\n",
        text("severity"),
        text("code"),
        text("message"),
        text("file"),
        diagnostic["line"],
        diagnostic["column"],
    );
    if let Some(help) = diagnostic["help"].as_str() {
        lines.push_str(&format!("  = help: {help}\n"));
    }
    lines
}
