//! What the tests of several groupings use.

use proptest::prelude::*;
use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};

use crate::{Choice, Chosen, Grouping, Loads, Targets};

/// As many rows, without a field: for groupings that do not look at values.
pub(crate) fn rows(count: usize) -> Columns {
    Columns::new(&Schema::new([]), Vec::new(), count).unwrap()
}

/// Rows of one nullable text field.
pub(crate) fn words<'a>(words: impl IntoIterator<Item = Option<&'a str>>) -> (Schema, Columns) {
    let schema = Schema::new([Field::nullable("word", ValueType::Text)]);
    let mut builder = ColumnsBuilder::new(&schema);
    for word in words {
        builder.push(vec![
            word.map_or(Value::Null, |word| Value::Text(word.to_owned())),
        ]);
    }
    let columns = builder.finish().unwrap();
    (schema, columns)
}

/// This many targets, with the task ids 10, 13, 16 and so on.
pub(crate) fn targets(count: usize) -> Targets {
    Targets::new((0..count as u32).map(|index| 10 + 3 * index)).unwrap()
}

/// Batches of words of which some repeat, some are empty, some null.
pub(crate) fn word_batches() -> impl Strategy<Value = Vec<Vec<Option<String>>>> {
    let word = proptest::option::weighted(0.9, "[a-c]{0,2}|\\PC{0,4}");
    proptest::collection::vec(proptest::collection::vec(word, 0..20), 0..10)
}

/// The targets of each row. Fails on a choice that is not valid.
pub(crate) fn per_row(choice: &Choice, rows: usize, targets: usize) -> Vec<Vec<u32>> {
    let lists: Vec<Vec<u32>> = match choice.chosen() {
        Chosen::Nowhere => vec![Vec::new(); rows],
        Chosen::All => vec![(0..targets as u32).collect(); rows],
        Chosen::Whole(target) => vec![vec![target]; rows],
        Chosen::Each(each) => each.iter().map(|&target| vec![target]).collect(),
        Chosen::Slices(slices) => {
            let mut lists = Vec::new();
            for slice in slices {
                assert_eq!(
                    slice.start as usize,
                    lists.len(),
                    "slices follow on each other"
                );
                assert!(slice.len > 0, "no slice is empty");
                lists.resize(lists.len() + slice.len as usize, vec![slice.target]);
            }
            lists
        }
        Chosen::Lists { offsets, targets } => offsets
            .windows(2)
            .map(|range| targets[range[0] as usize..range[1] as usize].to_vec())
            .collect(),
    };
    assert_eq!(lists.len(), rows, "a choice speaks of every row");
    for list in &lists {
        let mut sorted = list.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), list.len(), "no target twice");
        assert!(
            list.iter().all(|&target| (target as usize) < targets),
            "{list:?} of {targets}"
        );
    }
    lists
}

/// The target of each row of a grouping that sends each row to one.
pub(crate) fn ask_for_one(
    grouping: &mut dyn Grouping,
    columns: &Columns,
    loads: &dyn Loads,
    targets: usize,
) -> Vec<u32> {
    let mut choice = Choice::default();
    grouping.choose(columns, loads, &mut choice);
    let rows = columns.rows();
    let each = match choice.chosen() {
        Chosen::Nowhere => Vec::new(),
        Chosen::Whole(target) => vec![target; rows],
        Chosen::Each(each) => each.to_vec(),
        Chosen::Slices(slices) => {
            let mut each = Vec::new();
            for slice in slices {
                assert_eq!(
                    slice.start as usize,
                    each.len(),
                    "slices follow on each other"
                );
                assert!(slice.len > 0, "no slice is empty");
                each.resize(each.len() + slice.len as usize, slice.target);
            }
            each
        }
        other => panic!("one target a row expected, found {other:?}"),
    };
    assert_eq!(each.len(), rows, "a choice speaks of every row");
    assert!(each.iter().all(|&target| (target as usize) < targets));
    each
}
