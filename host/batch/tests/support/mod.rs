//! Schemas and rows to test with.

use proptest::collection::vec;
use proptest::prelude::*;
use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};

/// A value of this type: extremes, empty and long ones among the ordinary.
pub(crate) fn value(kind: ValueType) -> BoxedStrategy<Value> {
    let text = prop_oneof![
        4 => "[a-z]{0,8}",
        1 => "\\PC{0,20}",
        1 => "[a-z]{15,40}",
        1 => Just("😀👩‍👩‍👧 é\0ü".to_owned()),
        1 => Just(String::new()),
    ];
    let int = prop_oneof![any::<i64>(), -3_i64..3, Just(i64::MIN), Just(i64::MAX)];
    match kind {
        ValueType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        ValueType::Int => int.prop_map(Value::Int).boxed(),
        ValueType::Float => prop_oneof![
            any::<f64>(),
            Just(0.0),
            Just(-0.0),
            Just(f64::INFINITY),
            Just(f64::MIN_POSITIVE / 2.0),
            Just(f64::NAN),
        ]
        .prop_map(Value::Float)
        .boxed(),
        ValueType::Text => text.prop_map(Value::Text).boxed(),
        ValueType::Bytes => vec(any::<u8>(), 0..24).prop_map(Value::Bytes).boxed(),
        ValueType::Timestamp => int.prop_map(Value::Timestamp).boxed(),
        ValueType::Json => prop_oneof![text, Just("{\"a\": [1, null]}".to_owned())]
            .prop_map(Value::Json)
            .boxed(),
    }
}

/// A field of any type.
pub(crate) fn field() -> impl Strategy<Value = Field> {
    (proptest::sample::select(&ValueType::ALL), any::<bool>()).prop_map(|(kind, nullable)| Field {
        name: format!("{kind}"),
        kind,
        nullable,
    })
}

/// A schema and rows that fit it.
pub(crate) fn table(
    rows: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = (Schema, Vec<Vec<Value>>)> {
    let rows = rows.into();
    vec(field(), 0..5).prop_flat_map(move |fields| {
        let row: Vec<_> = fields
            .iter()
            .map(|field| {
                let value = value(field.kind);
                if field.nullable {
                    prop_oneof![1 => Just(Value::Null), 3 => value].boxed()
                } else {
                    value
                }
            })
            .collect();
        (Just(Schema::new(fields)), vec(row, rows.clone()))
    })
}

/// The columns of these rows.
pub(crate) fn columns(schema: &Schema, rows: &[Vec<Value>]) -> Columns {
    let mut builder = ColumnsBuilder::new(schema);
    for row in rows {
        builder.push(row.clone());
    }
    builder.finish().expect("the rows fit their schema")
}

/// The rows of these columns, by text: every NaN is alike there, and -0.0 is not 0.0.
pub(crate) fn lines(schema: &Schema, columns: &Columns) -> Vec<String> {
    (0..columns.rows())
        .map(|row| format!("{:?}", columns.row(schema, row)))
        .collect()
}

/// Rows of a model, likewise.
pub(crate) fn expected<'a>(rows: impl IntoIterator<Item = &'a Vec<Value>>) -> Vec<String> {
    rows.into_iter().map(|row| format!("{row:?}")).collect()
}
