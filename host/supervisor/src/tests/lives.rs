//! Topologies, supervisors and workers that start, end and come back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_links::{Address, Network as _};
use stormcell_protocol::api::{Kill, Status};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::machine::{Machine, is_active, submit, summary, until, upload};
use crate::Supervisor;

const WAIT: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_topology_is_submitted_runs_and_is_killed() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let list = supervisor.list().await;
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].tasks, list[0].problem.as_deref()), (2, None));
    assert_eq!(list[0].submitted_at, 1_700_000_000);
    assert_eq!(machine.processes.alive("words").len(), 2);

    let kill = Kill {
        wait_ms: Some(10),
        remove_state: false,
    };
    let killed = supervisor.kill("words", kill).await.unwrap();
    assert_eq!(killed.topology.status, Status::Killed);
    assert_eq!(killed.state, None, "its tasks keep nothing");
    until(async || supervisor.list().await.is_empty()).await;
    assert!(machine.processes.alive("words").is_empty());
    assert_eq!(
        supervisor.detail("words").await.unwrap_err().code,
        "not-found"
    );
    supervisor.shutdown(WAIT).await;
    assert!(machine.start().await.list().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_is_started_again_with_a_higher_number() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let before = machine.processes.alive("words");
    machine.processes.kill("words", 1);
    until(async || machine.processes.alive("words").len() == 2).await;
    is_active(&supervisor, "words").await;
    let after = machine.processes.alive("words");
    assert_eq!(before[0], after[0]);
    let highest = before.iter().map(|worker| worker.number).max().unwrap();
    assert!(after[1].number > highest);
}

#[tokio::test(start_paused = true)]
async fn when_the_supervisor_is_killed_workers_go_on_and_the_next_takes_them_over() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let before = machine.processes.alive("words");
    // Dropped, it ends as if it were killed.
    drop(supervisor);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(machine.processes.alive("words"), before);
    let supervisor = machine.start().await;
    is_active(&supervisor, "words").await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(machine.processes.alive("words"), before);
    assert_eq!(
        machine.processes.started().len(),
        2,
        "none was started again"
    );
}

#[tokio::test(start_paused = true)]
async fn when_everything_is_killed_everything_comes_back() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    supervisor.submit(submit("more")).await.unwrap();
    is_active(&supervisor, "more").await;
    supervisor.halt().await;
    machine.processes.kill_all();
    let supervisor = machine.start().await;
    for name in ["words", "more"] {
        is_active(&supervisor, name).await;
    }
    assert_eq!(machine.processes.started().len(), 8, "each number is new");
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_workers_and_the_next_supervisor_starts_them() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    supervisor.shutdown(WAIT).await;
    assert!(machine.processes.alive("words").is_empty());
    let refused = supervisor.submit(submit("more")).await.unwrap_err();
    assert_eq!(refused.code, "busy");
    let supervisor = machine.start().await;
    is_active(&supervisor, "words").await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_can_leave_workers() {
    let machine = Machine::new();
    let mut config = machine.config();
    config.keep_workers = true;
    let supervisor = Supervisor::start(config).await.unwrap();
    upload(&supervisor).await;
    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
    let before = machine.processes.alive("words");
    supervisor.shutdown(WAIT).await;
    assert_eq!(machine.processes.alive("words"), before);
    is_active(&machine.start().await, "words").await;
    assert_eq!(machine.processes.alive("words"), before);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_day_may_jump() {
    static SECONDS: AtomicU64 = AtomicU64::new(1_700_000_000);
    let machine = Machine::new();
    let unix = || Duration::from_secs(SECONDS.load(Ordering::Relaxed));
    let supervisor = Supervisor::start_at(machine.config(), unix).await.unwrap();
    upload(&supervisor).await;
    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
    let before = machine.processes.alive("words");
    for seconds in [0, u64::MAX / 2, 1, 4_000_000_000, 1_700_000_000] {
        SECONDS.store(seconds, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(summary(&supervisor, "words").await.status, Status::Active);
    }
    assert_eq!(machine.processes.alive("words"), before);
    assert_eq!(machine.processes.started().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_known_is_told_to_exit() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let stranger = WorkerIncarnation {
        worker: 0,
        number: 9,
    };
    machine.processes.spawn("unknown", stranger, Vec::new());
    until(async || machine.processes.alive("unknown").is_empty()).await;

    // Before a topology of that name is submitted, what is left of another one is ended.
    let endpoint = machine.network.at(Address::Supervisor);
    drop(endpoint);
    supervisor.halt().await;
    machine.processes.spawn("more", stranger, Vec::new());
    let supervisor = machine.start().await;
    supervisor.submit(submit("more")).await.unwrap();
    is_active(&supervisor, "more").await;
    assert!(!machine.processes.alive("more").contains(&stranger));
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_sense_on_a_connection_ends_only_that() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let endpoint = machine.network.at(Address::Worker {
        topology: "words".to_owned(),
        worker: WorkerIncarnation {
            worker: 0,
            number: 99,
        },
    });
    let long = vec![b'x'; 1 << 20];
    let said: [&[u8]; 5] = [
        b"\n",
        b"{\"type\":\"ready\",\"generation\":1}\n",
        b"\xff\xfe\n",
        b"[[[[[[[[",
        &long,
    ];
    for said in said {
        let mut stream = endpoint.connect(Address::Supervisor).await.unwrap();
        // It may be ended while it is written to.
        let _ = stream.write_all(said).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty());
    }
    assert_eq!(summary(&supervisor, "words").await.status, Status::Active);
    assert_eq!(machine.processes.started().len(), 2);
}
