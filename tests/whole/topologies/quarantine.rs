//! Tasks that fault too often: each is quarantined, and its topology goes on or stops.

use stormcell_protocol::QuarantinedTask;
use stormcell_runtime::{Ending, RunError, Tasks};

use super::harness::{Case, Ran, errors};

/// `rows` rows through four tasks of a bolt, of which one always traps.
fn one_of_four(grouping: &str, restart: &str) -> String {
    format!(
        "
name: one-of-four
config: {{ max-replays: 20 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: 1000, batch: 50 }} }}
bolts:
  - id: faulty
    component: relay
    parallelism: 4
    config: {{ always: trap, only: 1 }}
    restart: {restart}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: faulty, grouping: {grouping} }}
  - {{ from: faulty, to: print, grouping: {{ type: global }} }}
"
    )
}

fn quarantined<'r>(ran: &'r Ran, component: &str) -> &'r [QuarantinedTask] {
    &ran.component(component).quarantined
}

#[test]
fn the_rows_of_a_quarantined_task_go_to_the_others() {
    let ran = Case::new(one_of_four("{ type: shuffle }", "{ budget: 10 }")).run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (1_000, 0));
    assert_eq!(ran.numbers("print"), (0..1_000).collect::<Vec<i64>>());
    let [task] = quarantined(&ran, "faulty") else {
        panic!("{:#?}", ran.component("faulty"));
    };
    // Tasks are numbered by the ids of components, and it has index 1.
    assert_eq!(task.task, 2);
    let said = [
        "11 faults",
        "allows 10 within 1m",
        "trapped in `execute`",
        "\n    in ",
    ];
    for said in said {
        assert!(task.reason.contains(said), "{said}: {}", task.reason);
    }
    assert!(ran.component("faulty").restarts < 200);
    assert!(errors(ran.component("faulty")).contains("quarantined: 11 faults"));
}

/// Nobody else may have them: they fail at once, and nothing waits for them.
#[test]
fn the_rows_of_a_quarantined_task_that_only_it_may_have_fail() {
    let grouping = "{ type: fields, args: [i] }";
    let ran = Case::new(one_of_four(grouping, "{ budget: 0 }")).run();
    let trees = ran.report().trees;
    assert_eq!(ran.report().ending, Ending::Finished);
    assert_eq!(trees.acked + trees.failed, 1_000);
    assert_eq!(trees.timed_out, 0);
    assert!((150..400).contains(&trees.failed), "{trees:?}");
    assert_eq!(ran.rows("print").len() as u64, trees.acked);
    assert_eq!(quarantined(&ran, "faulty").len(), 1);
    // The first fault was one too many.
    assert_eq!(ran.component("faulty").restarts, 0);
}

#[test]
fn the_topology_stops_if_that_is_its_policy() {
    let ran = Case::new(one_of_four(
        "{ type: shuffle }",
        "{ budget: 10, then: stop }",
    ))
    .run();
    match ran.error() {
        RunError::GivenUp {
            component,
            task,
            what,
            reason,
        } => {
            assert_eq!((component.as_str(), *task), ("faulty", 2));
            assert_eq!(what, "11 faults, and `restart` allows 10 within 1m");
            assert!(
                reason.contains("trapped in `execute`") && reason.contains("\n    in "),
                "{reason}"
            );
        }
        other => panic!("{other}"),
    }
}

/// What a quarantined bolt kept is not kept for ever.
#[test]
fn a_bolt_that_traps_in_its_ticks_is_quarantined() {
    let ran = Case::new(
        "
name: ticks-that-trap
config: { max-replays: 2 }
spouts:
  - { id: source, component: source, config: { rows: 20 } }
bolts:
  - id: relay
    component: relay
    tick: 100ms
    config: { trap-in-tick: 1 }
    restart: { budget: 2 }
  - { id: hold, component: hold, tick: 1s, config: { release: 2 } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: hold, grouping: { type: shuffle } }
",
    )
    .run();
    assert_eq!(ran.report().trees.acked, 20);
    assert_eq!(quarantined(&ran, "relay").len(), 1);
    assert_eq!(ran.component("relay").restarts, 2);
}

#[test]
fn the_rows_in_flight_of_a_quarantined_spout_settle_and_the_run_ends() {
    for tracking in ["host", "ids"] {
        let ran = Case::new(format!(
            "
name: spout-that-traps
spouts:
  - id: bad
    component: source
    config: {{ batch: 7, tracking: {tracking}, again: true, trap-every: 5 }}
    restart: {{ budget: 3 }}
  - {{ id: good, component: source, config: {{ rows: 500 }} }}
bolts:
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: bad, to: print, grouping: {{ type: shuffle }} }}
  - {{ from: good, to: print, grouping: {{ type: shuffle }} }}
"
        ))
        .run();
        assert_eq!(ran.report().ending, Ending::Finished);
        assert_eq!(ran.component("good").acked, 500);
        let bad = ran.component("bad");
        // Four instances, each of which emitted four times. The first was asked for one row,
        // two and four before it was asked for as many as it has.
        let rows = (1 + 2 + 4 + 7) + 3 * (4 * 7);
        assert_eq!((bad.restarts, bad.out), (3, rows), "{tracking}");
        assert_eq!(bad.acked + bad.failed, bad.out);
        let [task] = quarantined(&ran, "bad") else {
            panic!("{bad:#?}");
        };
        assert!(task.reason.contains("4 faults"), "{}", task.reason);
        assert!(task.reason.contains("trapped in `next`"), "{}", task.reason);
    }
}

#[test]
fn a_spout_that_returns_nothing_but_errors_is_quarantined() {
    let ran = Case::new(
        "
name: spout-with-errors-only
spouts:
  - { id: bad, component: source, config: { fail-every: 1 } }
  - { id: good, component: source, config: { rows: 100 } }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: bad, to: print, grouping: { type: shuffle } }
  - { from: good, to: print, grouping: { type: shuffle } }
",
    )
    .run();
    assert_eq!(ran.report().trees.acked, 100);
    let [task] = quarantined(&ran, "bad") else {
        panic!("{:#?}", ran.component("bad"));
    };
    assert!(
        task.reason
            .contains("12 errors in a row; the last one: failed as told"),
        "{}",
        task.reason
    );
}

/// A deployment is how an operator ends it.
#[test]
fn another_component_ends_the_quarantine() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("mended");
    let ran = Case::new(
        "
name: mended
config: { max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 4000, batch: 16 } }
bolts:
  - id: faulty
    component: relay
    config: { always: trap, unless: /state/mended }
    restart: { budget: 0 }
    grants: { files: [{ host: ., guest: /state, access: read-write }] }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: faulty, grouping: { type: shuffle } }
  - { from: faulty, to: print, grouping: { type: shuffle } }
",
    )
    .base_dir(dir.path())
    .run_changed(async move |tasks, job| {
        is_quarantined(tasks).await;
        std::fs::write(mark, "").unwrap();
        let ids: Vec<u32> = job.plan.tasks_of("faulty").collect();
        tasks.swap(job.clone(), &ids).await.unwrap();
        let report = tasks.report();
        assert!(report.components.iter().all(|c| c.quarantined.is_empty()));
    });
    let trees = ran.report().trees;
    assert_eq!(trees.acked + trees.failed, 4_000);
    assert!(trees.acked > 0 && trees.failed > 0, "{trees:?}");
    assert_eq!(ran.rows("print").len() as u64, trees.acked);
    assert!(quarantined(&ran, "faulty").is_empty());
}

/// The clock stands still while tasks have work.
async fn is_quarantined(tasks: &Tasks) {
    for _ in 0..1_000_000 {
        let report = tasks.report();
        if report.components.iter().any(|c| !c.quarantined.is_empty()) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("no task is quarantined: {:#?}", tasks.report());
}
