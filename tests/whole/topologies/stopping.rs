//! A topology that is stopped settles what it has emitted, if it can, and ends.

use std::collections::BTreeSet;
use std::time::Duration;

use stormcell_runtime::{Ending, RunError};

use super::harness::{Case, Ran, until};

fn all_settled(ran: &Ran) {
    let trees = ran.report().trees;
    assert_eq!(ran.report().ending, Ending::Stopped);
    assert_eq!(trees.emitted, trees.acked + trees.failed, "{trees:?}");
}

#[test]
fn what_was_emitted_is_settled_and_told() {
    let ran = Case::new(
        "
name: stopped
spouts:
  - id: source
    component: source
    config: { tracking: ids, tell: true }
    grants: { stdout: true }
bolts:
  - { id: relay, component: relay, parallelism: 2 }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: global } }
",
    )
    .run_parallel_with(async |control| {
        until(&control, |report| report.trees.acked > 3_000).await;
        control.stop();
    });
    all_settled(&ran);
    let trees = ran.report().trees;
    assert_eq!(trees.failed, 0);
    let emitted = i64::try_from(trees.emitted).unwrap();
    assert_eq!(ran.numbers("print"), (0..emitted).collect::<Vec<i64>>());
    assert_eq!(ran.lines("print").last().unwrap(), "close Stopped");
    let told = ran.lines("source");
    assert_eq!(told.last().unwrap(), "close Stopped");
    assert_eq!(told.iter().filter(|line| *line == "deactivate").count(), 1);
    let acked: BTreeSet<_> = told.iter().filter(|l| l.starts_with("acked ")).collect();
    assert_eq!(acked.len() as u64, trees.emitted);
    // Told of each once, and of nothing else.
    assert_eq!(told.len(), acked.len() + 3);
}

/// What does not settle in the time of a time-out is failed.
#[test]
fn what_does_not_settle_is_failed() {
    let ran = Case::new(
        "
name: stopped-while-held
config: { message-timeout: 20s }
spouts:
  - id: source
    component: source
    config: { rows: 10, tracking: ids, tell: true }
    grants: { stdout: true }
  - { id: replayed, component: source, config: { rows: 7 } }
bolts:
  - { id: hold, component: hold }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
  - { from: replayed, to: hold, grouping: { type: shuffle } }
",
    )
    .run_with(async |control| {
        tokio::time::sleep(Duration::from_secs(15)).await;
        control.stop();
    });
    all_settled(&ran);
    assert_eq!(ran.report().trees.failed, 17);
    // The loss is told, and who holds the rows.
    for (spout, rows) in [("source", 10), ("replayed", 7)] {
        let said = &ran.component(spout).errors.last().unwrap().message;
        let end = format!("fail ({rows} of them: {rows} kept by `hold`, task ");
        assert!(said.contains(&end), "{said}");
    }
    assert!(
        (30..=40).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );
    let told = ran.lines("source");
    let failed = told.iter().filter(|line| line.starts_with("failed "));
    assert_eq!(failed.count(), 10);
}

/// The rows that wait for a slow bolt are many seconds of work.
#[test]
fn a_backlog_does_not_keep_a_topology_from_stopping() {
    let text = "x".repeat(100_000);
    let ran = Case::new(format!(
        "
name: stopped-with-backlog
config: {{ message-timeout: 1s, max-pending: null, max-replays: 0 }}
spouts:
  - {{ id: source, component: source, config: {{ texts: [{text}] }} }}
bolts:
  - {{ id: slow, component: relay, config: {{ work: 20000 }}, grants: {{ clock: real }} }}
streams:
  - {{ from: source, to: slow, grouping: {{ type: shuffle }} }}
"
    ))
    .run_parallel_with(async |control| {
        until(&control, |report| report.trees.emitted > 600).await;
        control.stop();
    });
    all_settled(&ran);
    let (rows, emitted) = (ran.component("slow").rows_in, ran.report().trees.emitted);
    assert!(rows < emitted, "{rows} of {emitted}");
    assert!(ran.elapsed.as_secs() < 30, "{:?}", ran.elapsed);
}

#[test]
fn a_topology_stopped_before_it_began_ends() {
    let ran = Case::new(super::basic::word_count("", 10, 1)).run_with(async |control| {
        control.stop();
    });
    all_settled(&ran);
}

/// Whoever waits for a task to close must not wait for one that has failed.
#[test]
fn a_bolt_given_up_while_it_is_closed_ends_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let ran = Case::new(
        "
name: given-up-late
spouts:
  - { id: source, component: source, config: { rows: 3, texts: [a] } }
bolts:
  - { id: count, component: count }
  - id: faulty
    component: relay
    config: { always: trap, once: /state/mark }
    restart: { then: stop }
    grants: { files: [{ host: ., guest: /state, access: read-write }] }
streams:
  - { from: source, to: count, grouping: { type: shuffle } }
  - { from: count, to: faulty, grouping: { type: shuffle } }
",
    )
    .base_dir(dir.path())
    .run();
    let error = ran.error();
    assert!(matches!(error, RunError::GivenUp { component, .. } if component == "faulty"));
}
