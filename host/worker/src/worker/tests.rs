#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;
mod topologies;

use std::time::Duration;

use stormcell_protocol::control::Assignment;
use stormcell_protocol::record::{Module, Modules};
use stormcell_topology::Plan;
use tokio::time::Instant;

use super::*;
use support::{Connection, Supervisor, TOPOLOGY, assignment, incarnation};

#[tokio::test(start_paused = true)]
async fn it_says_who_it_is_and_how_it_does() {
    let mut supervisor = Supervisor::start(&[]).await;
    let _worker = supervisor.worker(incarnation(2, 9));
    let (mut connection, hello) = supervisor.accept().await;
    assert_eq!(
        hello,
        Hello {
            topology: TOPOLOGY.to_owned(),
            worker: incarnation(2, 9),
            pid: std::process::id(),
            generation: 0,
            spouts: SpoutMode::Paused,
        }
    );
    let begin = Instant::now();
    for _ in 0..5 {
        let heartbeat = connection.heartbeat().await;
        assert_eq!((heartbeat.generation, heartbeat.tasks.len()), (0, 0));
    }
    assert_eq!(begin.elapsed(), HEARTBEAT * 4, "the first comes at once");
}

#[tokio::test(start_paused = true)]
async fn it_connects_again_for_ever() {
    let mut supervisor = Supervisor::start(&[]).await;
    let worker = supervisor.worker(incarnation(0, 1));
    for _ in 0..3 {
        let (connection, _) = supervisor.accept().await;
        supervisor.vanish();
        drop(connection);
        tokio::time::sleep(Duration::from_secs(20)).await;
        supervisor.listen().await;
        let begin = Instant::now();
        let (mut connection, hello) = supervisor.accept().await;
        assert!(begin.elapsed() <= Duration::from_secs(1));
        assert_eq!(hello.worker, incarnation(0, 1));
        // What was said on this connection makes the next attempt quick.
        connection.spouts(SpoutMode::Inactive).await;
        connection.heartbeat().await;
        drop(connection);
        let begin = Instant::now();
        let (_, hello) = supervisor.accept().await;
        assert!(begin.elapsed() <= Duration::from_millis(100));
        assert_eq!(hello.spouts, SpoutMode::Inactive, "it is not forgotten");
    }
    assert!(!worker.is_finished());
}

#[tokio::test(start_paused = true)]
async fn without_tasks_and_supervisor_it_ends() {
    let mut supervisor = Supervisor::start(&[]).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (connection, _) = supervisor.accept().await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(!worker.is_finished(), "a supervisor is there");
    supervisor.vanish();
    drop(connection);
    let begin = Instant::now();
    assert_eq!(worker.await.unwrap().unwrap(), Ended::NoSupervisor);
    let after = begin.elapsed();
    assert!(
        after >= ALONE && after < ALONE + Duration::from_secs(1),
        "{after:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_it_is_told_to() {
    let mut supervisor = Supervisor::start(&[]).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    connection.say(&ToWorker::Exit).await;
    assert_eq!(worker.await.unwrap().unwrap(), Ended::Told);
    assert_says_what_it_did(&mut connection).await;
}

/// Its last word is what it did; then it is gone.
async fn assert_says_what_it_did(connection: &mut Connection) {
    let last = connection.hear().await;
    assert!(matches!(last, Some(FromWorker::Leaving(_))), "{last:?}");
    assert_eq!(connection.hear().await, None);
}

const TEXT: &str = "
name: a-name
spouts: [{ id: source, component: source.wasm }]
bolts: [{ id: print, component: print.wasm }]
streams: [{ from: source, to: print, grouping: { type: shuffle } }]
";

/// A plan of one task.
fn one_task() -> Plan {
    serde_json::from_value(serde_json::json!({
        "generation": 1,
        "workers": 1,
        "tasks": [{ "id": 1, "component": "source", "index": 0, "worker": 0 }],
    }))
    .unwrap()
}

async fn failure(assignment: Assignment) -> String {
    let mut supervisor = Supervisor::start(&[]).await;
    let worker = supervisor.worker(incarnation(4, 2));
    let (mut connection, _) = supervisor.accept().await;
    let assign = ToWorker::Assign(Box::new(assignment));
    connection.say(&assign).await;
    let Some(FromWorker::Failed { reason }) = connection.hear().await else {
        panic!("it did not say that it failed");
    };
    assert_says_what_it_did(&mut connection).await;
    let error = worker.await.unwrap().unwrap_err().to_string();
    assert!(error.contains(&reason), "{error}");
    assert!(
        error.contains("topology `words`, worker 4, incarnation 2"),
        "{error}"
    );
    reason
}

#[tokio::test(start_paused = true)]
async fn a_component_that_is_missing_is_named() {
    let module = Module {
        digest: "sha256:12ab".to_owned(),
        trial: None,
    };
    let modules = Modules {
        components: [("source".to_owned(), module)].into(),
        ..Modules::default()
    };
    let reason = failure(assignment(TEXT, one_task(), modules)).await;
    assert!(reason.contains("component `source`"), "{reason}");
    assert!(reason.contains("sha256:12ab"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn an_assignment_without_a_file_for_a_component_is_refused() {
    let reason = failure(assignment(TEXT, one_task(), Modules::default())).await;
    assert!(reason.contains("component `source`"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn mistakes_of_the_file_are_shown() {
    let text = TEXT.replace("shuffle", "shufle");
    let reason = failure(assignment(&text, one_task(), Modules::default())).await;
    assert!(reason.contains("words.yaml"), "{reason}");
    assert!(reason.contains("shuffle"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_needs_tasks_is_refused_without() {
    let mut supervisor = Supervisor::start(&[]).await;
    let _worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    let assignment = assignment(TEXT, one_task(), Modules::default());
    for request in [
        Request::Probe,
        Request::Freeze { frozen: true },
        Request::Abandon,
        Request::Close {
            tasks: vec![1],
            finished: false,
        },
        Request::Swap {
            component: "source".to_owned(),
            digest: "sha256:12ab".to_owned(),
            tasks: vec![1],
        },
        Request::Replan(Box::new(assignment)),
    ] {
        let refused = connection.ask(request).await.unwrap_err();
        assert_eq!(refused, NOTHING);
    }
    // These take effect when there are tasks.
    connection.spouts(SpoutMode::Active).await;
    let alive = vec![incarnation(0, 1)];
    connection.say(&ToWorker::Peers { alive }).await;
    assert_eq!(connection.ask(Request::Probe).await.unwrap_err(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn what_a_newer_supervisor_says_does_no_harm() {
    let mut supervisor = Supervisor::start(&[]).await;
    let _worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    connection.say_line("no JSON").await;
    connection.say_line(r#"{"type":"sing"}"#).await;
    connection
        .say_line(r#"{"type":"request","id":41,"request":{"request":"sing"}}"#)
        .await;
    let Some(FromWorker::Reply { id: 41, result }) = connection.hear().await else {
        panic!("a request that is not understood is answered");
    };
    assert!(result.unwrap_err().contains("not understood"));
    assert_eq!(connection.ask(Request::Probe).await.unwrap_err(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn an_assignment_that_cannot_be_read_ends_the_worker() {
    let mut supervisor = Supervisor::start(&[]).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    connection.say_line(r#"{"type":"assign","plan":7}"#).await;
    let error = worker.await.unwrap().unwrap_err().to_string();
    assert!(
        error.contains("assignment of this worker was not understood: "),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn for_a_supervisor_that_is_stopped_nothing_piles_up() {
    let mut supervisor = Supervisor::start(&[]).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
    connection.say(&ToWorker::Exit).await;
    assert_eq!(worker.await.unwrap().unwrap(), Ended::Told);
    // A day has 172,800 heartbeats; some fit into the connection.
    let lines = connection.unread().await.lines().count();
    assert!(lines < 10_000, "{lines}");
}
