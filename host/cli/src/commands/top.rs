//! `stormcell top`: topologies, or the components of one, live.

mod app;
mod fetch;
mod rows;
mod screen;

use std::io::IsTerminal as _;
use std::time::Duration;

use crate::args::TopArgs;
use crate::client::Client;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::table;
use app::{App, Step};
use fetch::Snapshot;

/// How often everything is asked for.
const EVERY: Duration = Duration::from_secs(1);

/// Shows a table that changes, or prints one where nothing can be drawn.
pub(crate) async fn run(
    args: &TopArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt.clone())?;
    let name = args.topology.as_deref();
    // What is wrong now is said before the screen is cleared.
    let first = Snapshot::take(&client, name).await?;
    if console.json {
        let json = match &first.detail {
            Some(detail) => output::json(detail)?,
            None => output::json(&first.topologies)?,
        };
        return Ok(CommandOutput::ok(String::new(), json));
    }
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        return live(client, first, args.topology.clone(), interrupt).await;
    }
    tokio::select! {
        () = tokio::time::sleep(EVERY) => {}
        () = interrupt.requested() => return Ok(CommandOutput::printed(Status::Interrupted)),
    }
    let second = Snapshot::take(&client, name).await?;
    Ok(CommandOutput::ok(
        once(&first, &second),
        serde_json::Value::Null,
    ))
}

/// One table, with the rates between two moments.
fn once(before: &Snapshot, now: &Snapshot) -> String {
    match &now.detail {
        Some(_) => {
            let components = rows::components(Some(before), now);
            let workers = rows::workers(now);
            format!(
                "{}\n{}",
                table::render(&components.columns, components.rows),
                table::render(&workers.columns, workers.rows)
            )
        }
        None => {
            let topologies = rows::topologies(Some(before), now);
            table::render(&topologies.columns, topologies.rows)
        }
    }
}

/// Draws until somebody leaves.
async fn live(
    client: Client,
    first: Snapshot,
    topology: Option<String>,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let undrawable = |error: std::io::Error| {
        Failure::new(
            Status::Internal,
            format!("cannot draw on the terminal: {error}"),
        )
    };
    let mut app = App::new(topology, first);
    let mut snapshots = fetch::start(client, app.wanted());
    let mut keys = screen::keys();
    let mut terminal = ratatui::try_init().map_err(undrawable)?;
    let status = loop {
        if let Err(error) = terminal.draw(|frame| screen::draw(&mut app, frame)) {
            ratatui::restore();
            return Err(undrawable(error));
        }
        tokio::select! {
            Some(taken) = snapshots.next() => app.take(taken),
            key = keys.recv() => match key.map_or(Step::Leave, |key| app.key(key)) {
                Step::Stay => {}
                Step::Look => snapshots.look_at(app.wanted()),
                Step::Leave => break Status::Ok,
            },
            () = interrupt.requested() => break Status::Interrupted,
        }
    };
    ratatui::restore();
    Ok(CommandOutput::printed(status))
}

#[cfg(test)]
mod tests;
