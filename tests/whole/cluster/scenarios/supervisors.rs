//! Supervisors that die, and workers that they do not hear of.

use std::time::Duration;

use stormcell_coordinator::HEARTBEAT_LIMIT;
use stormcell_links::Address;
use stormcell_protocol::control::HEARTBEAT;
use tokio::time::sleep;

use super::super::cluster::NAME;
use super::super::simulation::{now, simulate};
use super::{ROWS, busy, busy_with, finishes_untouched};

#[test]
fn workers_go_on_without_a_supervisor_and_the_next_takes_them_over() {
    simulate(async || {
        let rows = 2 * ROWS;
        let mut cluster = busy_with(rows).await;
        let alive = cluster.alive();
        cluster.halt_supervisor().await;
        let before = cluster.checker.acked();
        sleep(Duration::from_secs(5)).await;
        let after = cluster.checker.acked();
        assert!(after > before + 1_000, "{before} and {after}");
        cluster.start_supervisor().await;
        let begin = now();
        cluster.until_active().await;
        assert!(now() - begin < Duration::from_secs(2));
        assert_eq!(cluster.alive(), alive);
        assert!(cluster.checker.acked() < rows as usize, "it was over");
        finishes_untouched(&mut cluster, rows).await;
        assert_eq!(cluster.processes.started(), 4);
    });
}

#[test]
fn what_ends_without_a_supervisor_is_finished_by_the_next() {
    simulate(async || {
        let mut cluster = busy().await;
        let alive = cluster.alive();
        cluster.halt_supervisor().await;
        cluster.until_acked(ROWS as usize).await;
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(cluster.alive(), alive);
        cluster.start_supervisor().await;
        let begin = now();
        finishes_untouched(&mut cluster, ROWS).await;
        assert!(now() - begin < Duration::from_secs(5));
        assert_eq!(cluster.processes.started(), 4);
    });
}

#[test]
fn replay_begins_without_a_supervisor_and_the_restart_waits_for_one() {
    simulate(async || {
        let mut cluster = busy().await;
        cluster.halt_supervisor().await;
        let killed = now();
        cluster.processes.kill(NAME, 1);
        cluster
            .until("rows fail", async |cluster| {
                !cluster.checker.failed().is_empty()
            })
            .await;
        assert!(now() - killed < Duration::from_secs(1));
        sleep(Duration::from_secs(30)).await;
        assert_eq!(cluster.alive().len(), 3);
        cluster.start_supervisor().await;
        cluster.until_active().await;
        assert_eq!(cluster.alive().len(), 4);
        let (detail, _) = cluster.finish(ROWS).await;
        assert_eq!(detail.report.unwrap().trees.timed_out, 0);
    });
}

#[test]
fn a_worker_that_is_silent_for_too_long_is_fenced() {
    simulate(async || {
        let mut cluster = busy_with(4 * ROWS).await;
        let silent = cluster.alive()[3];
        let parted = now();
        let address = cluster.address(silent.worker);
        cluster.network.part(&address, &Address::Supervisor);
        // Until then it goes on, as far as anybody can see.
        sleep(HEARTBEAT_LIMIT - HEARTBEAT).await;
        assert!(cluster.alive().contains(&silent));
        let before = cluster.checker.acked();
        cluster
            .until("it is gone", async |cluster| {
                !cluster.alive().contains(&silent)
            })
            .await;
        let after = now() - parted;
        assert!(cluster.checker.acked() > before);
        assert!(after > HEARTBEAT_LIMIT - HEARTBEAT, "{after:?}");
        assert!(after < HEARTBEAT_LIMIT + HEARTBEAT, "{after:?}");
        cluster.until_active().await;
        assert!(now() - parted < HEARTBEAT_LIMIT + Duration::from_secs(1));
        assert!(cluster.alive()[3].number > silent.number);
        // That one ever started while the other lived would have been seen.
        cluster.finish(4 * ROWS).await;
        assert_eq!(cluster.processes.started(), 5);
    });
}

#[test]
fn a_shorter_silence_means_nothing() {
    simulate(async || {
        let mut cluster = busy_with(2 * ROWS).await;
        for worker in 0..4 {
            let worker = cluster.address(worker);
            cluster.network.part(&worker, &Address::Supervisor);
            sleep(Duration::from_secs(1)).await;
        }
        for worker in 0..4 {
            let worker = cluster.address(worker);
            cluster.network.join(&worker, &Address::Supervisor);
        }
        cluster.until_active().await;
        finishes_untouched(&mut cluster, 2 * ROWS).await;
        assert_eq!(cluster.processes.started(), 4);
    });
}
