//! What a command has to say, as text and as JSON.

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::Value;
use stormcell_topology::plain_text;

use crate::console::Console;
use crate::failure::Failure;
use crate::status::Status;

/// The result of a command.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    /// For people.
    pub(crate) text: String,
    /// For programs. Null: everything has been printed as it came.
    pub(crate) json: Value,
    /// The exit status.
    pub(crate) status: Status,
}

impl CommandOutput {
    /// A result that is all well.
    pub(crate) fn ok(text: String, json: Value) -> Self {
        Self {
            text,
            json,
            status: Status::Ok,
        }
    }

    /// A result that was printed as it came.
    pub(crate) fn printed(status: Status) -> Self {
        Self {
            text: String::new(),
            json: Value::Null,
            status,
        }
    }
}

/// An answer of the supervisor as it is printed for programs.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value)
        .map_err(|error| Failure::new(Status::Internal, format!("as JSON: {error}")))
}

/// Prints a result in the form that was asked for. Commands colour nothing of it, so whatever
/// a terminal would obey was written by somebody else, and is only shown.
pub(crate) fn print(output: &CommandOutput, console: &Console) -> io::Result<Status> {
    if console.json && output.json.is_null() {
        // It was printed as it came.
    } else if console.json {
        print_json(&output.json)?;
    } else {
        let mut stdout = io::stdout().lock();
        stdout.write_all(plain_text::lines(&output.text).as_bytes())?;
        if !output.text.is_empty() && !output.text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()?;
    }
    Ok(output.status)
}

/// Prints one JSON document, in which is escaped what a terminal would obey.
pub(crate) fn print_json(value: &Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(plain_text::json(&text).as_bytes())?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
