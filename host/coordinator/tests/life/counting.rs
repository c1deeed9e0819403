//! Counts of a topology survive its workers and its supervisor, and say what they lack.

use std::time::Duration;

use stormcell_coordinator::Command;
use stormcell_protocol::TreeReport;
use stormcell_protocol::api::{Rebalance, Status};
use stormcell_protocol::record::Desired;

use crate::cluster::Cluster;

const SOON: Duration = Duration::from_secs(10);

fn trees(cluster: &Cluster) -> TreeReport {
    cluster.detail().report.unwrap().trees
}

/// How many rows all processes have emitted that there were.
fn emitted(cluster: &Cluster) -> u64 {
    let alive = cluster.processes.values().map(|process| process.counted);
    cluster.done + alive.sum::<u64>()
}

fn pause(cluster: &mut Cluster) {
    cluster.ask(SOON, Command::Deactivate).unwrap();
    // The next heartbeats tell what was done until then.
    cluster.run(Duration::from_secs(2));
}

#[test]
fn what_a_killed_worker_had_in_flight_is_not_known_and_its_end_is_counted() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    cluster.run(Duration::from_secs(2));
    let before = trees(&cluster);
    assert_eq!(
        (before.pending, before.unsettled, before.cut_off),
        (14, 0, 0)
    );
    cluster.kill_worker(1);
    cluster.run(Duration::from_millis(50));
    let after = trees(&cluster);
    assert_eq!((after.pending, after.unsettled, after.cut_off), (7, 7, 1));
    assert!(after.emitted >= before.emitted, "{before:?} {after:?}");
    assert!(after.emitted <= emitted(&cluster), "{after:?}");
}

/// Whoever ends in an orderly way says at last what it did.
#[test]
fn counts_are_exact_over_a_rebalance_and_a_suspension() {
    let mut cluster = Cluster::up(3);
    cluster.run(Duration::from_secs(1));
    let asked = Rebalance {
        workers: Some(1),
        ..Rebalance::default()
    };
    cluster.ask(SOON, Command::Rebalance(asked)).unwrap();
    cluster.run(Duration::from_secs(2));
    pause(&mut cluster);
    let exact = emitted(&cluster);
    assert_eq!(
        (trees(&cluster).emitted, trees(&cluster).cut_off),
        (exact, 0)
    );

    let wait = Duration::from_secs(1);
    cluster.ask(SOON, Command::Suspend { wait }).unwrap();
    let stored = cluster.stored.report().unwrap().trees;
    assert_eq!((stored.emitted, stored.cut_off), (exact, 0));
    cluster.kill_supervisor();
    cluster.start_supervisor();
    cluster.until(SOON, |c| c.status() == Some(Status::Inactive));
    cluster.run(Duration::from_secs(1));
    assert_eq!(
        (trees(&cluster).emitted, trees(&cluster).cut_off),
        (exact, 0)
    );
    cluster.ask(SOON, Command::Activate).unwrap();
    cluster.run(Duration::from_secs(2));
    pause(&mut cluster);
    assert!(emitted(&cluster) > exact);
    assert_eq!(trees(&cluster).emitted, emitted(&cluster));
}

/// How long it took is the sum over the runs of a worker, not the longest of them.
#[test]
fn times_of_runs_that_follow_each_other_are_added() {
    let mut cluster = Cluster::up(2);
    for _ in 0..3 {
        cluster.kill_worker(0);
        cluster.until(SOON, Cluster::is_whole);
        cluster.run(Duration::from_secs(1));
    }
    let report = cluster.detail().report.unwrap();
    // Each process says one second.
    assert_eq!(report.elapsed_seconds, 4.0);
    assert_eq!(
        report.spout_rows_per_second,
        report.trees.emitted as f64 / 4.0
    );
}

#[test]
fn counts_of_ended_workers_survive_the_supervisor() {
    let mut cluster = Cluster::up(2);
    cluster.run(Duration::from_secs(1));
    cluster.kill_worker(0);
    cluster.until(SOON, Cluster::is_whole);
    pause(&mut cluster);
    let before = trees(&cluster);
    assert_eq!(before.cut_off, 1);
    cluster.kill_supervisor();
    cluster.start_supervisor();
    cluster.run(Duration::from_secs(2));
    assert_eq!(trees(&cluster), before);
}

#[test]
fn a_worker_that_ends_while_no_supervisor_is_there_is_counted_as_cut_off() {
    let mut cluster = Cluster::up(2);
    pause(&mut cluster);
    cluster.kill_supervisor();
    cluster.kill_worker(1);
    cluster.start_supervisor();
    cluster.until(SOON, Cluster::is_whole);
    cluster.run(Duration::from_secs(1));
    assert_eq!(trees(&cluster).cut_off, 1);
}

#[test]
fn counts_are_exact_at_the_end() {
    let mut cluster = Cluster::up(2);
    cluster.run(Duration::from_secs(1));
    cluster.world.ended = true;
    cluster.until(SOON, |c| c.stored.desired == Desired::Finished);
    let exact = emitted(&cluster);
    cluster.until(SOON, |c| c.processes.is_empty());
    let trees = trees(&cluster);
    assert_eq!((trees.emitted, trees.acked), (exact, exact));
    assert_eq!((trees.unsettled, trees.cut_off), (0, 0));
}
