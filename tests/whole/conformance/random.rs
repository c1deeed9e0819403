//! Random rows come out of every language as they went in.

use std::iter::repeat_n;

use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use stormcell_batch::Value;

use super::bolt::{Batch, Bolt};
use super::language::Language;
use super::outcome::{Fate, rows};
use super::row::{Row, columns};

in_every_language![rows_are_echoed];

const CASES: u32 = 64;

/// A case is a few calls of one instance, each of a few batches.
fn rows_are_echoed(language: Language) {
    let config = Config {
        cases: CASES,
        source_file: Some(file!()),
        ..Config::default()
    };
    let batch = (0..2_u32, vec(row(), 1..12));
    let calls = vec(vec(batch, 1..4), 1..4);
    let result = TestRunner::new(config).run(&calls, |calls| {
        let mut bolt = Bolt::new(language);
        for batches in calls {
            echoed(&mut bolt, &batches)?;
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{language}: {error}");
    }
}

fn echoed(bolt: &mut Bolt, batches: &[(u32, Vec<Row>)]) -> Result<(), TestCaseError> {
    let sent: Vec<&Row> = batches.iter().flat_map(|(_, rows)| rows).collect();
    let given = batches.iter().map(|(input, rows)| Batch {
        input: *input,
        source_task: input + 1,
        columns: columns(rows),
    });
    let call = bolt.send_batches("random `echo`", given);
    let expected = rows(repeat_n(Fate::Acked, sent.len()));
    let expected = sent
        .iter()
        .zip(call.handles())
        .fold(expected, |expected, (row, handle)| {
            expected.values(&row.values, &[handle])
        });
    match expected.difference(call.found()) {
        None => Ok(()),
        Some(difference) => Err(TestCaseError::fail(difference)),
    }
}

fn row() -> impl Strategy<Value = Row> {
    let values = (
        or_null(any::<bool>().prop_map(Value::Bool)),
        or_null(integer().prop_map(Value::Int)),
        or_null(prop::num::f64::ANY.prop_map(Value::Float)),
        or_null(text().prop_map(Value::Text)),
        or_null(vec(any::<u8>(), 0..20).prop_map(Value::Bytes)),
        or_null(integer().prop_map(Value::Timestamp)),
        or_null(json().prop_map(|json| Value::Json(json.to_string()))),
    );
    values.prop_map(|(b, i, f, t, y, at, j)| Row {
        command: "echo",
        values: vec![b, i, f, t, y, at, j],
    })
}

fn or_null(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(Value::Null), 4 => value]
}

/// Small ones as often as those of 64 bits.
fn integer() -> impl Strategy<Value = i64> {
    (any::<i64>(), 0..64_u32).prop_map(|(n, shift)| n >> shift)
}

/// Any characters; now and then the one by which texts are joined.
fn text() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        1 => Just('\0'),
        20 => any::<char>(),
        20 => prop::char::range(' ', '~'),
    ];
    vec(c, 0..20).prop_map(String::from_iter)
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        integer().prop_map(Into::into),
        // Few digits: how exactly more are read back is up to this test's own parser.
        any::<i32>().prop_map(|n| (f64::from(n) / 8.0).into()),
        text().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Into::into),
            hash_map(text(), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
