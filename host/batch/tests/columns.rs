//! Columns hold what a list of rows would, for every type of value.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use stormcell_batch::{
    Batch, BatchError, Columns, ColumnsBuilder, Field, Lineage, Schema, Value, ValueType,
};
use support::{columns, expected, field, lines, table, value};

proptest! {
    #[test]
    fn rows_come_back_as_they_went_in((schema, rows) in table(0..20)) {
        let columns = columns(&schema, &rows);
        prop_assert_eq!(columns.rows(), rows.len());
        prop_assert_eq!(lines(&schema, &columns), expected(&rows));
    }

    #[test]
    fn gather_picks_rows((schema, rows) in table(1..40), picks in vec(any::<Index>(), 0..60)) {
        let positions: Vec<usize> = picks.iter().map(|pick| pick.index(rows.len())).collect();
        let gathered = columns(&schema, &rows)
            .gather(positions.iter().map(|&position| position as u32).collect())
            .unwrap();
        prop_assert_eq!(gathered.rows(), positions.len());
        let picked = positions.iter().map(|&position| &rows[position]);
        prop_assert_eq!(lines(&schema, &gathered), expected(picked));
    }

    /// A slice has offsets that do not begin at 0, and shares data with others.
    #[test]
    fn gather_picks_rows_of_a_slice(
        (schema, rows) in table(1..40),
        ends in any::<[Index; 2]>(),
        picks in vec(any::<Index>(), 0..60),
    ) {
        let [start, end] = ends.map(|end| end.index(rows.len()));
        let (start, end) = (start.min(end), start.max(end) + 1);
        let slice = columns(&schema, &rows).slice(start, end - start);
        let positions: Vec<usize> = picks.iter().map(|pick| pick.index(end - start)).collect();
        let gathered =
            slice.gather(positions.iter().map(|&position| position as u32).collect()).unwrap();
        let picked = positions.iter().map(|&position| &rows[start + position]);
        prop_assert_eq!(lines(&schema, &gathered), expected(picked));
    }

    #[test]
    fn slice_is_a_run_of_rows((schema, rows) in table(0..20), ends in any::<[Index; 2]>()) {
        let [start, end] = ends.map(|end| end.index(rows.len() + 1));
        let (start, end) = (start.min(end), start.max(end));
        let slice = columns(&schema, &rows).slice(start, end - start);
        prop_assert_eq!(slice.rows(), end - start);
        prop_assert_eq!(lines(&schema, &slice), expected(&rows[start..end]));
    }

    #[test]
    fn concat_undoes_slices((schema, rows) in table(0..30), cuts in vec(any::<Index>(), 0..6)) {
        let whole = columns(&schema, &rows);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).collect();
        cuts.extend([0, rows.len()]);
        cuts.sort_unstable();
        let parts: Vec<Columns> =
            cuts.windows(2).map(|cut| whole.slice(cut[0], cut[1] - cut[0])).collect();
        let joined = Columns::concat(&parts).unwrap();
        prop_assert_eq!(joined.rows(), rows.len());
        prop_assert_eq!(lines(&schema, &joined), expected(&rows));
    }

    /// What two parts take is what the whole takes.
    #[test]
    fn bytes_add_up((schema, rows) in table(0..30), cut in any::<Index>()) {
        let whole = columns(&schema, &rows);
        let cut = cut.index(rows.len() + 1);
        let parts = [whole.slice(0, cut), whole.slice(cut, rows.len() - cut)];
        prop_assert_eq!(parts.iter().map(Columns::bytes).sum::<usize>(), whole.bytes());
    }

    #[test]
    fn a_value_of_another_type_is_refused(field in field(), other in proptest::sample::select(&ValueType::ALL)) {
        prop_assume!(field.kind != other);
        let schema = Schema::new([field.clone()]);
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let found = value(other).new_tree(&mut runner).unwrap().current();
        let refused = ColumnsBuilder::new(&schema).push(vec![found]).finish();
        prop_assert_eq!(refused.err(), Some(BatchError::Type {
            field: field.name,
            expected: field.kind,
            found: other.name().to_owned(),
        }));
    }

    #[test]
    fn a_null_is_refused_where_it_is_not_allowed(field in field(), before in 0_usize..5) {
        let schema = Schema::new([field.clone()]);
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let mut builder = ColumnsBuilder::new(&schema);
        for _ in 0..before {
            builder.push(vec![value(field.kind).new_tree(&mut runner).unwrap().current()]);
        }
        let refused = builder.push(vec![Value::Null]).finish();
        let null = BatchError::Null { field: field.name, row: before };
        prop_assert_eq!(refused.err(), (!field.nullable).then_some(null));
    }
}

fn schema() -> Schema {
    Schema::new([
        Field::new("word", ValueType::Text),
        Field::nullable("count", ValueType::Int),
    ])
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn ints(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

#[test]
fn arrays_that_do_not_fit_are_named() {
    let refused =
        |arrays: Vec<ArrayRef>| Columns::new(&schema(), arrays, 2).unwrap_err().to_string();
    assert_eq!(
        refused(vec![texts(&["a", "b"])]),
        "1 columns where the schema has 2 fields"
    );
    assert_eq!(
        refused(vec![texts(&["a", "b"]), ints(&[None])]),
        "column `count` has 1 values, expected 2"
    );
    assert_eq!(
        refused(vec![texts(&["a", "b"]), texts(&["a", "b"])]),
        "column `count` holds Utf8 values, expected int"
    );
    let null: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    assert_eq!(
        refused(vec![null, ints(&[None, None])]),
        "column `word` is null in row 1, but the field is not nullable"
    );
    assert!(
        Columns::new(
            &schema(),
            vec![texts(&["a", "b"]), ints(&[None, Some(1)])],
            2
        )
        .is_ok()
    );
}

#[test]
fn a_row_of_another_length_is_refused() {
    let mut builder = ColumnsBuilder::new(&schema());
    builder.push(vec![Value::Text("a".to_owned()), Value::Null]);
    builder.push(vec![Value::Text("a".to_owned())]);
    assert_eq!(
        builder.finish().err(),
        Some(BatchError::ColumnCount {
            expected: 2,
            found: 1
        })
    );
}

/// Each value is a mebibyte, and 2,048 of them are one byte too many. Whether they
/// are gathered from long values or, next to 100,000 empty ones, from short ones.
#[test]
fn a_column_that_grows_too_large_is_refused() {
    let schema = Schema::new([Field::new("text", ValueType::Text)]);
    for empty in [0, 100_000] {
        let mut builder = ColumnsBuilder::new(&schema);
        builder.push(vec![Value::Text("x".repeat(1 << 20))]);
        for _ in 0..empty {
            builder.push(vec![Value::Text(String::new())]);
        }
        let columns = builder.finish().unwrap();
        let too_large = Some(BatchError::TooLarge { bytes: 1 << 31 });
        assert_eq!(columns.gather(vec![0; 2_048]).err(), too_large);
        assert_eq!(Columns::concat(&vec![columns; 2_048]).err(), too_large);
    }
}

#[test]
fn a_batch_moves_values_and_lineage_alike() {
    let columns = Columns::new(
        &schema(),
        vec![texts(&["a", "b", "c"]), ints(&[None; 3])],
        3,
    )
    .unwrap();
    let lineage = Lineage::One {
        roots: vec![1, 2, 3],
        edges: vec![4, 5, 6],
    };
    let batch = Batch::new(columns, lineage);
    let joined = Batch::concat(vec![batch.slice(2, 1), batch.slice(0, 2)]).unwrap();
    assert_eq!(joined.rows(), 3);
    assert_eq!(
        joined.columns.value(0, 0, ValueType::Text),
        Value::Text("c".to_owned())
    );
    assert_eq!(
        joined.lineage,
        Lineage::One {
            roots: vec![3, 1, 2],
            edges: vec![6, 4, 5]
        }
    );
}
