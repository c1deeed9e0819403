//! `stormcell kill`: the end of a topology.

use crate::args::KillArgs;
use crate::client::{Client, ClientError};
use crate::commands::poll;
use crate::confirm::confirm;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::status_line::StatusLine;

/// Asks, kills, and waits until the topology is gone.
pub(crate) async fn run(
    args: &KillArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt.clone())?;
    let name = &args.topology;
    if !args.yes {
        // A name that is wrong is said before anybody is asked.
        client.show(name).await?;
        let question = format!("kill {name} on the supervisor {}?", client.endpoint());
        if !confirm(&question, console, &interrupt).await? {
            return Err(Failure::new(Status::Failed, "nothing was killed"));
        }
    }
    let summary = client.kill(name, args.wait).await?;
    gone(&client, name, console)
        .await
        .map_err(|error| match error {
            ClientError::Interrupted => Failure::new(
                Status::Interrupted,
                format!("interrupted; {name} is being killed all the same"),
            ),
            error => error.into(),
        })?;
    Ok(CommandOutput::ok(
        format!("{name} is killed\n"),
        output::json(&summary)?,
    ))
}

/// Waits until there is no such topology.
async fn gone(client: &Client, name: &str, console: &Console) -> Result<(), ClientError> {
    let line = StatusLine::new(console);
    let mut polled = poll::Polled::new(client, name, line);
    loop {
        let detail = match polled.next().await {
            Ok(detail) => detail,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        let pending = detail.summary.trees.map_or(0, |trees| trees.pending);
        polled.show(|| format!("{name}: {} in flight", format::of(pending, "row")));
    }
}
