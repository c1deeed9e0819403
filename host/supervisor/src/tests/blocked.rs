//! Topologies whose component files are missing or changed.

use std::time::Duration;

use stormcell_coordinator::Command;
use stormcell_protocol::api::{Kill, Status};

use super::machine::{Machine, files, is_active, submit, summary, until, upload};

/// A machine whose supervisor was killed, with two topologies. Of `print`, a file of its
/// own is removed.
async fn without_a_component() -> Machine {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    supervisor.halt().await;
    let (digest, _) = &files()["print"];
    std::fs::remove_file(machine.data.component(digest)).unwrap();
    machine
}

#[tokio::test(start_paused = true)]
async fn it_says_what_is_missing_and_goes_on_when_that_comes() {
    let machine = without_a_component().await;
    machine.processes.kill_all();
    let supervisor = machine.start().await;
    until(async || summary(&supervisor, "words").await.problem.is_some()).await;
    let shown = summary(&supervisor, "words").await;
    let problem = shown.problem.unwrap();
    let (digest, _) = &files()["print"];
    for part in [digest.as_str(), "of `print`", "is missing", "upload"] {
        assert!(problem.contains(part), "{problem}");
    }
    assert_eq!(shown.status, Status::Starting);
    let refused = supervisor.command("words", Command::Activate).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "conflict");
    assert!(refused.message.contains("is missing"), "{refused:?}");
    assert_eq!(supervisor.detail("words").await.unwrap().tasks.len(), 2);

    assert!(!supervisor.has_component(digest).await.unwrap());
    upload(&supervisor).await;
    is_active(&supervisor, "words").await;
    assert_eq!(summary(&supervisor, "words").await.problem, None);
}

#[tokio::test(start_paused = true)]
async fn its_workers_go_on_and_it_can_be_killed() {
    let machine = without_a_component().await;
    let before = machine.processes.alive("words");
    let supervisor = machine.start().await;
    until(async || summary(&supervisor, "words").await.problem.is_some()).await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(machine.processes.alive("words"), before);
    assert_eq!(summary(&supervisor, "words").await.workers.up, 2);

    let kill = Command::Kill(Kill::default());
    supervisor.command("words", kill).await.unwrap();
    assert!(machine.processes.alive("words").is_empty());
    until(async || supervisor.list().await.is_empty()).await;
    supervisor.shutdown(Duration::ZERO).await;
    assert!(machine.start().await.list().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn others_are_not_held_up() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    supervisor.submit(submit("more")).await.unwrap();
    is_active(&supervisor, "more").await;
    supervisor.halt().await;
    // The record of one names a file that never was.
    let (store, records) = crate::store::Store::open(&machine.data.store()).unwrap();
    let mut record = records["words"].clone();
    let module = record.modules.components.get_mut("print").unwrap();
    module.digest = format!("sha256:{}", "0".repeat(64));
    store.put(&record).await.unwrap();
    store.close().await;

    let supervisor = machine.start().await;
    is_active(&supervisor, "more").await;
    until(async || summary(&supervisor, "words").await.problem.is_some()).await;
    // A file that was changed is none.
    let (digest, _) = &files()["source"];
    supervisor.shutdown(Duration::ZERO).await;
    assert!(machine.processes.alive("words").is_empty());
    std::fs::write(machine.data.component(digest), "changed").unwrap();
    let supervisor = machine.start().await;
    until(async || {
        let problem = summary(&supervisor, "more").await.problem;
        problem.is_some_and(|problem| problem.contains("has been changed"))
    })
    .await;
    upload(&supervisor).await;
    is_active(&supervisor, "more").await;
}
