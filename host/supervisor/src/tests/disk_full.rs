//! A disk that is full while topologies run.

use std::collections::BTreeMap;
use std::time::Duration;

use stormcell_coordinator::Command;
use stormcell_protocol::api::Status;

use super::machine::{Machine, is_active, submit, summary, until, upload};
use crate::store::tests::disk::Disk;
use crate::{Supervisor, start};

async fn on_disk(machine: &Machine, disk: &Disk) -> Supervisor {
    let config = machine.config();
    let mut opened = start::open(&config).await.unwrap();
    opened.store.close().await;
    opened.store = disk.store();
    opened.records = BTreeMap::new();
    Supervisor::of(opened, config, Duration::default)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn commands_are_refused_and_topologies_go_on() {
    let (machine, disk) = (Machine::new(), Disk::new());
    let supervisor = on_disk(&machine, &disk).await;
    upload(&supervisor).await;
    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
    let before = machine.processes.alive("words");

    disk.is_full_after(0);
    let refused = supervisor.submit(submit("more")).await.unwrap_err();
    assert_eq!(refused.code, "storage");
    assert_eq!(supervisor.list().await.len(), 1, "it was not begun");
    let refused = supervisor.command("words", Command::Deactivate).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "storage");
    assert!(refused.message.contains("make room"), "{refused:?}");
    is_active(&supervisor, "words").await;
    assert_eq!(machine.processes.alive("words"), before);
    let problem = summary(&supervisor, "words").await.problem.unwrap();
    assert!(problem.contains("make room"), "{problem}");

    disk.has_room();
    until(async || summary(&supervisor, "words").await.problem.is_none()).await;
    let done = supervisor.command("words", Command::Deactivate).await;
    done.unwrap();
    assert_eq!(summary(&supervisor, "words").await.status, Status::Inactive);
    supervisor.submit(submit("more")).await.unwrap();
    is_active(&supervisor, "more").await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_started_again_when_its_number_can_be_stored() {
    let (machine, disk) = (Machine::new(), Disk::new());
    let supervisor = on_disk(&machine, &disk).await;
    upload(&supervisor).await;
    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
    disk.is_full_after(0);
    machine.processes.kill("words", 0);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(
        machine.processes.alive("words").len(),
        1,
        "the other goes on"
    );
    assert_eq!(machine.processes.started().len(), 2);
    let problem = summary(&supervisor, "words").await.problem.unwrap();
    assert!(problem.contains("make room"), "{problem}");

    disk.has_room();
    is_active(&supervisor, "words").await;
    assert_eq!(machine.processes.started().len(), 3);
    until(async || summary(&supervisor, "words").await.problem.is_none()).await;
}
