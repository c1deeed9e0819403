//! Workers that run components.

use std::collections::BTreeMap;

use stormcell_protocol::control::Probe;
use stormcell_topology::rebalance;

use super::support::{Connection, Guests, Supervisor, TOPOLOGY, incarnation};
use super::*;

/// Rows that are printed by two tasks. Tasks: `print` 1 and 2, `source` 3.
fn text(rows: u32) -> String {
    format!(
        "
name: another-name
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows}, texts: [x] }} }}
bolts:
  - {{ id: print, component: print, parallelism: 2, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: print, grouping: {{ type: shuffle }} }}
"
    )
}

/// What is printed of so many rows.
fn printed(rows: u32, closed: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = (0..rows).map(|row| format!("{row} x")).collect();
    lines.extend(closed.iter().map(|line| (*line).to_owned()));
    lines.sort();
    lines
}

/// Waits until nothing is left to do.
async fn drain(connections: &mut [&mut Connection]) -> Vec<Probe> {
    let mut before = Vec::new();
    loop {
        let mut probes = Vec::new();
        for connection in connections.iter_mut() {
            match connection.ask(Request::Probe).await.unwrap() {
                Reply::Probed(probe) => probes.push(probe),
                other => panic!("a probe was answered by {other:?}"),
            }
        }
        let frames = |count: fn(&stormcell_protocol::control::LinkCount) -> u64| {
            let links = probes.iter().flat_map(|probe| &probe.links);
            links.map(count).sum::<u64>()
        };
        let quiet = probes.iter().all(|probe| probe.idle && probe.settled)
            && frames(|link| link.sent) == frames(|link| link.received);
        if quiet && probes == before {
            return probes;
        }
        before = probes;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn close(connection: &mut Connection, tasks: &[u32]) {
    let request = Request::Close {
        tasks: tasks.to_vec(),
        finished: true,
    };
    assert_eq!(connection.ask(request).await.unwrap(), Reply::Done);
}

#[tokio::test(start_paused = true)]
async fn one_worker_runs_a_topology_to_its_end() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    connection
        .assign(&guests.assignment(&text(100), 1).await)
        .await;
    let heartbeat = connection.heartbeat().await;
    assert_eq!((heartbeat.generation, heartbeat.tasks.len()), (1, 3));
    assert_eq!(heartbeat.report.trees.emitted, 0, "spouts are paused");
    connection.spouts(SpoutMode::Active).await;
    let probes = drain(&mut [&mut connection]).await;
    assert!(probes[0].ended);
    close(&mut connection, &[3]).await;
    close(&mut connection, &[1, 2, 77]).await;
    let report = connection.heartbeat().await.report;
    assert_eq!(report.topology, TOPOLOGY, "the name it was submitted under");
    assert_eq!((report.trees.acked, report.trees.failed), (100, 0));
    connection.say(&ToWorker::Exit).await;
    assert_eq!(worker.await.unwrap().unwrap(), Ended::Told);
    let close = ["close Finished"; 2];
    assert_eq!(supervisor.printed.lines(), printed(100, &close));
}

#[tokio::test(start_paused = true)]
async fn two_workers_run_a_topology_together() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let assignment = guests.assignment(&text(5_000), 2).await;
    let alive = vec![incarnation(0, 1), incarnation(1, 2)];
    let mut workers = Vec::new();
    let mut connections = Vec::new();
    for worker in &alive {
        workers.push(supervisor.worker(*worker));
        let (mut connection, hello) = supervisor.accept().await;
        assert_eq!(hello.worker, *worker);
        connection.assign(&assignment).await;
        connections.push(connection);
    }
    for connection in &mut connections {
        let alive = alive.clone();
        connection.say(&ToWorker::Peers { alive }).await;
        connection.spouts(SpoutMode::Active).await;
    }
    let [first, second] = connections.as_mut_slice() else {
        panic!("two workers");
    };
    drain(&mut [&mut *first, &mut *second]).await;
    let tasks: Vec<u32> = first
        .heartbeat()
        .await
        .tasks
        .iter()
        .map(|t| t.task)
        .collect();
    assert_eq!(tasks, [1, 3]);
    let report = first.heartbeat().await.report;
    assert_eq!((report.trees.acked, report.trees.failed), (5_000, 0));
    let elsewhere = second.heartbeat().await.report;
    let rows: u64 = elsewhere.components.iter().map(|c| c.rows_in).sum();
    assert!(rows > 100, "{rows} rows went to the other worker");
    for tasks in [[3].as_slice(), &[1, 2]] {
        close(first, tasks).await;
        close(second, tasks).await;
    }
    let close = ["close Finished"; 2];
    assert_eq!(supervisor.printed.lines(), printed(5_000, &close));
}

#[tokio::test(start_paused = true)]
async fn it_works_on_without_a_supervisor() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    let assignment = guests.assignment(&text(2_000), 1).await;
    connection.assign(&assignment).await;
    connection.spouts(SpoutMode::Active).await;
    connection.heartbeat().await;
    supervisor.vanish();
    drop(connection);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(!worker.is_finished());
    assert_eq!(supervisor.printed.lines(), printed(2_000, &[]));
    supervisor.listen().await;
    let (mut connection, hello) = supervisor.accept().await;
    assert_eq!((hello.generation, hello.spouts), (1, SpoutMode::Active));
    // A supervisor may not know that the worker has its tasks.
    connection.assign(&assignment).await;
    assert_eq!(connection.heartbeat().await.report.trees.acked, 2_000);
}

#[tokio::test(start_paused = true)]
async fn a_later_plan_is_taken_and_an_older_one_refused() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let _worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    let first = guests.assignment(&text(50), 1).await;
    connection.assign(&first).await;
    let topology = guests.topology(&text(50)).await;
    let counts = BTreeMap::from([("print".to_owned(), 3)]);
    let mut second = first.clone();
    second.plan = rebalance(&topology, &first.plan, None, &counts)
        .unwrap()
        .plan;
    for _ in 0..2 {
        let replan = Request::Replan(Box::new(second.clone()));
        assert_eq!(connection.ask(replan).await.unwrap(), Reply::Done);
        let heartbeat = connection.heartbeat().await;
        let tasks: Vec<u32> = heartbeat.tasks.iter().map(|task| task.task).collect();
        assert_eq!((heartbeat.generation, tasks), (2, vec![1, 2, 3, 4]));
    }
    let replan = Request::Replan(Box::new(first.clone()));
    let refused = connection.ask(replan).await.unwrap_err();
    assert!(refused.contains("generation 1 is out of date"), "{refused}");
    assert!(refused.contains("by generation 2"), "{refused}");
    // It says what it works by in place of what it was assigned.
    connection.say(&ToWorker::Assign(Box::new(first))).await;
    let ready = FromWorker::Ready { generation: 2 };
    assert_eq!(connection.hear().await, Some(ready));
    connection.spouts(SpoutMode::Active).await;
    drain(&mut [&mut connection]).await;
    assert_eq!(supervisor.printed.lines(), printed(50, &[]));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_it_cannot_take_ends_it() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    let mut assignment = guests.assignment(&text(50), 1).await;
    connection.assign(&assignment).await;
    assignment.plan = assignment.plan.with_generation(2);
    assignment.modules.components.remove("print");
    let replan = Request::Replan(Box::new(assignment));
    let refused = connection.ask(replan).await.unwrap_err();
    assert!(refused.contains("component `print`"), "{refused}");
    let failed = FromWorker::Failed { reason: refused };
    assert_eq!(connection.hear().await, Some(failed));
    assert!(worker.await.unwrap().is_err());
}

fn swap(digest: &str, tasks: &[u32]) -> Request {
    Request::Swap {
        component: "print".to_owned(),
        digest: digest.to_owned(),
        tasks: tasks.to_vec(),
    }
}

/// The digests that the tasks of `print` run.
async fn digests(connection: &mut Connection) -> Vec<String> {
    let tasks = connection.heartbeat().await.tasks;
    let prints = tasks.into_iter().filter(|task| task.task < 3);
    prints.map(|task| task.digest).collect()
}

#[tokio::test(start_paused = true)]
async fn tasks_are_swapped_some_first_and_then_all() {
    let guests = Guests::load().await;
    let (old, new) = (guests.print.digest(), guests.print_again.digest());
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let _worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    connection
        .assign(&guests.assignment(&text(20_000), 1).await)
        .await;
    connection.spouts(SpoutMode::Active).await;
    for (digest, tasks, swapped, run) in [
        (new, vec![1, 99], 1, [new, old]),
        (new, vec![1], 0, [new, old]),
        (old, vec![1, 2], 1, [old, old]),
        (new, vec![1, 2], 2, [new, new]),
        (new, vec![99], 0, [new, new]),
    ] {
        let reply = connection.ask(swap(digest, &tasks)).await.unwrap();
        let Reply::Swapped { pauses_us } = reply else {
            panic!("a swap was answered by {reply:?}");
        };
        assert_eq!(pauses_us.len(), swapped);
        assert_eq!(digests(&mut connection).await, run);
    }
    drain(&mut [&mut connection]).await;
    let report = connection.heartbeat().await.report;
    assert_eq!((report.trees.acked, report.trees.failed), (20_000, 0));
    let mut lines = supervisor.printed.lines();
    lines.retain(|line| !line.starts_with("close"));
    assert_eq!(lines, printed(20_000, &[]));
}

#[tokio::test(start_paused = true)]
async fn a_swap_that_cannot_be_changes_nothing() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let _worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    connection
        .assign(&guests.assignment(&text(50), 1).await)
        .await;
    for (request, expected) in [
        (swap("sha256:12ab", &[1]), "sha256:12ab"),
        // A spout in place of a bolt.
        (swap(guests.source.digest(), &[1, 2]), "bolt"),
        (
            Request::Swap {
                component: "prnt".to_owned(),
                digest: guests.print.digest().to_owned(),
                tasks: vec![1],
            },
            "`prnt`",
        ),
    ] {
        let refused = connection.ask(request).await.unwrap_err();
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(digests(&mut connection).await, [guests.print.digest(); 2]);
    }
    connection.spouts(SpoutMode::Active).await;
    drain(&mut [&mut connection]).await;
    assert_eq!(supervisor.printed.lines(), printed(50, &[]));
}

/// A topology whose source has this configuration, and what else its entry says.
fn with_source(config: &str, entry: &str) -> String {
    text(50).replace(
        "config: { rows: 50",
        &format!("{entry} config: {{ {config}"),
    )
}

/// What a worker says that cannot run this topology.
async fn failure(text: &str) -> String {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    let assignment = guests.assignment(text, 1).await;
    connection
        .say(&ToWorker::Assign(Box::new(assignment)))
        .await;
    connection.spouts(SpoutMode::Active).await;
    loop {
        match connection.hear().await.unwrap() {
            FromWorker::Ready { .. } => {}
            FromWorker::Failed { reason } => {
                assert!(worker.await.unwrap().is_err());
                return reason;
            }
            other => panic!("the worker said {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_be_prepared_ends_the_worker() {
    let reason = failure(&with_source("refuse: no table", "")).await;
    assert!(reason.contains("component `source`, task 3"), "{reason}");
    assert!(reason.contains("no table"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_given_up_ends_the_worker_if_its_restart_says_so() {
    let restart = "restart: { budget: 2, then: stop },";
    let reason = failure(&with_source("trap-every: 1", restart)).await;
    assert!(
        reason.contains("component `source`, task 3: given up"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_given_up_is_quarantined_and_the_worker_goes_on() {
    let guests = Guests::load().await;
    let mut supervisor = Supervisor::start(&guests.all()).await;
    let _worker = supervisor.worker(incarnation(0, 1));
    let (mut connection, _) = supervisor.accept().await;
    let text = with_source("trap-every: 1", "restart: { budget: 2 },");
    connection.assign(&guests.assignment(&text, 1).await).await;
    connection.spouts(SpoutMode::Active).await;
    let source = loop {
        let components = connection.heartbeat().await.report.components;
        let source = components.into_iter().find(|it| it.id == "source").unwrap();
        if !source.quarantined.is_empty() {
            break source;
        }
    };
    assert_eq!((source.quarantined[0].task, source.restarts), (3, 2));
    // It still answers, and the other component is all there.
    assert_eq!(digests(&mut connection).await, [guests.print.digest(); 2]);
}
