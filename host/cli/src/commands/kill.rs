//! `stormcell kill`: the end of a topology, and of what its tasks keep.

use serde_json::json;
use stormcell_protocol::api::{Killed, LogLevel, LogQuery, TopologySummary};

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

/// Asks, kills, and waits until the topology is gone. If it is gone already and its state is
/// to be removed, removes that.
pub(crate) async fn run(
    args: &KillArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt.clone())?;
    let name = &args.topology;
    if !args.yes {
        // A name that is wrong is said before anybody is asked.
        let there = match client.show(name).await {
            Err(error) if error.is_not_found() && args.remove_state => false,
            shown => shown.map(|_| true)?,
        };
        let question = question(args, there, &client.endpoint().to_string());
        if !confirm(&question, console, &interrupt).await? {
            return Err(Failure::new(Status::Failed, "nothing was killed"));
        }
    }
    let since = format::now_millis();
    let killed = match client.kill(name, args.wait, args.remove_state).await {
        Err(error) if error.is_not_found() && args.remove_state => {
            let state = client.remove_state(name).await?;
            return Ok(CommandOutput::ok(
                format!("the state of {name} is removed\n"),
                json!({ "name": name, "state": output::json(&state)? }),
            ));
        }
        killed => killed?,
    };
    let submission = killed.topology.submission;
    gone(&client, name, console)
        .await
        .map_err(|error| match error {
            ClientError::Interrupted => Failure::new(
                Status::Interrupted,
                format!("interrupted; {name} is being killed all the same"),
            ),
            error => error.into(),
        })?;
    let warnings = warnings(&client, name, submission, since).await?;
    let mut text = text(args, &killed);
    text.extend(warnings.iter().map(|said| format!("warning: {said}\n")));
    let mut json = output::json(&killed)?;
    json["warnings"] = json!(warnings);
    Ok(CommandOutput::ok(text, json))
}

/// The warnings of the supervisor while it ended the topology: rows that it abandoned, tasks
/// that took too long to close. None if its logs have been removed meanwhile.
async fn warnings(
    client: &Client,
    name: &str,
    submission: u32,
    since: u64,
) -> Result<Vec<String>, ClientError> {
    let query = LogQuery {
        submission: Some(submission),
        level: Some(LogLevel::Warn),
        since: Some(since),
        ..LogQuery::default()
    };
    let mut lines = client.logs(name, &query);
    let mut warnings = Vec::new();
    while let Some(line) = lines.next().await {
        match line {
            Ok(line) if line.worker.is_none() => warnings.push(line.message),
            Ok(_) => {}
            Err(error) if error.is_not_found() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(warnings)
}

fn question(args: &KillArgs, there: bool, server: &str) -> String {
    let name = &args.topology;
    match (there, args.remove_state) {
        (false, _) => format!(
            "{name} is not on the supervisor {server}; remove what its tasks have kept, for good?"
        ),
        (true, true) => format!(
            "kill {name} on the supervisor {server}, and remove what its tasks keep, for good?"
        ),
        (true, false) => format!("kill {name} on the supervisor {server}?"),
    }
}

fn text(args: &KillArgs, killed: &Killed) -> String {
    let name = &args.topology;
    match &killed.state {
        Some(state) if state.removed => format!("{name} is killed, and its state is removed\n"),
        Some(state) => format!(
            "{name} is killed\nits state stays in {}; remove it with `stormcell kill {name} \
             --remove-state`\n",
            state.folder.display()
        ),
        None if args.remove_state => format!("{name} is killed; it had no state\n"),
        None => format!("{name} is killed\n"),
    }
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
        polled.show(|| progress(&detail.summary));
    }
}

/// What is still to be done, or what is in the way of that.
fn progress(summary: &TopologySummary) -> String {
    let name = &summary.name;
    match &summary.problem {
        Some(problem) => format!("{name}: {problem}"),
        None => {
            let pending = summary.trees.map_or(0, |trees| trees.pending);
            format!("{name}: {} in flight", format::of(pending, "row"))
        }
    }
}
