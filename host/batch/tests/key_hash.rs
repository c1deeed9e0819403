//! Equal keys hash alike, wherever they stand, and different ones do not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::sample::Index;
use stormcell_batch::{Columns, Field, KeyHasher, Schema, Value, ValueType, key_hash};
use support::{columns, table};

fn hashes(schema: &Schema, fields: &[usize], columns: &Columns) -> Vec<u64> {
    // What a buffer held before is of no account.
    let mut hashes = vec![1, 2, 3];
    KeyHasher::new(schema, fields).hash(columns, &mut hashes);
    hashes
}

/// The hash of a key of one value, in a column of that value's type.
fn hash(value: Value) -> u64 {
    let kind = value.kind().unwrap_or(ValueType::Text);
    let schema = Schema::new([Field::nullable("key", kind)]);
    key_hash(&schema, &[0], &columns(&schema, &[vec![value]]), 0)
}

/// A key, by what makes it equal to another: type, and value as said at `KeyHasher`.
fn identity(key: &[Value]) -> String {
    let one = |value: &Value| match value {
        Value::Float(value) if value.is_nan() => "Float(NaN)".to_owned(),
        Value::Float(0.0) => "Float(0.0)".to_owned(),
        Value::Json(text) => match serde_json::from_str(text) {
            Ok(serde_json::Value::Number(number)) => {
                format!("Json({:?})", number.as_f64().map(|number| number + 0.0))
            }
            Ok(document) => format!("Json({document})"),
            Err(_) => format!("{value:?}"),
        },
        other => format!("{other:?}"),
    };
    key.iter().map(one).collect::<Vec<_>>().join(", ")
}

proptest! {
    #[test]
    fn equal_keys_and_only_they_hash_alike((schema, rows) in table(0..40)) {
        let fields: Vec<usize> = (0..schema.len()).collect();
        let mut seen = HashMap::new();
        let mut by_key = HashMap::new();
        for (row, hash) in rows.iter().zip(hashes(&schema, &fields, &columns(&schema, &rows))) {
            let key = identity(row);
            prop_assert_eq!(by_key.entry(key.clone()).or_insert(hash), &hash);
            prop_assert_eq!(seen.entry(hash).or_insert_with(|| key.clone()), &key);
        }
    }

    #[test]
    fn a_row_hashes_alike_in_a_slice_and_alone(
        (schema, rows) in table(1..40),
        ends in any::<[Index; 2]>(),
    ) {
        let fields: Vec<usize> = (0..schema.len()).rev().collect();
        let whole = columns(&schema, &rows);
        let all = hashes(&schema, &fields, &whole);
        let [start, end] = ends.map(|end| end.index(rows.len()));
        let (start, end) = (start.min(end), start.max(end) + 1);
        prop_assert_eq!(
            hashes(&schema, &fields, &whole.slice(start, end - start)),
            &all[start..end]
        );
        prop_assert_eq!(key_hash(&schema, &fields, &whole, start), all[start]);
        let gathered = whole.gather(vec![start as u32]).unwrap();
        prop_assert_eq!(hashes(&schema, &fields, &gathered), [all[start]]);
    }

    #[test]
    fn fields_outside_the_key_play_no_part((schema, rows) in table(1..20)) {
        prop_assume!(schema.len() > 1);
        let alone = Schema::new([schema.fields()[0].clone()]);
        let firsts: Vec<Vec<Value>> = rows.iter().map(|row| vec![row[0].clone()]).collect();
        prop_assert_eq!(
            hashes(&schema, &[0], &columns(&schema, &rows)),
            hashes(&alone, &[0], &columns(&alone, &firsts))
        );
    }
}

#[test]
fn values_that_look_alike_are_different_keys() {
    let text = |value: &str| Value::Text(value.to_owned());
    let keys = [
        Value::Null,
        text(""),
        Value::Bytes(vec![]),
        Value::Json(String::new()),
        text("\0"),
        Value::Bytes(vec![0]),
        Value::Bool(false),
        Value::Int(0),
        Value::Float(0.0),
        Value::Timestamp(0),
        text("0"),
        text("null"),
        Value::Json("null".to_owned()),
        Value::Json("{\"a\":1}".to_owned()),
        Value::Json("{\"a\":2}".to_owned()),
        Value::Json("0".to_owned()),
    ];
    let mut seen = HashMap::new();
    for key in keys {
        if let Some(other) = seen.insert(hash(key.clone()), key.clone()) {
            panic!("{key:?} and {other:?} hash alike");
        }
    }
}

#[test]
fn floats_that_compare_equal_are_one_key_and_all_nans_too() {
    assert_eq!(hash(Value::Float(0.0)), hash(Value::Float(-0.0)));
    for bits in [
        0x7ff8_0000_0000_0001,
        0xfff8_0000_0000_0000,
        0x7ff0_0000_0000_0001,
    ] {
        assert_eq!(
            hash(Value::Float(f64::from_bits(bits))),
            hash(Value::Float(f64::NAN))
        );
    }
    assert_ne!(
        hash(Value::Float(f64::INFINITY)),
        hash(Value::Float(f64::NAN))
    );
}

/// A null is a null, whatever the type of its field, and as a part of a key it
/// stands at its place.
#[test]
fn the_place_in_the_key_matters() {
    let schema = Schema::new(["a", "b"].map(|name| Field::nullable(name, ValueType::Text)));
    let text = |value: &str| Value::Text(value.to_owned());
    let rows = [
        vec![text("x"), text("y")],
        vec![text("y"), text("x")],
        vec![text("xy"), text("")],
        vec![text(""), text("xy")],
        vec![text("x"), Value::Null],
        vec![Value::Null, text("x")],
        vec![Value::Null, Value::Null],
        vec![text(""), Value::Null],
    ];
    let columns = columns(&schema, &rows);
    let mut found = hashes(&schema, &[0, 1], &columns);
    assert_eq!(found[0], hashes(&schema, &[1, 0], &columns)[1]);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), rows.len());
}
