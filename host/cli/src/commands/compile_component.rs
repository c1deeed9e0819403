//! `stormcell compile-component`: the child process that compiles a component.

use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::status::Status;

/// Compiles what comes from standard input within the limits that come with it.
pub(crate) fn run() -> Result<CommandOutput, Failure> {
    stormcell_sandbox::compile_component()
        .map(|()| CommandOutput::printed(Status::Ok))
        .map_err(|error| Failure::new(Status::Failed, error.to_string()))
}
