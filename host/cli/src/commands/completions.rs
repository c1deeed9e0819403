//! `stormcell completions`: a completion script for a shell.

use clap::CommandFactory as _;
use serde_json::json;

use crate::args::{Cli, CompletionsArgs};
use crate::output::CommandOutput;

/// The script.
pub(crate) fn run(args: &CompletionsArgs) -> CommandOutput {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "stormcell", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let json = json!({ "shell": args.shell.to_string(), "script": script });
    CommandOutput::ok(script, json)
}
