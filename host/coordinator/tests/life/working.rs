//! Workers start, die, fall silent and come back.

use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::{Command, HEARTBEAT_LIMIT};
use stormcell_protocol::api::{Status, WorkerState};
use stormcell_protocol::control::{FromWorker, SpoutMode};
use stormcell_protocol::record::Desired;

use crate::cluster::Cluster;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn no_spout_emits_before_every_worker_works() {
    let mut cluster = Cluster::new(3);
    cluster.world.broken.insert(2);
    cluster.run(2 * SECOND);
    assert_eq!(cluster.status(), Some(Status::Starting));
    assert!(
        cluster
            .modes()
            .iter()
            .all(|mode| *mode == SpoutMode::Paused)
    );
    let problem = cluster.detail().summary.problem.unwrap();
    assert!(problem.contains("worker 2"), "{problem}");
    assert!(
        problem.contains("the component file is broken"),
        "{problem}"
    );

    cluster.world.broken.clear();
    cluster.until(15 * SECOND, Cluster::is_whole);
    assert_eq!(cluster.detail().summary.problem, None);
}

#[test]
fn a_worker_that_dies_comes_back_at_once_and_the_others_go_on() {
    let mut cluster = Cluster::up(3);
    assert!(cluster.is_whole());
    cluster.kill_worker(1);
    for _ in 0..30 {
        cluster.run(Duration::from_millis(10));
        let others = cluster.processes.values().filter(|p| p.me.worker != 1);
        assert!(others.clone().count() == 2);
        for process in others {
            assert_eq!(process.spouts, SpoutMode::Active);
        }
    }
    assert!(cluster.is_whole(), "{:#?}", cluster.state());
    let detail = cluster.detail();
    assert_eq!(
        (detail.workers[1].restarts, detail.workers[1].incarnation),
        (1, 4)
    );
    assert_eq!(
        detail.workers[1].last_exit.as_deref(),
        Some("killed by signal 9")
    );
    assert_eq!(detail.workers[0].restarts, 0);
}

#[test]
fn a_worker_that_ends_again_and_again_is_started_later_and_later() {
    let mut cluster = Cluster::up(2);
    cluster.world.broken.insert(1);
    cluster.starts.clear();
    cluster.kill_worker(1);
    cluster.run(120 * SECOND);
    let times: Vec<Duration> = cluster.starts.iter().map(|(at, _)| *at).collect();
    let gaps: Vec<u128> = times
        .windows(2)
        .map(|t| (t[1] - t[0]).as_millis())
        .collect();
    for (gap, expected) in gaps
        .iter()
        .zip([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
    {
        assert!((expected..expected + 250).contains(gap), "{gaps:?}");
    }
    assert!(gaps.len() > 9);
    cluster.world.broken.clear();
    cluster.until(15 * SECOND, Cluster::is_whole);
    // Healthy for long enough, its past is forgotten.
    cluster.run(31 * SECOND);
    cluster.starts.clear();
    let died = cluster.now;
    cluster.kill_worker(1);
    cluster.run(SECOND);
    assert!(cluster.starts[0].0 - died <= Duration::from_millis(20));
}

#[test]
fn a_silent_worker_is_ended_and_only_then_replaced() {
    let mut cluster = Cluster::up(2);
    let old = cluster.of(1).unwrap();
    cluster.stop_worker(1, true);
    cluster.run(HEARTBEAT_LIMIT - SECOND);
    assert_eq!(cluster.of(1), Some(old));
    cluster.until(2 * SECOND, |c| c.of(1).is_some_and(|new| new != old));
    cluster.until(SECOND, Cluster::is_whole);
    cluster.logged("nothing was heard of it");
}

#[test]
fn a_worker_that_is_stopped_for_less_than_the_limit_goes_on() {
    let mut cluster = Cluster::up(2);
    let before = cluster.of(1);
    cluster.stop_worker(1, true);
    cluster.run(HEARTBEAT_LIMIT - SECOND);
    cluster.stop_worker(1, false);
    cluster.run(5 * SECOND);
    assert!(cluster.is_whole());
    assert_eq!(cluster.of(1), before);
}

#[test]
fn a_supervisor_that_stood_still_ends_nobody() {
    let mut cluster = Cluster::up(2);
    let before: Vec<WorkerIncarnation> = cluster.processes.keys().copied().collect();
    // Its clock went on, and nothing was handed to it.
    cluster.now += 60 * SECOND;
    cluster.run(SECOND);
    let after: Vec<WorkerIncarnation> = cluster.processes.keys().copied().collect();
    assert_eq!(before, after);
    assert!(cluster.is_whole());
}

#[test]
fn a_connection_that_breaks_interrupts_nothing() {
    let mut cluster = Cluster::up(2);
    let before = cluster.of(0);
    cluster.disconnect(0, 2 * SECOND);
    cluster.run(3 * SECOND);
    assert!(cluster.is_whole());
    assert_eq!(cluster.of(0), before);
    assert_eq!(cluster.detail().workers[0].restarts, 0);
}

#[test]
fn a_worker_that_a_peer_finds_dead_is_ended_for_certain() {
    let mut cluster = Cluster::up(2);
    let old = cluster.of(1).unwrap();
    cluster.say(0, FromWorker::PeerDied(old));
    cluster.until(SECOND, |c| c.of(1).is_some_and(|new| new != old));
    cluster.until(SECOND, Cluster::is_whole);
    // Said again of a run that is gone, it means nothing.
    let new = cluster.of(1);
    cluster.say(0, FromWorker::PeerDied(old));
    cluster.run(SECOND);
    assert_eq!(cluster.of(1), new);
}

#[test]
fn another_supervisor_takes_over_without_interrupting_anything() {
    let mut cluster = Cluster::up(3);
    let before: Vec<WorkerIncarnation> = cluster.processes.keys().copied().collect();
    cluster.kill_supervisor();
    cluster.run(10 * SECOND);
    cluster.start_supervisor();
    cluster.run(SECOND);
    assert!(cluster.is_whole(), "{:#?}", cluster.state());
    let after: Vec<WorkerIncarnation> = cluster.processes.keys().copied().collect();
    assert_eq!(before, after);
    assert!(
        cluster
            .modes()
            .iter()
            .all(|mode| *mode == SpoutMode::Active)
    );
}

#[test]
fn workers_that_died_or_stopped_meanwhile_are_replaced() {
    let mut cluster = Cluster::up(3);
    cluster.kill_supervisor();
    cluster.kill_worker(0);
    cluster.stop_worker(1, true);
    cluster.run(SECOND);
    cluster.start_supervisor();
    cluster.run(SECOND);
    let states = |c: &Cluster| {
        c.detail()
            .workers
            .iter()
            .map(|w| w.state)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        states(&cluster),
        [WorkerState::Starting, WorkerState::Unknown, WorkerState::Up],
        "the new one gets its plan when it is known what the others work by"
    );
    cluster.until(HEARTBEAT_LIMIT + SECOND, Cluster::is_whole);
}

#[test]
fn an_old_run_that_connects_is_ended() {
    let mut cluster = Cluster::up(2);
    let old = WorkerIncarnation {
        worker: 1,
        number: 0,
    };
    let stranger = WorkerIncarnation { number: 77, ..old };
    let process = crate::process::Process::new(stranger, cluster.now);
    cluster.processes.insert(stranger, process);
    cluster.run(SECOND);
    assert!(!cluster.processes.contains_key(&stranger));
    assert!(cluster.is_whole());
}

#[test]
fn spouts_are_activated_and_deactivated_and_that_is_stored() {
    let mut cluster = Cluster::up(2);
    for (command, desired) in [
        (Command::Deactivate, Desired::Inactive),
        (Command::Deactivate, Desired::Inactive),
        (Command::Activate, Desired::Active),
    ] {
        cluster.ask(SECOND, command).unwrap();
        cluster.run(Duration::from_millis(100));
        assert_eq!(cluster.stored.desired, desired);
        assert!(cluster.is_whole());
    }
}

#[test]
fn counts_do_not_go_backwards_when_a_worker_dies() {
    let mut cluster = Cluster::up(2);
    cluster.run(10 * SECOND);
    let emitted = |c: &Cluster| c.detail().report.unwrap().trees.emitted;
    let before = emitted(&cluster);
    assert!(before > 0);
    cluster.kill_worker(1);
    for _ in 0..20 {
        cluster.run(Duration::from_millis(100));
        assert!(emitted(&cluster) >= before);
    }
}
