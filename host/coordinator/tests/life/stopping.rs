//! A topology is killed or suspended.

use std::time::Duration;

use stormcell_coordinator::{Answer, Command, HEARTBEAT_LIMIT};
use stormcell_protocol::api::{Kill, Rebalance, Status};
use stormcell_protocol::control::SpoutMode;
use stormcell_protocol::record::Desired;

use crate::cluster::Cluster;

const SECOND: Duration = Duration::from_secs(1);

fn kill(wait_ms: u64) -> Command {
    Command::Kill(Kill {
        wait_ms: Some(wait_ms),
        remove_state: false,
    })
}

#[test]
fn a_kill_drains_closes_and_removes() {
    let mut cluster = Cluster::up(3);
    let answer = cluster.ask(SECOND, kill(10_000)).unwrap();
    let Answer::Topology(summary) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(summary.status, Status::Killed);
    assert!(
        cluster
            .modes()
            .iter()
            .all(|mode| *mode == SpoutMode::Stopped)
    );
    assert_eq!(cluster.operation(), "killing: draining");
    cluster.until(5 * SECOND, |c| c.removed);
    assert!(cluster.closed.iter().all(|(_, finished)| !finished));
    assert_eq!(
        cluster.closed.len(),
        6,
        "three components, two workers each"
    );
    assert_eq!(cluster.starts.len(), 3);
    let problem = cluster.ask(SECOND, Command::Activate).unwrap_err();
    assert_eq!(problem.code, "conflict");
}

#[test]
fn what_does_not_settle_in_time_is_abandoned() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.run(SECOND);
    cluster.ask(SECOND, kill(3_000)).unwrap();
    cluster.run(2 * SECOND);
    assert!(!cluster.removed);
    cluster.until(2 * SECOND, |c| c.removed);
    cluster.logged("the wait is over; abandoned: 14 spout rows are not settled");
    assert!(!cluster.closed.is_empty());
}

#[test]
fn dead_workers_are_not_started_again_for_a_kill() {
    let mut cluster = Cluster::up(3);
    cluster.world.broken.insert(1);
    cluster.kill_worker(1);
    cluster.run(5 * SECOND);
    let starts = cluster.starts.len();
    cluster.ask(SECOND, kill(10_000)).unwrap();
    cluster.kill_worker(2);
    cluster.until(5 * SECOND, |c| c.removed);
    assert_eq!(cluster.starts.len(), starts);
}

#[test]
fn a_topology_that_never_started_can_be_killed() {
    let mut cluster = Cluster::new(2);
    cluster.world.broken.extend([0, 1]);
    cluster.run(Duration::from_millis(30));
    cluster.ask(SECOND, kill(10_000)).unwrap();
    cluster.until(5 * SECOND, |c| c.removed);
}

#[test]
fn a_stopped_worker_does_not_hold_up_a_kill() {
    let mut cluster = Cluster::up(2);
    cluster.stop_worker(1, true);
    cluster.ask(SECOND, kill(1_000)).unwrap();
    cluster.until(HEARTBEAT_LIMIT + 3 * SECOND, |c| c.removed);
}

#[test]
fn another_supervisor_goes_on_with_a_kill() {
    let mut cluster = Cluster::up(2);
    cluster.ask(SECOND, kill(60_000)).unwrap();
    cluster.kill_supervisor();
    cluster.run(SECOND);
    assert!(!cluster.removed);
    cluster.start_supervisor();
    cluster.until(5 * SECOND, |c| c.removed);
    assert_eq!(cluster.starts.len(), 2);
}

/// The next supervisor waited as long as if nobody had said how long.
#[test]
fn the_wait_of_a_kill_goes_on_when_another_supervisor_does() {
    for wait in [10_u32, 120] {
        let mut cluster = Cluster::up(2);
        cluster.world.stuck = true;
        cluster.run(SECOND);
        cluster.ask(SECOND, kill(u64::from(wait) * 1_000)).unwrap();
        cluster.run(SECOND);
        cluster.kill_supervisor();
        cluster.run(wait / 2 * SECOND);
        cluster.start_supervisor();
        cluster.run((wait / 2 - 3) * SECOND);
        assert!(!cluster.removed, "{wait} s");
        cluster.until(6 * SECOND, |c| c.removed);
        cluster.logged("the wait is over; abandoned: 14 spout rows are not settled");
    }
}

#[test]
fn a_wait_that_was_over_without_a_supervisor_is_over() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.run(SECOND);
    cluster.ask(SECOND, kill(10_000)).unwrap();
    cluster.kill_supervisor();
    cluster.run(60 * SECOND);
    assert!(!cluster.removed);
    cluster.start_supervisor();
    cluster.until(6 * SECOND, |c| c.removed);
}

#[test]
fn a_kill_takes_the_place_of_a_rebalance() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    let asked = cluster.command(Command::Rebalance(Rebalance {
        workers: Some(3),
        ..Rebalance::default()
    }));
    cluster.run(SECOND);
    assert_eq!(cluster.status(), Some(Status::Rebalancing));
    cluster.ask(SECOND, kill(100)).unwrap();
    let problem = cluster.answers[&asked].clone().unwrap_err();
    assert!(problem.message.contains("is being killed"), "{problem:?}");
    cluster.until(5 * SECOND, |c| c.removed);
}

#[test]
fn a_second_kill_may_shorten_the_wait() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.ask(SECOND, kill(600_000)).unwrap();
    cluster.run(5 * SECOND);
    cluster.ask(SECOND, kill(0)).unwrap();
    cluster.until(5 * SECOND, |c| c.removed);
}

/// The supervisor removes it with the record, which is not before every worker is gone
/// (`Cluster::act`).
#[test]
fn that_its_state_is_to_be_removed_is_stored_with_the_kill() {
    let kill = |wait_ms, remove_state| {
        Command::Kill(Kill {
            wait_ms,
            remove_state,
        })
    };
    let mut cluster = Cluster::up(2);
    cluster.ask(SECOND, kill(Some(100), true)).unwrap();
    assert!(cluster.stored.remove_state);
    cluster.until(5 * SECOND, |c| c.removed);

    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.ask(SECOND, kill(Some(10_000), false)).unwrap();
    assert!(!cluster.stored.remove_state);
    // It may be said later, and is not taken back; the wait stays what it was.
    for remove_state in [true, false] {
        cluster.ask(SECOND, kill(None, remove_state)).unwrap();
        assert!(cluster.stored.remove_state);
    }
    cluster.run(5 * SECOND);
    assert!(!cluster.removed);
    cluster.kill_supervisor();
    cluster.start_supervisor();
    cluster.ask(SECOND, kill(Some(0), false)).unwrap();
    cluster.until(5 * SECOND, |c| c.removed);
    assert!(cluster.stored.remove_state);
}

#[test]
fn a_suspended_topology_is_started_again_by_the_next_supervisor() {
    let mut cluster = Cluster::up(2);
    let wait = 10 * SECOND;
    let answer = cluster.ask(20 * SECOND, Command::Suspend { wait }).unwrap();
    assert!(matches!(answer, Answer::Topology(_)));
    assert!(cluster.processes.is_empty());
    assert!(!cluster.removed && !cluster.closed.is_empty());
    assert_eq!(cluster.stored.desired, Desired::Active);
    assert!(cluster.stored.last_report.is_some());
    let problem = cluster.ask(SECOND, Command::Activate).unwrap_err();
    assert!(problem.message.contains("suspended"), "{problem:?}");
    cluster.kill_supervisor();
    cluster.start_supervisor();
    cluster.until(SECOND, Cluster::is_whole);
}

#[test]
fn workers_that_were_half_suspended_are_replaced() {
    let mut cluster = Cluster::up(2);
    cluster.command(Command::Suspend { wait: 10 * SECOND });
    cluster.until(SECOND, |c| !c.closed.is_empty());
    cluster.kill_supervisor();
    cluster.run(SECOND);
    cluster.start_supervisor();
    cluster.until(2 * SECOND, Cluster::is_whole);
    assert_eq!(cluster.starts.len(), 4);
}

#[test]
fn a_suspension_during_a_kill_is_answered_too() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.ask(SECOND, kill(600_000)).unwrap();
    cluster
        .ask(10 * SECOND, Command::Suspend { wait: SECOND })
        .unwrap();
    assert!(cluster.removed);
}
