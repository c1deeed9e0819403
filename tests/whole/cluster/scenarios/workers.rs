//! Workers that die.

use std::time::Duration;

use super::super::machine::{Machine, NAME};
use super::super::simulation::{now, simulate};
use super::super::topology::{PENDING, SPOUTS, text};
use super::{ROWS, busy};

/// After the death of a worker, everything is as before within this time.
const AT_ONCE: Duration = Duration::from_millis(500);

#[test]
fn trees_that_touched_a_dead_worker_fail_at_once_and_only_they() {
    simulate(async || {
        let mut machine = busy().await;
        let killed = now();
        machine.processes.kill(NAME, 0);
        machine
            .until("rows fail", async |machine| {
                !machine.checker.failed().is_empty()
            })
            .await;
        assert!(now() - killed < AT_ONCE);
        machine
            .until("it is started again", async |machine| {
                machine.alive().len() == 4 && machine.processes.started() == 5
            })
            .await;
        machine.until_active().await;
        assert!(now() - killed < AT_ONCE, "{:?}", now() - killed);

        let (detail, _) = machine.finish(ROWS).await;
        let failed = machine.checker.failed();
        let late = failed.iter().find(|(at, _)| *at - killed > AT_ONCE);
        assert_eq!(late, None, "killed at {killed:?}");
        // Those that went by the other relay and wait in the other hold were not touched.
        assert!(failed.len() < (SPOUTS * PENDING) as usize, "{failed:?}");
        let trees = detail.report.unwrap().trees;
        assert_eq!((trees.timed_out, trees.failed), (0, failed.len() as u64));
    });
}

#[test]
fn a_spout_whose_worker_dies_begins_again_and_the_other_does_not() {
    simulate(async || {
        let mut machine = busy().await;
        let before = machine.checker.printed();
        let killed = now();
        machine.processes.kill(NAME, 2);
        machine.until_active().await;
        let (_, again) = machine.finish(ROWS).await;
        // A source has no memory: its first rows are emitted again. Which source was in
        // worker 2 is to be seen by them.
        let printed = machine.checker.printed();
        let first: Vec<i64> = (0..SPOUTS as i64)
            .filter(|row| printed[row].by.len() > 1)
            .collect();
        assert_eq!(first.len(), 1, "{first:?}");
        let of_other = |row: i64| row % SPOUTS as i64 != first[0];
        // Of the other one only what had touched the worker.
        let others = printed
            .iter()
            .filter(|(row, printed)| of_other(**row) && printed.by.len() > 1);
        assert!(others.count() <= PENDING as usize);
        assert!(again >= before.len() / 2 - PENDING as usize, "{again}");
        let failed = machine.checker.failed();
        let late = failed.iter().find(|(at, _)| *at - killed > AT_ONCE);
        assert_eq!(late, None, "killed at {killed:?}");
    });
}

/// Before anything of it is acked: its first rows are with other workers, or nowhere.
#[test]
fn a_spout_whose_worker_dies_before_its_first_ack_loses_nothing() {
    for moment in [0, 1, 5, 50] {
        simulate(async move || {
            let mut machine = Machine::with(&text(ROWS), 4).await;
            tokio::time::sleep(Duration::from_millis(moment)).await;
            assert_eq!(machine.checker.acked(), 0, "after {moment} ms");
            machine.processes.kill(NAME, 2);
            machine.until_active().await;
            // All of its rows arrive and are acked.
            let (detail, _) = machine.finish(ROWS).await;
            assert_eq!(detail.report.unwrap().trees.timed_out, 0);
        });
    }
}

#[test]
fn after_a_power_cut_everything_comes_back() {
    simulate(async || {
        let mut machine = busy().await;
        machine.halt_supervisor().await;
        for worker in 0..4 {
            machine.processes.kill(NAME, worker);
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert!(machine.alive().is_empty());
        machine.start_supervisor().await;
        let begin = now();
        machine.until_active().await;
        assert!(now() - begin < AT_ONCE, "{:?}", now() - begin);
        assert_eq!(machine.processes.started(), 8);
        machine.finish(ROWS).await;
    });
}

#[test]
fn one_two_and_four_workers_give_the_same() {
    for workers in [1, 2, 4] {
        simulate(async move || {
            let mut machine = Machine::with(&text(ROWS), workers).await;
            assert_eq!(machine.alive().len(), workers as usize);
            super::finishes_untouched(&mut machine, ROWS).await;
        });
    }
}
