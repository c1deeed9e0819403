//! Every grouping between tasks of several workers: which tasks get which rows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::machine::Machine;
use super::super::simulation::simulate;

const ROWS: i64 = 800;
const TASKS: usize = 8;
const TEXTS: i64 = 6;

/// What came of a topology whose `print` has two tasks in each of four workers.
struct Grouped {
    /// The tasks of `print`, in order, each with its worker.
    tasks: Vec<(u32, u32)>,
    /// The worker of the spout.
    source: u32,
    /// The tasks that got each row, as often as they did.
    rows: BTreeMap<i64, Vec<u32>>,
}

fn grouped(grouping: &str) -> Grouped {
    through(
        "",
        &format!("from: source, to: print, grouping: {{ {grouping} }}"),
    )
}

/// The same with another bolt between.
fn through(bolt: &str, stream: &str) -> Grouped {
    let text = format!(
        "
name: simulated
spouts:
  - id: source
    component: source
    config: {{ rows: {ROWS}, tracking: ids, again: true, tell: true, batch: 4, texts: [a, b, c, d, e, f] }}
    grants: {{ stdout: true }}
bolts:
  - {{ id: print, component: print, parallelism: {TASKS}, grants: {{ stdout: true }} }}
  {bolt}
streams:
  - {{ {stream} }}
"
    );
    simulate(async move || {
        let mut machine = Machine::start(1).await;
        machine.submit(&text, 4).await;
        let (detail, _) = machine.finish(ROWS).await;
        assert_eq!(machine.checker.failed(), []);
        let tasks = detail.tasks.iter();
        let printing = tasks.filter(|task| task.component == "print");
        let tasks: Vec<(u32, u32)> = printing.map(|task| (task.task, task.worker)).collect();
        let workers: BTreeSet<u32> = tasks.iter().map(|(_, worker)| *worker).collect();
        assert_eq!((tasks.len(), workers.len()), (TASKS, 4));
        let source = detail.tasks.iter().find(|task| task.component == "source");
        let printed = machine.checker.printed().into_iter();
        Grouped {
            tasks,
            source: source.expect("it has a task").worker,
            rows: printed
                .map(|(row, printed)| {
                    let mut by: Vec<u32> = printed.by.into_iter().map(|(_, task)| task).collect();
                    by.sort_unstable();
                    (row, by)
                })
                .collect(),
        }
    })
}

impl Grouped {
    /// Each row came to so many tasks, once to each.
    fn each_row_comes_to(&self, tasks: usize) {
        for (row, by) in &self.rows {
            let different: BTreeSet<u32> = by.iter().copied().collect();
            assert_eq!(
                (by.len(), different.len()),
                (tasks, tasks),
                "row {row}: {by:?}"
            );
        }
    }

    /// How many rows each task got.
    fn shares(&self) -> Vec<usize> {
        let got = |task: u32| {
            self.rows
                .values()
                .flatten()
                .filter(|by| **by == task)
                .count()
        };
        self.tasks.iter().map(|(task, _)| got(*task)).collect()
    }

    /// How many tasks got the rows with each text.
    fn tasks_of_texts(&self) -> Vec<usize> {
        let mut of_texts: BTreeMap<i64, BTreeSet<u32>> = BTreeMap::new();
        for (row, by) in &self.rows {
            of_texts.entry(row % TEXTS).or_default().extend(by);
        }
        of_texts.values().map(BTreeSet::len).collect()
    }

    fn task(&self, position: i64) -> u32 {
        self.tasks[position as usize % TASKS].0
    }
}

/// Shuffle goes by load, and time stands still here while there is work: a row is known to
/// be done at once where it was sent from, and elsewhere when a timer has passed.
#[test]
fn shuffle_gives_rows_to_every_task_of_every_worker() {
    let grouped = grouped("type: shuffle");
    grouped.each_row_comes_to(1);
    for at in [true, false] {
        let tasks = grouped.tasks.iter().zip(grouped.shares());
        let there = tasks.filter(|((_, worker), _)| (*worker == grouped.source) == at);
        let shares: Vec<usize> = there.map(|(_, share)| share).collect();
        let (least, most) = (shares.iter().min(), shares.iter().max());
        let (least, most) = (least.unwrap(), most.unwrap());
        assert!(*least > 0 && most - least <= 8, "{shares:?}");
    }
}

#[test]
fn none_gives_each_row_to_some_task() {
    let grouped = grouped("type: none");
    grouped.each_row_comes_to(1);
    let shares = grouped.shares();
    assert!(shares.iter().all(|share| *share > 0), "{shares:?}");
}

/// Storm: LoadAwareShuffleGrouping and the scope of `localOrShuffleGrouping`: rows stay in
/// the worker if it has a task that takes them.
#[test]
fn local_or_shuffle_keeps_rows_in_their_worker() {
    let grouped = grouped("type: local-or-shuffle");
    grouped.each_row_comes_to(1);
    for ((task, worker), share) in grouped.tasks.iter().zip(grouped.shares()) {
        assert_eq!(share > 0, *worker == grouped.source, "task {task}: {share}");
    }
}

#[test]
fn fields_gives_equal_values_to_one_task_wherever_it_is() {
    let grouped = grouped("type: fields, args: [text]");
    grouped.each_row_comes_to(1);
    assert_eq!(grouped.tasks_of_texts(), vec![1; TEXTS as usize]);
}

#[test]
fn partial_key_gives_equal_values_to_two_tasks() {
    let grouped = grouped("type: partial-key, args: [text]");
    grouped.each_row_comes_to(1);
    let tasks = grouped.tasks_of_texts();
    assert!(tasks.iter().all(|tasks| *tasks <= 2), "{tasks:?}");
    assert!(tasks.contains(&2), "{tasks:?}");
}

#[test]
fn all_gives_each_row_to_every_task_of_every_worker() {
    grouped("type: all").each_row_comes_to(TASKS);
}

#[test]
fn global_gives_all_rows_to_the_task_with_the_lowest_id() {
    let grouped = grouped("type: global");
    let lowest = grouped.tasks.iter().map(|(task, _)| *task).min();
    assert!(
        grouped
            .rows
            .values()
            .all(|by| Some(by[0]) == lowest && by.len() == 1)
    );
}

#[test]
fn direct_gives_a_row_to_the_task_that_its_emitter_names() {
    let grouped = through(
        "- { id: direct, component: direct, config: { to: print } }",
        "from: source, to: direct, grouping: { type: shuffle } }
  - { from: direct, to: print, grouping: { type: direct }",
    );
    for (row, by) in &grouped.rows {
        assert_eq!(*by, [grouped.task(*row)], "row {row}");
    }
}

/// Each row goes to two tasks.
#[test]
fn a_custom_grouping_chooses_among_tasks_of_all_workers() {
    let grouped = grouped("type: custom, component: grouping, config: { copies: 2 }");
    for (row, by) in &grouped.rows {
        let mut expected = [grouped.task(*row), grouped.task(row + 1)];
        expected.sort_unstable();
        assert_eq!(*by, expected, "row {row}");
    }
}
