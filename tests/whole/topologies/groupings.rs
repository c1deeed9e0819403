//! Every grouping from end to end: which tasks print which rows.

use std::collections::BTreeMap;

use super::harness::Case;

const ROWS: i64 = 1_200;

/// The rows that each of four tasks gets, by the position of the task.
fn grouped(grouping: &str) -> Vec<Vec<i64>> {
    let stream = format!("- {{ from: source, to: print, grouping: {{ {grouping} }} }}");
    printed("", &stream)
}

/// The same with another bolt between.
fn printed(bolt: &str, streams: &str) -> Vec<Vec<i64>> {
    let ran = Case::new(format!(
        "
name: grouped
spouts:
  - {{ id: source, component: source, config: {{ rows: {ROWS}, texts: [a, b, c, d, e, f] }} }}
bolts:
  - {{ id: print, component: print, parallelism: 4, grants: {{ stdout: true }} }}
  {bolt}
streams:
  {streams}
"
    ))
    .run();
    let trees = ran.report().trees;
    assert_eq!(
        (trees.acked, trees.failed, trees.replayed),
        (ROWS as u64, 0, 0)
    );
    let mut tasks = Vec::new();
    for lines in ran.lines_by_task("print").into_values() {
        let rows = lines.iter().filter(|line| !line.starts_with("close "));
        let mut rows: Vec<i64> = rows
            .map(|row| row.split(' ').next().unwrap().parse().unwrap())
            .collect();
        rows.sort_unstable();
        tasks.push(rows);
    }
    // Each prints at least that it is closed.
    assert_eq!(tasks.len(), 4);
    tasks
}

fn all_rows() -> Vec<i64> {
    (0..ROWS).collect()
}

fn each_row_once(tasks: &[Vec<i64>]) {
    let mut rows = tasks.concat();
    rows.sort_unstable();
    assert_eq!(rows, all_rows());
}

/// The tasks that get the rows with each text.
fn tasks_of_texts(tasks: &[Vec<i64>]) -> BTreeMap<i64, Vec<usize>> {
    let mut of_texts: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (task, rows) in tasks.iter().enumerate() {
        for row in rows {
            let tasks = of_texts.entry(row % 6).or_default();
            if !tasks.contains(&task) {
                tasks.push(task);
            }
        }
    }
    of_texts
}

/// Storm: GroupingIntegrationTest.testShuffle.
#[test]
fn shuffle_gives_every_task_its_share() {
    for grouping in ["type: shuffle", "type: local-or-shuffle"] {
        let tasks = grouped(grouping);
        each_row_once(&tasks);
        // The spout is called for one row, two, four and so on, up to 512. What comes while
        // some have more to do than others goes where there is least to do, as a whole.
        let shares: Vec<usize> = tasks.iter().map(Vec::len).collect();
        let most = tasks.concat().len() * 5 / 8;
        for rows in &shares {
            assert!((1..=most).contains(rows), "{grouping}: {shares:?}");
        }
    }
}

#[test]
fn none_gives_each_row_to_some_task() {
    let tasks = grouped("type: none");
    each_row_once(&tasks);
    assert!(tasks.iter().all(|rows| !rows.is_empty()));
}

#[test]
fn fields_gives_equal_values_to_one_task() {
    let tasks = grouped("type: fields, args: [text]");
    each_row_once(&tasks);
    for (text, tasks) in tasks_of_texts(&tasks) {
        assert_eq!(tasks.len(), 1, "text {text}");
    }
}

/// Storm: GroupingIntegrationTest.testFieldGrouping: whichever task they come from.
#[test]
fn fields_agrees_between_tasks_that_emit() {
    let ran = Case::new(
        "
name: agreed
spouts:
  - { id: source, component: source, parallelism: 4, config: { rows: 200, texts: [a, b, c] } }
bolts:
  - { id: relay, component: relay, parallelism: 5 }
  - { id: print, component: print, parallelism: 6, grants: { stdout: true } }
streams:
  - { from: source, to: relay, grouping: { type: shuffle } }
  - { from: relay, to: print, grouping: { type: fields, args: [text] } }
",
    )
    .run_parallel();
    assert_eq!(ran.report().trees.acked, 800);
    let mut tasks: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (task, lines) in ran.lines_by_task("print") {
        for line in lines.iter().filter(|line| !line.starts_with("close ")) {
            let text = line.split(' ').nth(1).unwrap().to_owned();
            tasks.entry(text).or_default().push(task);
        }
    }
    assert_eq!(tasks.len(), 3);
    for (text, mut tasks) in tasks {
        tasks.dedup();
        assert_eq!(tasks.len(), 1, "{text}");
    }
}

#[test]
fn partial_key_gives_equal_values_to_two_tasks() {
    let tasks = grouped("type: partial-key, args: [text]");
    each_row_once(&tasks);
    for (text, tasks) in tasks_of_texts(&tasks) {
        assert!(tasks.len() <= 2, "text {text}: {tasks:?}");
    }
}

#[test]
fn all_gives_each_row_to_every_task() {
    assert_eq!(grouped("type: all"), vec![all_rows(); 4]);
}

#[test]
fn global_gives_all_rows_to_the_first_task() {
    assert_eq!(
        grouped("type: global"),
        [all_rows(), vec![], vec![], vec![]]
    );
}

#[test]
fn direct_gives_a_row_to_the_task_that_its_emitter_names() {
    let tasks = printed(
        "- { id: direct, component: direct, config: { to: print } }",
        "- { from: source, to: direct, grouping: { type: shuffle } }
  - { from: direct, to: print, grouping: { type: direct } }",
    );
    for (task, rows) in tasks.into_iter().enumerate() {
        let expected: Vec<i64> = (0..ROWS).filter(|row| row % 4 == task as i64).collect();
        assert_eq!(rows, expected);
    }
}

/// Storm: GroupingIntegrationTest.testCustomGroupings. Each row goes to two tasks.
#[test]
fn a_custom_grouping_chooses() {
    let tasks = grouped("type: custom, component: grouping, config: { copies: 2 }");
    for (task, rows) in tasks.into_iter().enumerate() {
        let task = task as i64;
        let expected: Vec<i64> = (0..ROWS)
            .filter(|row| row % 4 == task || (row + 1) % 4 == task)
            .collect();
        assert_eq!(rows, expected);
    }
}
