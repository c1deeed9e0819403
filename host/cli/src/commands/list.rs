//! `stormcell list`: every topology.

use stormcell_protocol::api::{Status, TopologySummary};

use crate::args::ListArgs;
use crate::client::Client;
use crate::failure::Failure;
use crate::format;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::summary;
use crate::table::{self, Align};

/// Asks for the topologies, and lists them.
pub(crate) async fn run(args: &ListArgs, interrupt: Interrupt) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt)?;
    let topologies = client.list().await?;
    let text = if topologies.is_empty() {
        "no topologies; submit one with `stormcell submit TOPOLOGY`\n".to_owned()
    } else {
        table(&topologies)
    };
    Ok(CommandOutput::ok(text, output::json(&topologies)?))
}

fn table(topologies: &[TopologySummary]) -> String {
    let columns = [
        ("name", Align::Left),
        ("status", Align::Left),
        ("workers", Align::Right),
        ("tasks", Align::Right),
        ("emitted", Align::Right),
        ("acked", Align::Right),
        ("failed", Align::Right),
        ("in flight", Align::Right),
        ("submitted", Align::Right),
        ("", Align::Left),
    ];
    let rows = topologies.iter().map(|topology| {
        let trees = |number: fn(&stormcell_protocol::TreeReport) -> u64| {
            topology
                .trees
                .as_ref()
                .map_or_else(|| "-".to_owned(), |trees| format::count(number(trees)))
        };
        vec![
            topology.name.clone(),
            status(topology.status).to_owned(),
            format!("{}/{}", topology.workers.up, topology.workers.planned),
            format::count(topology.tasks.into()),
            trees(|trees| trees.emitted),
            trees(|trees| trees.acked),
            trees(|trees| trees.failed),
            trees(|trees| trees.pending),
            format!("{} ago", format::ago(topology.submitted_at)),
            short_note(topology),
        ]
    });
    table::render(&columns, rows.collect())
}

/// How a topology is, in the words of the HTTP API.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Preparing => "preparing",
        Status::Starting => "starting",
        Status::Active => "active",
        Status::Inactive => "inactive",
        Status::Rebalancing => "rebalancing",
        Status::Killed => "killed",
        Status::Finished => "finished",
    }
}

/// What is going on with a topology, and what is wrong.
pub(super) fn note(topology: &TopologySummary) -> String {
    let replayed = topology.replayed_letters.as_ref().map(summary::replayed);
    let parts = [&topology.operation, &replayed, &topology.problem];
    let parts = parts.into_iter().filter_map(Option::as_deref);
    parts.collect::<Vec<_>>().join("; ")
}

/// The same as the end of a line, with where it is said why counts are not exact.
pub(super) fn short_note(topology: &TopologySummary) -> String {
    let is_uncertain = topology.trees.as_ref().and_then(summary::uncertain);
    let uncertain = is_uncertain.map(|_| {
        let name = &topology.name;
        format!("not all counts are exact: see `stormcell show {name}`")
    });
    let parts = [Some(note(topology)), uncertain].into_iter().flatten();
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use stormcell_protocol::api::WorkerCount;
    use stormcell_protocol::{ReplayedLetters, TreeReport};

    use super::*;

    #[test]
    fn a_topology_is_a_line() {
        let topology = TopologySummary {
            name: "word-count".to_owned(),
            status: Status::Active,
            operation: Some("deploying split".to_owned()),
            workers: WorkerCount { planned: 2, up: 1 },
            tasks: 6,
            generation: 1,
            submitted_at: u64::MAX,
            submission: 1,
            replayed_letters: Some(ReplayedLetters {
                processed: 2,
                in_vain: 1,
            }),
            trees: Some(TreeReport {
                emitted: 31_102,
                acked: 30_000,
                pending: 1_102,
                ..TreeReport::default()
            }),
            problem: Some("worker 1 ended".to_owned()),
        };
        let young = TopologySummary {
            name: "young".to_owned(),
            status: Status::Starting,
            operation: None,
            trees: None,
            replayed_letters: None,
            problem: None,
            ..topology.clone()
        };
        let after_a_kill = TopologySummary {
            name: "uncertain".to_owned(),
            status: Status::Finished,
            operation: None,
            replayed_letters: None,
            trees: Some(TreeReport {
                emitted: 200_000,
                acked: 198_976,
                unsettled: 1_024,
                cut_off: 1,
                ..TreeReport::default()
            }),
            problem: None,
            ..topology.clone()
        };
        assert_eq!(
            table(&[topology, young, after_a_kill]),
            "\
name        status    workers  tasks  emitted    acked  failed  in flight  submitted
word-count  active        1/2      6   31,102   30,000       0      1,102    0 s ago  deploying split; 3 dead letters replayed: 2 processed, 1 in vain; worker 1 ended
young       starting      1/2      6        -        -       -          -    0 s ago
uncertain   finished      1/2      6  200,000  198,976       0          0    0 s ago  not all counts are exact: see `stormcell show uncertain`
"
        );
    }
}
