//! Supervisors that die, and workers that they do not hear of.

use std::time::Duration;

use stormcell_coordinator::HEARTBEAT_LIMIT;
use stormcell_links::Address;
use stormcell_protocol::control::HEARTBEAT;
use tokio::time::sleep;

use super::super::machine::NAME;
use super::super::simulation::{now, simulate};
use super::{ROWS, busy, busy_with, finishes_untouched};

#[test]
fn workers_go_on_without_a_supervisor_and_the_next_takes_them_over() {
    simulate(async || {
        let rows = 2 * ROWS;
        let mut machine = busy_with(rows).await;
        let alive = machine.alive();
        machine.halt_supervisor().await;
        let before = machine.checker.acked();
        sleep(Duration::from_secs(5)).await;
        let after = machine.checker.acked();
        assert!(after > before + 1_000, "{before} and {after}");
        machine.start_supervisor().await;
        let begin = now();
        machine.until_active().await;
        assert!(now() - begin < Duration::from_secs(2));
        assert_eq!(machine.alive(), alive);
        assert!(machine.checker.acked() < rows as usize, "it was over");
        finishes_untouched(&mut machine, rows).await;
        assert_eq!(machine.processes.started(), 4);
    });
}

#[test]
fn what_ends_without_a_supervisor_is_finished_by_the_next() {
    simulate(async || {
        let mut machine = busy().await;
        let alive = machine.alive();
        machine.halt_supervisor().await;
        machine.until_acked(ROWS as usize).await;
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(machine.alive(), alive);
        machine.start_supervisor().await;
        let begin = now();
        finishes_untouched(&mut machine, ROWS).await;
        assert!(now() - begin < Duration::from_secs(5));
        assert_eq!(machine.processes.started(), 4);
    });
}

#[test]
fn replay_begins_without_a_supervisor_and_the_restart_waits_for_one() {
    simulate(async || {
        let mut machine = busy().await;
        machine.halt_supervisor().await;
        let killed = now();
        machine.processes.kill(NAME, 1);
        machine
            .until("rows fail", async |machine| {
                !machine.checker.failed().is_empty()
            })
            .await;
        assert!(now() - killed < Duration::from_secs(1));
        sleep(Duration::from_secs(30)).await;
        assert_eq!(machine.alive().len(), 3);
        machine.start_supervisor().await;
        machine.until_active().await;
        assert_eq!(machine.alive().len(), 4);
        let (detail, _) = machine.finish(ROWS).await;
        assert_eq!(detail.report.unwrap().trees.timed_out, 0);
    });
}

#[test]
fn a_worker_that_is_silent_for_too_long_is_fenced() {
    simulate(async || {
        let mut machine = busy_with(4 * ROWS).await;
        let silent = machine.alive()[3];
        let parted = now();
        let address = machine.address(silent.worker);
        machine.network.part(&address, &Address::Supervisor);
        // Until then it goes on, as far as anybody can see.
        sleep(HEARTBEAT_LIMIT - HEARTBEAT).await;
        assert!(machine.alive().contains(&silent));
        let before = machine.checker.acked();
        machine
            .until("it is gone", async |machine| {
                !machine.alive().contains(&silent)
            })
            .await;
        let after = now() - parted;
        assert!(machine.checker.acked() > before);
        assert!(after > HEARTBEAT_LIMIT - HEARTBEAT, "{after:?}");
        assert!(after < HEARTBEAT_LIMIT + HEARTBEAT, "{after:?}");
        machine.until_active().await;
        assert!(now() - parted < HEARTBEAT_LIMIT + Duration::from_secs(1));
        assert!(machine.alive()[3].number > silent.number);
        // That one ever started while the other lived would have been seen.
        machine.finish(4 * ROWS).await;
        assert_eq!(machine.processes.started(), 5);
    });
}

#[test]
fn a_shorter_silence_means_nothing() {
    simulate(async || {
        let mut machine = busy_with(2 * ROWS).await;
        for worker in 0..4 {
            let worker = machine.address(worker);
            machine.network.part(&worker, &Address::Supervisor);
            sleep(Duration::from_secs(1)).await;
        }
        for worker in 0..4 {
            let worker = machine.address(worker);
            machine.network.join(&worker, &Address::Supervisor);
        }
        machine.until_active().await;
        finishes_untouched(&mut machine, 2 * ROWS).await;
        assert_eq!(machine.processes.started(), 4);
    });
}
