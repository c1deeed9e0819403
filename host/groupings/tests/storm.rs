//! Storm's own tests of its groupings, where they apply: the same numbers of rows
//! and tasks, the same bounds. The names are those of Storm's classes and methods.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};
use stormcell_groupings::{
    Choice, Custom, Fields, Grouping, Idle, Loads, PartialKey, Scatter, Shuffle, Targets,
};

fn keys(values: impl IntoIterator<Item = Value>, kind: ValueType) -> (Schema, Columns) {
    let schema = Schema::new([Field::new("key", kind)]);
    let mut builder = ColumnsBuilder::new(&schema);
    for value in values {
        builder.push(vec![value]);
    }
    let columns = builder.finish().unwrap();
    (schema, columns)
}

/// How many rows each target gets of a stream that comes in batches of one size.
fn counts(
    grouping: &mut dyn Grouping,
    targets: &Targets,
    loads: &dyn Loads,
    rows: usize,
    batch: usize,
) -> Vec<usize> {
    let (_, columns) = keys((0..batch as i64).map(Value::Int), ValueType::Int);
    let (mut choice, mut scatter) = (Choice::default(), Scatter::default());
    let mut counts = vec![0; targets.len()];
    for start in (0..rows).step_by(batch) {
        let columns = columns.slice(0, batch.min(rows - start));
        grouping.choose(&columns, loads, &mut choice);
        scatter.scatter(&choice, columns.rows(), targets.len());
        for (target, part) in scatter.parts() {
            counts[target] += part.len(columns.rows());
        }
    }
    counts
}

/// `ShuffleGroupingTest.testShuffleGrouping`: 30,000 tuples, 6 tasks, 5,000 each.
#[test]
fn shuffle_grouping() {
    let targets = Targets::new(0..6).unwrap();
    let mut shuffle = Shuffle::new(&targets, 100);
    assert_eq!(counts(&mut shuffle, &targets, &Idle, 30_000, 1), [5_000; 6]);
}

/// `GroupingIntegrationTest.testShuffle`: 100,000 tuples, 49 to 51 % each; here for
/// batches of any size as well.
#[test]
fn shuffle() {
    let targets = Targets::new([1, 2]).unwrap();
    for batch in [1, 7, 64, 100, 128, 1_000] {
        let mut shuffle = Shuffle::new(&targets, 0);
        for count in counts(&mut shuffle, &targets, &Idle, 100_000, batch) {
            assert!(
                (49_000..=51_000).contains(&count),
                "{count} in batches of {batch}"
            );
        }
    }
}

/// `LoadAwareShuffleGroupingTest.testLoadAwareShuffleGroupingWithEvenLoad`: 7 tasks
/// of equal load get 5,000 tuples each, give or take 1.5 % of all.
#[test]
fn load_aware_shuffle_grouping_with_even_load() {
    let targets = Targets::new(0..7).unwrap();
    let mut shuffle = Shuffle::new(&targets, 0);
    for count in counts(&mut shuffle, &targets, &[100; 7], 35_000, 10) {
        assert!((4_475..=5_525).contains(&count), "{count}");
    }
}

/// `LoadAwareShuffleGroupingTest.testUnevenLoadOverTime`: what has a high load gets
/// less, and recovers when the load is the other's. Loads are live here, so both
/// happen at once.
#[test]
fn uneven_load_over_time() {
    let targets = Targets::new([1, 2]).unwrap();
    let mut shuffle = Shuffle::new(&targets, 0);
    assert_eq!(
        counts(&mut shuffle, &targets, &[1_000, 0], 10_000, 10),
        [0, 10_000]
    );
    assert_eq!(
        counts(&mut shuffle, &targets, &[0, 1_000], 10_000, 10),
        [10_000, 0]
    );
    assert_eq!(
        counts(&mut shuffle, &targets, &[5, 5], 10_000, 10),
        [5_000, 5_000]
    );
}

/// `GroupingIntegrationTest.testFieldGrouping`: two byte strings, each 24 times, to
/// 6 tasks: each is counted in one place.
#[test]
fn field_grouping() {
    let values = (0..24).flat_map(|_| [b"a".to_vec(), b"b".to_vec()].map(Value::Bytes));
    let (schema, columns) = keys(values, ValueType::Bytes);
    let targets = Targets::new(0..6).unwrap();
    let mut fields = Fields::new(&targets, &schema, &[0]).unwrap();
    let (mut choice, mut scatter) = (Choice::default(), Scatter::default());
    let mut seen = Vec::new();
    for start in 0..4 {
        fields.choose(&columns.slice(start * 12, 12), &Idle, &mut choice);
        scatter.scatter(&choice, 12, 6);
        seen.extend(scatter.parts().map(|(target, part)| (target, part.len(12))));
    }
    seen.sort_unstable();
    // Either both have their own task, or they share one.
    let ok = seen.len() == 8 && seen[..4].iter().all(|part| *part == seen[0])
        || seen == [(seen[0].0, 12); 4];
    assert!(ok, "{seen:?}");
}

/// `GroupingIntegrationTest.testCustomGroupings`: `NGrouping(n)` sends each of two
/// tuples to the first n tasks.
#[test]
fn custom_groupings() {
    for (n, tasks) in [(2_u32, 4), (3, 6)] {
        let targets = Targets::new(0..tasks).unwrap();
        let mut choice = Choice::default();
        let listed: Vec<u32> = (0..n).chain(0..n).collect();
        let accepted = Custom::new(&targets).accept_lists(2, &[0, n, 2 * n], &listed, &mut choice);
        assert_eq!(accepted, Ok(()));
        let mut scatter = Scatter::default();
        scatter.scatter(&choice, 2, targets.len());
        let parts: Vec<_> = scatter
            .parts()
            .map(|(target, part)| (target, part.len(2)))
            .collect();
        let expected: Vec<_> = (0..n as usize).map(|target| (target, 2)).collect();
        assert_eq!(parts, expected);
    }
}

/// `PartialKeyGroupingTest.testChooseTasks`, `testChooseTasksFields` and
/// `testChooseTasksWithoutConsecutiveTaskIds`: one key alternates between two tasks.
#[test]
fn choose_tasks() {
    for tasks in [vec![0, 1, 2, 3, 4, 5], vec![1, 2, 3, 7, 8, 9]] {
        let targets = Targets::new(tasks).unwrap();
        let (schema, key) = keys([Value::Text("key1".to_owned())], ValueType::Text);
        let mut grouping = PartialKey::new(&targets, &schema, &[0]).unwrap();
        let mut choice = Choice::default();
        let mut scatter = Scatter::default();
        let chosen: Vec<usize> = (0..3)
            .map(|_| {
                grouping.choose(&key, &Idle, &mut choice);
                scatter.scatter(&choice, 1, 6);
                let parts: Vec<_> = scatter.parts().collect();
                assert_eq!(parts.len(), 1);
                parts[0].0
            })
            .collect();
        assert_ne!(chosen[0], chosen[1]);
        assert_eq!(chosen[0], chosen[2]);
    }
}
