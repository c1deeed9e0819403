//! `stormcell show`: one topology.

use stormcell_protocol::api::{TaskDetail, TopologyDetail, WorkerDetail, WorkerState};
use stormcell_protocol::record::Deployment;

use super::{deploy, list};
use crate::args::ShowArgs;
use crate::client::Client;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::table::{self, Align};
use crate::{format, summary};

/// Asks for a topology, and shows it.
pub(crate) async fn run(args: &ShowArgs, interrupt: Interrupt) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt)?;
    let detail = client.show(&args.topology).await?;
    Ok(CommandOutput::ok(text(&detail), output::json(&detail)?))
}

fn text(detail: &TopologyDetail) -> String {
    let mut sections = vec![head(detail), workers(&detail.workers), tasks(&detail.tasks)];
    if let Some(report) = &detail.report {
        let letters = summary::dead_letters(report, " --served");
        let replayed = summary::replayed_letters(report, " --served");
        sections.push(summary::whole(report, false) + &letters + &replayed);
    }
    if !detail.signers.is_empty() {
        sections.push(signers(detail));
    }
    if !detail.deployments.is_empty() {
        sections.push(deployments(&detail.deployments));
    }
    if let Some(report) = &detail.report {
        let errors = summary::errors(report);
        if !errors.is_empty() {
            sections.push(format!("errors\n{}\n", errors.join("\n")));
        }
    }
    sections.join("\n")
}

fn head(detail: &TopologyDetail) -> String {
    let topology = &detail.summary;
    let mut text = format!(
        "{}: {}, {} of {} up, generation {}, submitted {} ago\n",
        topology.name,
        list::status(topology.status),
        topology.workers.up,
        format::of(topology.workers.planned.into(), "worker"),
        topology.generation,
        format::ago(topology.submitted_at),
    );
    let note = list::note(topology);
    if !note.is_empty() {
        text.push_str(&format!("{note}\n"));
    }
    text
}

fn workers(workers: &[WorkerDetail]) -> String {
    let columns = [
        ("worker", Align::Right),
        ("state", Align::Left),
        ("for", Align::Right),
        ("process", Align::Right),
        ("incarnation", Align::Right),
        ("restarts", Align::Right),
        ("memory", Align::Right),
        ("last exit", Align::Left),
    ];
    let rows = workers.iter().map(|worker| {
        vec![
            worker.worker.to_string(),
            state(worker.state).to_owned(),
            format::age(worker.seconds),
            worker.pid.map_or_else(dash, |pid| pid.to_string()),
            worker.incarnation.to_string(),
            format::count(worker.restarts.into()),
            worker.memory.map_or_else(dash, format::size),
            worker.last_exit.clone().unwrap_or_default(),
        ]
    });
    table::render(&columns, rows.collect())
}

fn dash() -> String {
    "-".to_owned()
}

/// How a worker is, in the words of the HTTP API.
pub(super) fn state(state: WorkerState) -> &'static str {
    match state {
        WorkerState::Unknown => "unknown",
        WorkerState::Starting => "starting",
        WorkerState::Up => "up",
        WorkerState::BackingOff => "backing-off",
        WorkerState::Fencing => "fencing",
        WorkerState::Down => "down",
    }
}

fn tasks(tasks: &[TaskDetail]) -> String {
    let columns = [
        ("task", Align::Right),
        ("component", Align::Left),
        ("index", Align::Right),
        ("worker", Align::Right),
        ("module", Align::Left),
        ("last error", Align::Left),
    ];
    let rows = tasks.iter().map(|task| {
        let trial = if task.trial { " (on trial)" } else { "" };
        let error = task.last_error.as_deref().unwrap_or_default();
        vec![
            task.task.to_string(),
            task.component.clone(),
            task.index.to_string(),
            task.worker.to_string(),
            format!("{}{trial}", deploy::short(&task.digest)),
            format::one_line(error),
        ]
    });
    table::render(&columns, rows.collect())
}

/// Who signed the component files that run.
fn signers(detail: &TopologyDetail) -> String {
    let columns = [("module", Align::Left), ("signed by", Align::Left)];
    let signers = detail.signers.iter();
    let rows = signers.map(|(digest, key)| vec![deploy::short(digest), key.clone()]);
    table::render(&columns, rows.collect())
}

fn deployments(deployments: &[Deployment]) -> String {
    let columns = [
        ("deployment", Align::Right),
        ("component", Align::Left),
        ("when", Align::Right),
        ("from", Align::Left),
        ("to", Align::Left),
        ("canary", Align::Right),
        ("longest pause", Align::Right),
        ("outcome", Align::Left),
    ];
    let rows = deployments.iter().map(|deployment| {
        let longest = deployment.pauses_us.iter().max();
        vec![
            deployment.number.to_string(),
            deployment.component.clone(),
            format!("{} ago", format::ago(deployment.at)),
            deploy::short(&deployment.from),
            deploy::short(&deployment.to),
            format!("{} %", deployment.canary_percent),
            longest.map_or_else(dash, |micros| deploy::pause(*micros)),
            format::one_line(&deploy::outcome(&deployment.outcome)),
        ]
    });
    table::render(&columns, rows.collect())
}

#[cfg(test)]
mod tests;
