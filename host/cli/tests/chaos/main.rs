//! Real processes, real kills: nothing that was acked is lost, and how long it takes until
//! all is well again.
//!
//! `STORMCELL_CHAOS_SEED` repeats a run of `chaos`, as far as the clock allows, and
//! `STORMCELL_CHAOS_SECONDS` makes it longer or shorter (default: 60).
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/word_count.rs"]
mod answers;
#[path = "../support/cluster.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod cluster;
#[path = "../support/command.rs"]
mod command;
mod faults;
#[path = "../support/files.rs"]
mod files;
#[path = "../support/journaled.rs"]
mod journaled;
#[path = "../support/processes.rs"]
mod processes;
mod random;
#[path = "../support/verdict.rs"]
mod verdict;

use std::str::FromStr;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use stormcell_protocol::api::Status;

use answers::Run;
use cluster::{Cluster, json, now, workspace};
use faults::Chaos;
use journaled::{Journaled, NAME};
use processes::signal;
use verdict::Fault;

/// How long anything may take that should take no time at all.
const LONG: Duration = Duration::from_secs(60);

/// Tests that measure time run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn variable<T: FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let parsed = value.parse().ok();
    Some(parsed.unwrap_or_else(|| panic!("{name} must be a number, but is {value:?}")))
}

#[test]
fn chaos() {
    let _alone = alone();
    let seed = variable("STORMCELL_CHAOS_SEED").unwrap_or_else(now);
    let seconds = variable("STORMCELL_CHAOS_SECONDS").unwrap_or(60);
    eprintln!("repeat with STORMCELL_CHAOS_SEED={seed} STORMCELL_CHAOS_SECONDS={seconds}");
    let mut journaled = Journaled::submit(3, "30s", "{ keep: 2, fail-every: 997, trap-at: 20011 }");
    journaled.acks(100, LONG);

    let mut chaos = Chaos::new(seed);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(seconds) {
        chaos.step(&mut journaled);
    }

    eprintln!("{} all is left alone", now());
    let cluster = &journaled.cluster;
    cluster.ask(&["activate", NAME]);
    cluster.all_up(NAME);
    // Whatever was refused before works now. The first rebalance and one of the two
    // deployments change something, however things stand.
    let planned = cluster.show(NAME).summary.workers.planned;
    let workers = if planned == 2 { "3" } else { "2" };
    let arguments = ["rebalance", NAME, "--yes", "--workers", workers];
    let tasks = ["numbers=2", "stamp=3", "sink=2"].map(|tasks| ["--parallelism", tasks]);
    let arguments = [&arguments[..], tasks.as_flattened()].concat();
    cluster.until_well("it can be rebalanced", LONG, || {
        json(&cluster.client(&arguments))
    });
    cluster.until_well("another version can be deployed", LONG, || {
        let first = json(&faults::deploy(&journaled, "stamp-1"));
        first.or_else(|_| json(&faults::deploy(&journaled, "stamp-2")))
    });
    journaled.acks(100, LONG);
    journaled.settle(LONG);

    let verdict = journaled.end(&chaos.faults);
    eprintln!("\n{verdict}");
    if !chaos.refused.is_empty() {
        eprintln!("refused: {:?}", chaos.refused);
    }
    verdict.assert_nothing_lost();
    assert!(
        verdict.versions.keys().eq(&[1, 2]),
        "{:?}",
        verdict.versions
    );
}

#[test]
fn a_killed_worker_is_replaced_at_once() {
    let _alone = alone();
    let journaled = Journaled::submit(3, "60s", "{ keep: 2 }");
    journaled.acks(500, LONG);
    let mut faults = Vec::new();
    for worker in 0..3 {
        let before = journaled.cluster.all_up(NAME);
        let victim = before.iter().find(|found| found.worker == worker).unwrap();
        signal(victim.pid, Signal::KILL);
        faults.push(Fault {
            what: "kill -9 a worker",
            at: now(),
        });
        // The message time-out is six times as long.
        journaled.settle(Duration::from_secs(10));
        let after = journaled.cluster.all_up(NAME);
        let successor = after.iter().find(|found| found.worker == worker).unwrap();
        assert!(successor.incarnation > victim.incarnation);
        for other in before.iter().filter(|found| found.worker != worker) {
            assert!(after.contains(other), "only worker {worker} was killed");
        }
        journaled.go_on();
        journaled.acks(500, LONG);
    }
    journaled.settle(LONG);
    let verdict = journaled.end(&faults);
    eprintln!("\n{verdict}");
    verdict.assert_nothing_lost();
    let times = &verdict.recoveries["kill -9 a worker"];
    assert!(
        times.iter().all(|time| time.all_acked < 10_000),
        "{times:?}"
    );
}

/// Before anything is acked, and before spouts have noted how far they came.
#[test]
fn workers_that_are_killed_at_their_first_rows_lose_nothing() {
    let _alone = alone();
    let journaled = Journaled::submit(3, "60s", "{ keep: 2 }");
    let workers = journaled.cluster.all_up(NAME);
    for worker in &workers {
        signal(worker.pid, Signal::KILL);
    }
    let kill = Fault {
        what: "kill -9 all workers",
        at: now(),
    };
    journaled.acks(500, LONG);
    journaled.settle(LONG);
    let verdict = journaled.end(&[kill]);
    eprintln!("\n{verdict}");
    verdict.assert_nothing_lost();
}

#[test]
fn a_stopped_worker_is_ended_and_replaced() {
    let _alone = alone();
    let journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    journaled.acks(500, LONG);
    let workers = journaled.cluster.all_up(NAME);
    signal(workers[1].pid, Signal::STOP);
    let ended = || (!journaled.cluster.workers().contains(&workers[1])).then_some(());
    journaled
        .cluster
        .until("it is ended", Duration::from_secs(30), ended);
    let after = journaled.cluster.all_up(NAME);
    assert_eq!(after[0], workers[0]);
    assert!(after[1].incarnation > workers[1].incarnation);
    journaled.acks(500, LONG);
    journaled.settle(Duration::from_secs(30));
    journaled.end(&[]).assert_nothing_lost();
}

#[test]
fn workers_go_on_without_a_supervisor() {
    let _alone = alone();
    let mut journaled = Journaled::submit(3, "60s", "{ keep: 2 }");
    journaled.acks(500, LONG);
    let before = journaled.cluster.all_up(NAME);
    journaled.cluster.kill_supervisor();
    journaled.acks(2000, LONG);
    assert_eq!(journaled.cluster.workers(), before);

    journaled.cluster.serve();
    assert_eq!(
        journaled.cluster.all_up(NAME),
        before,
        "they are taken over"
    );
    let shown = journaled.cluster.show(NAME);
    assert_eq!(shown.summary.status, Status::Active);
    assert!(shown.workers.iter().zip(&before).all(|(shown, there)| {
        shown.pid == Some(there.pid) && shown.incarnation == there.incarnation
    }));
    journaled.acks(500, LONG);
    assert_eq!(journaled.cluster.workers(), before);
    journaled.settle(LONG);
    let verdict = journaled.end(&[]);
    verdict.assert_nothing_lost();
    assert_eq!(verdict.duplicates, 0, "nothing was emitted again");
}

#[test]
fn everything_comes_back_after_a_power_cut() {
    let _alone = alone();
    let mut journaled = Journaled::submit(3, "60s", "{ keep: 2 }");
    journaled.acks(500, LONG);
    let before = journaled.cluster.all_up(NAME);
    journaled.cluster.kill_everything();
    let cut = Fault {
        what: "kill -9 everything",
        at: now(),
    };
    journaled.cluster.serve();
    let after = journaled.cluster.all_up(NAME);
    assert_eq!(after.len(), before.len());
    let latest = before.iter().map(|worker| worker.incarnation).max();
    assert!(after.iter().all(|worker| Some(worker.incarnation) > latest));
    journaled.acks(500, LONG);
    journaled.settle(Duration::from_secs(30));
    let verdict = journaled.end(&[cut]);
    eprintln!("\n{verdict}");
    verdict.assert_nothing_lost();
}

#[test]
fn a_deactivated_topology_emits_nothing_and_loses_nothing() {
    let _alone = alone();
    let mut journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    journaled.acks(500, LONG);
    journaled.cluster.ask(&["deactivate", NAME]);
    // All that was in flight is acked, and then nothing more is emitted, by another
    // supervisor neither.
    let settled = |journaled: &Journaled| {
        let quiet = || {
            let verdict = journaled.verdict(&[]);
            verdict.pending.is_empty().then_some(verdict.emitted)
        };
        journaled.cluster.until("all is acked", LONG, quiet)
    };
    let emitted = settled(&journaled);
    journaled.cluster.kill_everything();
    journaled.cluster.serve();
    journaled.cluster.all_up(NAME);
    assert_eq!(
        journaled.cluster.show(NAME).summary.status,
        Status::Inactive
    );
    assert_eq!(journaled.verdict(&[]).emitted, emitted);
    journaled.cluster.ask(&["activate", NAME]);
    journaled.acks(500, LONG);
    journaled.settle(LONG);
    journaled.end(&[]).assert_nothing_lost();
}

#[test]
fn word_count_is_the_same_with_1_2_and_4_workers() {
    let _alone = alone();
    let cluster = Cluster::start();
    let file = workspace().join("examples/word-count/topology.yaml");
    let file = file.to_str().unwrap();
    for workers in ["1", "2", "4"] {
        let name = format!("word-count-{workers}");
        let arguments = [
            "submit",
            file,
            "--name",
            &name,
            "--workers",
            workers,
            "--wait",
        ];
        let run = Run::new(cluster.client(&arguments));
        run.assert_known_answers();
        assert_eq!(run.trees("replayed"), 0);
        assert_eq!(cluster.show(&name).summary.status, Status::Finished);
        assert_eq!(cluster.workers(), [], "nothing runs any more");
        cluster.ask(&["kill", &name, "--yes"]);
    }
    cluster.stop();
}
