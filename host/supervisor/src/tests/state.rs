//! What becomes of what tasks keep: when topologies are killed, and submitted again.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use stormcell_protocol::api::{KeptState, Kill, Status, Submit};
use stormcell_state::{Folder, States as _, Task};

use super::machine::{Machine, is_active, submit, summary, until, upload};
use crate::fixtures::FILE;

const KEEP: Kill = Kill {
    wait_ms: Some(10),
    remove_state: false,
};
const REMOVE: Kill = Kill {
    wait_ms: Some(10),
    remove_state: true,
};

/// As if the one task of `print` had kept something.
async fn kept(machine: &Machine, topology: &str) -> PathBuf {
    let folder = Folder::new(machine.data.state());
    let state = folder.of_task(&Task {
        topology: topology.to_owned(),
        component: "print".to_owned(),
        index: 0,
        tasks: 1,
        quota: 1 << 20,
    });
    state.open().await.unwrap();
    folder.of_topology(topology)
}

#[tokio::test(start_paused = true)]
async fn state_stays_when_a_topology_is_killed_unless_it_is_to_be_removed() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let (words, other) = (kept(&machine, "words").await, kept(&machine, "other").await);
    let stays = |folder: &PathBuf| KeptState {
        folder: folder.clone(),
        removed: false,
    };
    let gone = |folder: &PathBuf| KeptState {
        removed: true,
        ..stays(folder)
    };
    let killed = supervisor.kill("words", KEEP).await.unwrap();
    assert_eq!(killed.state, Some(stays(&words)));
    until(async || supervisor.list().await.is_empty()).await;
    assert!(words.exists());

    machine.processes.numbers_begin_again();
    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
    let refused = supervisor.remove_state("words").await.unwrap_err();
    assert_eq!(refused.code, "conflict");
    assert!(refused.message.contains("--remove-state"), "{refused:?}");
    let killed = supervisor.kill("words", REMOVE).await.unwrap();
    assert_eq!(killed.state, Some(gone(&words)));
    // Workers are alive, and may have it open.
    assert!(!machine.processes.alive("words").is_empty() && words.exists());
    let again = supervisor.kill("words", KEEP).await.unwrap();
    assert_eq!(again.state, Some(gone(&words)));
    until(async || supervisor.list().await.is_empty()).await;
    assert!(!words.exists() && other.exists());

    // That of a topology that there is no more.
    assert_eq!(supervisor.remove_state("other").await, Ok(gone(&other)));
    assert!(!other.exists());
    for name in ["other", "..", "a/b"] {
        let missing = supervisor.remove_state(name).await.unwrap_err();
        assert_eq!(missing.code, "not-found", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_supervisor_goes_on_with_removing() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let words = kept(&machine, "words").await;
    let slow = Kill {
        wait_ms: Some(600_000),
        ..REMOVE
    };
    supervisor.kill("words", slow).await.unwrap();
    supervisor.halt().await;
    assert!(words.exists());
    machine.processes.kill_all();
    // Its components are away, so it is killed without having run again.
    fs::remove_dir_all(machine.data.components()).unwrap();
    let supervisor = machine.start().await;
    until(async || supervisor.list().await.is_empty()).await;
    assert!(!words.exists());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_removed_is_said_and_tried_again() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    fs::write(machine.data.state(), "in the way").unwrap();
    supervisor.kill("words", REMOVE).await.unwrap();
    until(async || {
        let summary = summary(&supervisor, "words").await;
        assert_eq!(summary.status, Status::Killed);
        let problem = summary.problem.unwrap_or_default();
        problem.starts_with("cannot use the state in ")
    })
    .await;
    assert!(machine.processes.alive("words").is_empty());
    fs::remove_file(machine.data.state()).unwrap();
    until(async || supervisor.list().await.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn a_topology_with_another_number_of_tasks_is_refused() {
    let machine = Machine::new();
    let supervisor = machine.start().await;
    upload(&supervisor).await;
    kept(&machine, "words").await;
    let with = |parallelism| Submit {
        file: FILE.replace(
            "grants: { stdout: true }",
            &format!("parallelism: {parallelism}, grants: {{ stdout: true, state: true }}"),
        ),
        ..submit("words")
    };
    let refused = supervisor.submit(with(2)).await.unwrap_err();
    assert_eq!(refused.code, "conflict");
    for part in [
        "words/print/0.redb was kept by one of 1 task of its component, which now has 2",
        "`parallelism: 1`",
        "`stormcell kill words --remove-state`",
    ] {
        assert!(refused.message.contains(part), "{part}: {refused:?}");
    }
    assert!(supervisor.list().await.is_empty());
    supervisor.submit(with(1)).await.unwrap();
    is_active(&supervisor, "words").await;
    supervisor.shutdown(Duration::from_secs(5)).await;

    // What is kept is looked at when it is submitted, and is not in the way of others.
    let supervisor = machine.start().await;
    let more = Submit {
        name: Some("more".to_owned()),
        ..with(2)
    };
    supervisor.submit(more).await.unwrap();
    is_active(&supervisor, "more").await;
}
