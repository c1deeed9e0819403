//! Dead letters that a run is to process.

use serde_json::json;
use stormcell_dead_letters::{RequestError, Store};

use crate::failure::Failure;
use crate::output::CommandOutput;

/// Whether letters are asked for.
pub(super) fn are_asked(letters: &Store) -> Result<bool, Failure> {
    let asked = letters.asked(1, |_| true);
    let asked = asked.map_err(|error| Failure::from(RequestError::from(error)))?;
    Ok(!asked.is_empty())
}

/// There is nothing to do for a run that only replays letters. Nothing is started: what bolts
/// write when they are closed would look like the result of a run.
pub(super) fn none(topology: &str, options: &str) -> CommandOutput {
    let text = format!(
        "no dead letters of {topology} are to be replayed; ask for them with `stormcell \
         dead-letter replay {topology} --all{options}`\n"
    );
    CommandOutput::ok(text, json!({ "succeeded": true, "report": null }))
}
