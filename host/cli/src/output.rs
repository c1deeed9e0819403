//! What a command has to say, as text and as JSON.

use std::io::{self, Write as _};

use serde_json::Value;

use crate::console::Console;
use crate::status::Status;

/// The result of a command.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    /// For people.
    pub(crate) text: String,
    /// For programs.
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
}

/// Prints a result in the form that was asked for.
pub(crate) fn print(output: &CommandOutput, console: &Console) -> io::Result<Status> {
    if console.json {
        print_json(&output.json)?;
    } else {
        let mut stdout = io::stdout().lock();
        stdout.write_all(output.text.as_bytes())?;
        if !output.text.is_empty() && !output.text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()?;
    }
    Ok(output.status)
}

/// Prints one JSON document.
pub(crate) fn print_json(value: &Value) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, value)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
