//! What tasks keep (grant `state`): it takes effect with their calls, and outlives instances,
//! deployments and runs.

use std::fs::{File, TryLockError};
use std::sync::Arc;

use stormcell_state::{Folder, MemoryStates, States, Task};

use super::harness::{Case, settled};

const TASKS: u32 = 2;

/// `rows` rows to a bolt that notes each in its state.
fn tallied(rows: i64, config: &str) -> String {
    format!(
        "
name: tallied
config: {{ max-replays: 0 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows}, batch: 16 }} }}
bolts:
  - id: tally
    component: tally
    parallelism: {TASKS}
    config: {config}
    grants: {{ state: true }}
streams:
  - {{ from: source, to: tally, grouping: {{ type: shuffle }} }}
"
    )
}

/// What both tasks have counted together, and the rows that they have noted, ascending.
async fn noted(states: &dyn States) -> (u64, Vec<i64>) {
    let (mut count, mut rows) = (0, Vec::new());
    for index in 0..TASKS {
        let state = states.of_task(&Task {
            topology: "tallied".to_owned(),
            component: "tally".to_owned(),
            index,
            tasks: TASKS,
            quota: 64 << 20,
        });
        state.open().await.unwrap();
        let counted = state.get("count").unwrap().unwrap_or(vec![0; 8]);
        count += u64::from_le_bytes(counted.try_into().unwrap());
        let keys = state.keys("row.", None, usize::MAX).unwrap();
        rows.extend(
            keys.iter()
                .map(|key| key["row.".len()..].parse::<i64>().unwrap()),
        );
    }
    rows.sort_unstable();
    (count, rows)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn with(text: String, states: &Arc<MemoryStates>) -> Case {
    let states = Arc::clone(states);
    Case::new(text).options(|options| options.state = states)
}

#[test]
fn what_a_call_changed_that_trapped_is_not_kept() {
    let states = Arc::new(MemoryStates::default());
    let ran = with(tallied(1_000, "{ trap: [0, 333, 334, 999] }"), &states).run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (996, 4));
    let (count, rows) = block_on(noted(&*states));
    let trapped = [0, 333, 334, 999];
    let others: Vec<i64> = (0..1_000).filter(|row| !trapped.contains(row)).collect();
    assert_eq!((count, rows), (996, others));
}

/// An error is that of a row, and its call goes well: what it changed before is kept.
#[test]
fn what_a_row_changed_that_is_an_error_is_kept() {
    let states = Arc::new(MemoryStates::default());
    let ran = with(tallied(100, "{ error: [5, 6] }"), &states).run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (98, 2));
    assert_eq!(block_on(noted(&*states)), (100, (0..100).collect()));
}

#[test]
fn a_deployment_goes_on_with_what_the_old_instance_left() {
    let states = Arc::new(MemoryStates::default());
    let ran = with(tallied(4_000, "{}"), &states).run_changed(async |tasks, job| {
        let all: Vec<u32> = job.plan.tasks_of("tally").collect();
        for step in 1..=5 {
            for _ in 0..1_000_000 {
                if tasks.report().trees.acked >= step * 500 {
                    break;
                }
                tokio::task::yield_now().await;
            }
            tasks.swap(job.clone(), &all).await.unwrap();
        }
        assert!(tasks.report().trees.acked < 4_000, "it had ended before");
    });
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (4_000, 0));
    assert_eq!(block_on(noted(&*states)), (4_000, (0..4_000).collect()));
}

/// A task that moves is closed in one process and then prepared in another, which must not
/// find its file open.
#[test]
fn a_task_that_is_closed_has_let_go_of_its_state() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Arc::new(Folder::new(dir.path()));
    let options = Arc::clone(&folder);
    let case = Case::new(tallied(100, "{}")).options(|options_| options_.state = options);
    case.run_changed(async move |tasks, job| {
        settled(tasks, |probe| probe.ended).await;
        let locked = |index: u32| {
            let file = folder
                .of_topology("tallied")
                .join(format!("tally/{index}.redb"));
            let locked = File::open(file).unwrap().try_lock();
            matches!(locked, Err(TryLockError::WouldBlock))
        };
        assert!((0..TASKS).all(locked), "they are open");
        for (index, task) in (0..).zip(job.plan.tasks_of("tally")) {
            tasks.close(&[task], false).await;
            assert!(!locked(index), "task {index}");
        }
    });
}

#[test]
fn a_run_goes_on_with_what_the_one_before_left() {
    let dir = tempfile::tempdir().unwrap();
    for run in 1..=2 {
        let folder = Arc::new(Folder::new(dir.path()));
        let states = Arc::clone(&folder);
        let ran = Case::new(tallied(500, "{ trap: [7] }"))
            .options(|options| options.state = states)
            .run_parallel();
        assert_eq!(ran.report().trees.acked, 499);
        let (count, rows) = block_on(noted(&*folder));
        assert_eq!((count, rows.contains(&7)), (run * 499, false));
    }
}

#[test]
fn a_state_of_another_number_of_tasks_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for tasks in [2, 3] {
        let text = tallied(10, "{}").replace("parallelism: 2", &format!("parallelism: {tasks}"));
        let folder = Arc::new(Folder::new(dir.path()));
        let ran = Case::new(text)
            .options(|options| options.state = folder)
            .run_parallel();
        match tasks {
            2 => assert_eq!(ran.report().trees.acked, 10),
            _ => {
                let error = ran.error().to_string();
                assert!(error.contains("`parallelism: 2`"), "{error}");
            }
        }
    }
}
