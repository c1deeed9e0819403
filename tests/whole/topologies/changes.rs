//! Tasks are changed while they run: another component, another plan, spouts that pause.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stormcell_protocol::control::SpoutMode;
use stormcell_runtime::{Job, Tasks};
use stormcell_topology::rebalance;

use super::harness::{Case, settled};

const RELAYED: &str = "
name: relayed
spouts:
  - { id: source, component: source, config: { rows: 4000, batch: 16 } }
bolts:
  - { id: relay, component: relay, parallelism: 2 }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: shuffle } }
";

/// The clock stands still while tasks have work, so waiting by it would be waiting for the
/// end.
async fn acked(tasks: &Tasks, rows: u64) {
    for _ in 0..1_000_000 {
        if tasks.report().trees.acked >= rows {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{rows} rows are never acked: {:#?}", tasks.report().trees);
}

fn ids(job: &Job, component: &str) -> Vec<u32> {
    job.plan.tasks_of(component).collect()
}

#[test]
fn a_bolt_is_exchanged_and_no_row_is_lost_or_failed() {
    let ran = Case::new(RELAYED).run_changed(async |tasks, job| {
        for step in 1..=5 {
            acked(tasks, step * 500).await;
            let pauses = tasks.swap(job.clone(), &ids(&job, "relay")).await.unwrap();
            assert_eq!(pauses.len(), 2);
            let status = tasks.task_status();
            let of = |task: &u32| status.iter().find(|known| known.task == *task).unwrap();
            // Counts began anew.
            assert!(ids(&job, "relay").iter().all(|task| of(task).rows < 2500));
        }
        assert!(
            tasks.report().trees.acked < 4000,
            "it was not exchanged while it ran"
        );
    });
    assert_eq!(ran.numbers("print"), (0..4000).collect::<Vec<i64>>());
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (4000, 0, 0));
}

#[test]
fn rows_that_a_bolt_keeps_go_to_the_new_instance() {
    let ran = Case::new(
        "
name: kept
spouts:
  - { id: source, component: source, config: { rows: 100 } }
bolts:
  - { id: hold, component: hold, tick: 1s, config: { release: 5 } }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
",
    )
    .run_changed(async |tasks, job| {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        tasks.swap(job.clone(), &ids(&job, "hold")).await.unwrap();
    });
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (100, 0, 0));
    // The new instance has kept them for five ticks of its own.
    assert_eq!(ran.elapsed.as_secs(), 7);
}

/// To search a call for the rows at fault may take minutes. The new instance goes on with
/// those that are left.
#[test]
fn a_bolt_is_exchanged_in_the_middle_of_a_search() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("mended");
    let ran = Case::new(
        "
name: searching
config: { max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 1000 } }
bolts:
  - id: relay
    component: relay
    config: { always: trap, unless: /state/mended }
    restart: { budget: 10000 }
    grants: { files: [{ host: ., guest: /state }] }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: shuffle } }
",
    )
    .base_dir(dir.path())
    .run_changed(async move |tasks, job| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let begin = tokio::time::Instant::now();
        let pauses = tasks.swap(job.clone(), &ids(&job, "relay")).await.unwrap();
        assert_eq!(pauses.len(), 1);
        assert!(begin.elapsed().as_secs() < 1, "{:?}", begin.elapsed());
        std::fs::write(mark, "").unwrap();
    });
    let trees = ran.report().trees;
    assert_eq!((trees.emitted, trees.acked + trees.failed), (1_000, 1_000));
    assert!((1..200).contains(&trees.failed), "{trees:?}");
    assert_eq!(ran.numbers("print").len() as u64, trees.acked);
}

#[test]
fn what_a_bolt_holds_is_emitted_when_it_is_exchanged() {
    let ran = Case::new(COUNTED).run_changed(async |tasks, job| {
        acked(tasks, 300).await;
        tasks.swap(job.clone(), &ids(&job, "count")).await.unwrap();
    });
    let rows = ran.rows("print");
    assert!(rows.len() > 3, "two instances have emitted: {rows:?}");
    assert_eq!(sums(&rows), all_counted());
}

const COUNTED: &str = "
name: counted
spouts:
  - { id: source, component: source, config: { rows: 900, batch: 3, texts: [a, b, c] } }
bolts:
  - { id: count, component: count, parallelism: 2 }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: count, grouping: { type: fields, args: [text] } }
  - { from: count, to: print, grouping: { type: shuffle } }
";

fn all_counted() -> BTreeMap<String, i64> {
    ["a", "b", "c"].map(|text| (text.to_owned(), 300)).into()
}

/// The sum of the numbers before each text.
fn sums(rows: &[String]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let (count, text) = row.split_once(' ').unwrap();
        *sums.entry(text.to_owned()).or_default() += count.parse::<i64>().unwrap();
    }
    sums
}

/// Goes over to a plan with this number of tasks, as a supervisor does.
async fn rescale(tasks: &Tasks, job: &Job, component: &str, count: u32) -> Job {
    tasks.spouts(SpoutMode::Paused);
    settled(tasks, |_| true).await;
    tasks.freeze(true);
    settled(tasks, |_| true).await;
    let counts = BTreeMap::from([(component.to_owned(), count)]);
    let rebalanced = rebalance(&job.topology, &job.plan, None, &counts).unwrap();
    tasks.close(&ids(job, component), false).await;
    settled(tasks, |_| true).await;
    let job = Job {
        plan: Arc::new(rebalanced.plan),
        ..job.clone()
    };
    tasks.replan(job.clone()).await.unwrap();
    tasks.freeze(false);
    tasks.spouts(SpoutMode::Active);
    job
}

#[test]
fn the_number_of_tasks_changes_and_no_row_is_lost_or_failed() {
    let ran = Case::new(COUNTED).run_changed(async |tasks, job| {
        acked(tasks, 200).await;
        let job = rescale(tasks, &job, "count", 5).await;
        assert_eq!(ids(&job, "count").len(), 5);
        acked(tasks, 400).await;
        let job = rescale(tasks, &job, "count", 1).await;
        acked(tasks, 600).await;
        rescale(tasks, &job, "source", 2).await;
    });
    let rows = ran.rows("print");
    assert!(rows.len() > 3, "tasks that left have emitted: {rows:?}");
    let sums = sums(&rows);
    // Two tasks of the spout emit what one did, and 900 rows more.
    let (least, most) = (300, 900);
    assert!(
        sums.values().all(|sum| (least..=most).contains(sum)),
        "{sums:?}"
    );
    let trees = ran.report().trees;
    assert_eq!((trees.failed, trees.replayed), (0, 0));
    assert_eq!(trees.acked, trees.emitted);
}

#[test]
fn a_component_that_cannot_be_prepared_is_not_exchanged() {
    let bad = RELAYED.replace(
        "component: relay,",
        "component: relay, config: { refuse: [1, not today] },",
    );
    let bad = Case::new(bad);
    let ran = Case::new(RELAYED).run_changed(async move |tasks, job| {
        acked(tasks, 100).await;
        let error = tasks.swap(bad.job().await, &ids(&job, "relay")).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("not today"), "{error}");
    });
    assert_eq!(ran.numbers("print"), (0..4000).collect::<Vec<i64>>());
    assert_eq!(ran.report().trees.failed, 0);
}

#[test]
fn a_spout_is_exchanged_and_told_what_its_predecessor_emitted() {
    let dir = tempfile::tempdir().unwrap();
    let text = "
name: spout
spouts:
  - id: source
    component: source
    config: { rows: 3000, batch: 16, tracking: ids, again: true, tell: true, checkpoint: /kept/next }
    grants: { stdout: true, files: [{ host: '.', guest: /kept, access: read-write }] }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
";
    let ran = Case::new(text)
        .base_dir(dir.path())
        .run_changed(async |tasks, job| {
            for step in 1..=3 {
                acked(tasks, step * 500).await;
                tasks.swap(job.clone(), &ids(&job, "source")).await.unwrap();
            }
        });
    assert_eq!(ran.numbers("print"), (0..3000).collect::<Vec<i64>>());
    let lines = ran.lines("source");
    let told = |what: &str| lines.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((told("acked"), told("failed")), (3000, 0));
    // One of them at the end of all.
    assert_eq!((told("activate"), told("close")), (4, 4));
    assert_eq!(told("close Stopped"), 3);
}

#[test]
fn an_inactive_spout_emits_nothing_and_goes_on_when_it_is_active() {
    let text = "
name: inactive
spouts:
  - id: source
    component: source
    config: { rows: 3000, batch: 16, tell: true }
    grants: { stdout: true }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
";
    let ran = Case::new(text).run_changed(async |tasks, _| {
        acked(tasks, 500).await;
        tasks.spouts(SpoutMode::Inactive);
        settled(tasks, |probe| !probe.ended).await;
        let emitted = tasks.report().trees.emitted;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(tasks.report().trees.emitted, emitted);
        let waiting = tasks.report().components[0].waiting.clone();
        assert_eq!(waiting.as_deref(), Some("inactive"));
        tasks.spouts(SpoutMode::Active);
    });
    assert_eq!(ran.numbers("print"), (0..3000).collect::<Vec<i64>>());
    let lines = ran.lines("source");
    let first: Vec<&str> = lines.iter().map(String::as_str).take(3).collect();
    assert_eq!(first, ["activate", "deactivate", "activate"]);
}
