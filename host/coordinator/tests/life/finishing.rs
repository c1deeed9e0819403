//! Every spout has ended.

use std::time::Duration;

use stormcell_coordinator::Command;
use stormcell_protocol::Ending;
use stormcell_protocol::api::{Deploy, Kill, Status, WorkerState};
use stormcell_protocol::record::{Closing, Desired};

use crate::cluster::Cluster;
use crate::topology::topology;

const SECOND: Duration = Duration::from_secs(1);

fn components(cluster: &Cluster) -> Vec<&str> {
    let mut closed: Vec<&str> = cluster.closed.iter().map(|(c, _)| c.as_str()).collect();
    closed.dedup();
    closed
}

#[test]
fn tasks_are_closed_upstream_first_and_workers_exit() {
    let mut cluster = Cluster::up(2);
    cluster.world.ended = true;
    cluster.until(10 * SECOND, |c| c.processes.is_empty());
    cluster.run(SECOND);
    assert_eq!(components(&cluster), ["verses", "split", "count"]);
    assert!(cluster.closed.iter().all(|(_, finished)| *finished));
    assert_eq!(cluster.stored.desired, Desired::Finished);
    let report = cluster.stored.last_report.clone().unwrap();
    assert_eq!(report.ending, Ending::Finished);
    let detail = cluster.detail();
    assert_eq!(detail.summary.status, Status::Finished);
    assert_eq!(detail.report, Some(report));
    assert!(detail.workers.iter().all(|w| w.state == WorkerState::Down));
    assert!(cluster.starts.len() == 2, "nobody is started again");
}

#[test]
fn a_finished_topology_changes_no_more_but_can_be_removed() {
    let mut cluster = Cluster::up(2);
    cluster.world.ended = true;
    cluster.until(10 * SECOND, |c| c.processes.is_empty());
    for command in [
        Command::Activate,
        Command::Rebalance(Default::default()),
        Command::Deploy(
            Deploy {
                component: "count".to_owned(),
                digest: "sha256:second".to_owned(),
                canary_percent: 100,
                max_error_rate: 0.1,
                watch_ms: 0,
                allow: Vec::new(),
            },
            topology(),
        ),
    ] {
        let problem = cluster.ask(SECOND, command).unwrap_err();
        assert_eq!(problem.code, "conflict");
    }
    cluster.kill_supervisor();
    cluster.start_supervisor();
    cluster.run(SECOND);
    assert_eq!(cluster.status(), Some(Status::Finished));
    cluster.ask(SECOND, Command::Kill(Kill::default())).unwrap();
    assert!(cluster.removed);
}

#[test]
fn rows_in_flight_and_inactive_spouts_keep_it_from_finishing() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.world.ended = true;
    cluster.run(5 * SECOND);
    assert!(cluster.is_whole());
    cluster.ask(SECOND, Command::Deactivate).unwrap();
    cluster.world.stuck = false;
    cluster.run(5 * SECOND);
    assert!(cluster.is_whole());
    cluster.ask(SECOND, Command::Activate).unwrap();
    cluster.until(10 * SECOND, |c| c.stored.desired == Desired::Finished);
}

#[test]
fn a_worker_that_dies_while_tasks_are_closed_comes_back_and_does_not_emit() {
    for again in [false, true] {
        let mut cluster = Cluster::up(2);
        cluster.world.ended = true;
        cluster.until(10 * SECOND, |c| c.stored.closing == Some(Closing::Finished));
        cluster.kill_worker(1);
        if again {
            cluster.kill_supervisor();
            cluster.run(SECOND);
            cluster.start_supervisor();
        }
        // That nobody is told to emit is checked by the cluster.
        cluster.until(20 * SECOND, |c| c.stored.desired == Desired::Finished);
        cluster.run(SECOND);
        assert!(cluster.is_whole());
        assert_eq!(*components(&cluster).last().unwrap(), "count");
    }
}
