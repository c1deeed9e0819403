//! `stormcell activate` and `stormcell deactivate`: whether spouts emit.

use stormcell_protocol::api::TopologySummary;

use super::list;
use crate::args::{ActivateArgs, DeactivateArgs};
use crate::client::Client;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};

/// Lets the spouts emit.
pub(crate) async fn activate(
    args: &ActivateArgs,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt)?;
    render(&client.activate(&args.topology).await?)
}

/// Lets the spouts not emit.
pub(crate) async fn deactivate(
    args: &DeactivateArgs,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt)?;
    render(&client.deactivate(&args.topology).await?)
}

fn render(topology: &TopologySummary) -> Result<CommandOutput, Failure> {
    let text = format!("{} is {}\n", topology.name, list::status(topology.status));
    Ok(CommandOutput::ok(text, output::json(topology)?))
}
