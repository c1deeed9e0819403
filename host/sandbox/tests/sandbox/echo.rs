//! Values cross in both directions unchanged, in every text form.

use proptest::prelude::*;
use serde_json::json;
use stormcell_batch::{Columns, Field, Schema, Value, ValueType};
use stormcell_topology::TextForm;

use crate::support::{SANDBOX, batch, columns, guest, prepared, run, task, text};

const FORMS: [TextForm; 3] = [TextForm::Packed, TextForm::Separate, TextForm::Joined];

/// A field of every type, nullable.
fn every_type() -> Schema {
    Schema::new(ValueType::ALL.map(|kind| Field::nullable(kind.name(), kind)))
}

fn rows(columns: &Columns, schema: &Schema) -> Vec<Vec<Value>> {
    (0..columns.rows())
        .map(|row| columns.row(schema, row))
        .collect()
}

/// What the guest returns that returns what it gets, as it came or in this form.
async fn echoed(columns: &Columns, schema: &Schema, form: TextForm, how: &str) -> Columns {
    let (mut spec, _) = task(schema, json!({ "do": how }));
    spec.text_form = form;
    let mut instance = prepared(&spec).await;
    let outcome = instance.execute(&[batch(columns.clone())]).await.unwrap();
    let [emission] = outcome.emissions.as_slice() else {
        panic!("expected one emission");
    };
    assert_eq!(emission.output, 0);
    emission.columns.clone()
}

fn extremes() -> Vec<Vec<Value>> {
    let text = |text: &str| Value::Text(text.to_owned());
    let json = |text: &str| Value::Json(text.to_owned());
    vec![
        vec![
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Float(f64::NEG_INFINITY),
            text(""),
            Value::Bytes(vec![]),
            Value::Timestamp(i64::MIN),
            json("null"),
        ],
        vec![
            Value::Bool(false),
            Value::Int(i64::MAX),
            Value::Float(f64::MIN_POSITIVE),
            text("😀 é 中文 \u{10ffff}\r\n\t\"'"),
            Value::Bytes((0..=u8::MAX).collect()),
            Value::Timestamp(i64::MAX),
            json("{\"a\":[1,2.5e300,\"\\u0000\",true]}"),
        ],
        vec![Value::Null; 7],
        vec![
            Value::Bool(true),
            Value::Int((1 << 53) + 1),
            Value::Float(-0.0),
            text("last"),
            Value::Bytes(b"\0".to_vec()),
            Value::Timestamp(0),
            json("\"\""),
        ],
    ]
}

#[tokio::test]
async fn every_type_crosses_in_every_form() {
    let schema = every_type();
    let expected = extremes();
    let columns = columns(&schema, expected.clone());
    for form in FORMS {
        for how in ["echo", "echo packed", "echo separate", "echo joined"] {
            let echoed = echoed(&columns, &schema, form, how).await;
            assert_eq!(rows(&echoed, &schema), expected, "{form:?}, {how}");
        }
    }
}

#[tokio::test]
async fn a_slice_crosses_as_its_own_rows() {
    let schema = every_type();
    let expected = extremes();
    let whole = columns(&schema, expected.clone());
    for form in FORMS {
        for (start, len) in [(1, 3), (2, 1), (3, 1)] {
            let echoed = echoed(&whole.slice(start, len), &schema, form, "echo").await;
            assert_eq!(
                rows(&echoed, &schema),
                expected[start..start + len],
                "{form:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_zero_character_crosses_in_every_form() {
    let schema = Schema::new([Field::new("text", ValueType::Text)]);
    let expected: Vec<_> = ["a\0b", "\0", "", "c"]
        .iter()
        .map(|text| vec![Value::Text((*text).to_owned())])
        .collect();
    let columns = columns(&schema, expected.clone());
    for form in FORMS {
        let echoed = echoed(&columns, &schema, form, "echo").await;
        assert_eq!(rows(&echoed, &schema), expected, "{form:?}");
    }
}

#[tokio::test]
async fn a_component_gets_the_form_it_asked_for() {
    let schema = Schema::new([
        Field::new("text", ValueType::Text),
        Field::new("json", ValueType::Json),
        Field::new("bytes", ValueType::Bytes),
        Field::new("int", ValueType::Int),
    ]);
    let row = |text: &str| {
        vec![
            Value::Text(text.to_owned()),
            Value::Json("1".to_owned()),
            Value::Bytes(vec![1]),
            Value::Int(1),
        ]
    };
    for (form, value, expected) in [
        (TextForm::Packed, "a", "packed, packed, packed bytes, fixed"),
        (
            TextForm::Separate,
            "a",
            "separate, separate, separate bytes, fixed",
        ),
        (
            TextForm::Joined,
            "a",
            "joined, joined, separate bytes, fixed",
        ),
        (
            TextForm::Joined,
            "\0",
            "separate, joined, separate bytes, fixed",
        ),
    ] {
        let (mut spec, _) = task(&schema, json!({ "do": "say the form" }));
        spec.text_form = form;
        spec.outputs[0].schema = crate::support::word();
        let mut instance = prepared(&spec).await;
        let input = batch(columns(&schema, vec![row(value)]));
        let outcome = instance.execute(&[input]).await.unwrap();
        assert_eq!(text(&outcome), expected);
    }
}

#[tokio::test]
async fn several_batches_cross_in_one_call() {
    let schema = every_type();
    let (spec, _) = task(&schema, json!({ "do": "echo" }));
    let mut instance = prepared(&spec).await;
    let all = extremes();
    let batches: Vec<_> = all
        .iter()
        .map(|row| batch(columns(&schema, vec![row.clone()])))
        .collect();
    let outcome = instance.execute(&batches).await.unwrap();
    assert_eq!(outcome.emissions.len(), 4);
    for (emission, row) in outcome.emissions.iter().zip(all) {
        assert_eq!(rows(&emission.columns, &schema), [row]);
    }
}

#[tokio::test]
async fn a_batch_of_another_schema_is_the_hosts_mistake_and_spares_the_instance() {
    let (spec, _) = crate::support::told("echo");
    let mut instance = prepared(&spec).await;
    let other = Schema::new([Field::new("n", ValueType::Int)]);
    let wrong = batch(columns(&other, vec![vec![Value::Int(1)]]));
    let error = instance.execute(&[wrong]).await.unwrap_err();
    assert!(
        error.to_string().contains("field `word` holds Int64"),
        "{error}"
    );
    let mut input = crate::support::row();
    input.input = 1;
    assert!(instance.execute(&[input]).await.is_err());
    assert!(run(&spec).await.is_ok());
    assert!(instance.execute(&[crate::support::row()]).await.is_ok());
}

#[tokio::test]
async fn two_components_share_the_engine() {
    let (first, second) = tokio::join!(crate::support::bolt(), crate::support::bolt());
    assert!(
        std::sync::Arc::ptr_eq(&first, &second),
        "the same file is one component"
    );
    let spout = SANDBOX.load(&guest("guest_spout")).await.unwrap();
    assert_ne!(spout.digest(), first.digest());
    let (spec, _) = crate::support::told("echo");
    let (mut a, mut b) = (prepared(&spec).await, prepared(&spec).await);
    let mut s = spout.spout(&spec_of_spout()).await.unwrap();
    s.activate().await.unwrap();
    let (row_a, row_b) = ([crate::support::row()], [crate::support::row()]);
    let (a, b, s) = tokio::join!(a.execute(&row_a), b.execute(&row_b), s.next(3));
    assert!(a.is_ok() && b.is_ok() && s.is_ok());
}

fn spec_of_spout() -> stormcell_sandbox::TaskSpec {
    let schema = Schema::new([Field::new("n", ValueType::Int)]);
    task(&schema, json!({})).0
}

fn any_value(kind: ValueType) -> BoxedStrategy<Value> {
    let value = match kind {
        ValueType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        ValueType::Int => any::<i64>().prop_map(Value::Int).boxed(),
        // NaN is not equal to itself; that its bits cross is shown by the others.
        ValueType::Float => any::<f64>().prop_map(Value::Float).boxed(),
        ValueType::Text => any::<String>().prop_map(Value::Text).boxed(),
        ValueType::Bytes => any::<Vec<u8>>().prop_map(Value::Bytes).boxed(),
        ValueType::Timestamp => any::<i64>().prop_map(Value::Timestamp).boxed(),
        ValueType::Json => any::<Vec<Option<String>>>()
            .prop_map(|value| Value::Json(json!(value).to_string()))
            .boxed(),
    };
    prop_oneof![4 => value, 1 => Just(Value::Null)].boxed()
}

fn any_batch() -> impl Strategy<Value = (Schema, Vec<Vec<Value>>)> {
    proptest::collection::vec(proptest::sample::select(ValueType::ALL.to_vec()), 1..6)
        .prop_flat_map(|kinds| {
            let names = kinds.iter().enumerate();
            let schema =
                Schema::new(names.map(|(i, kind)| Field::nullable(format!("f{i}"), *kind)));
            let row: Vec<_> = kinds.into_iter().map(any_value).collect();
            (Just(schema), proptest::collection::vec(row, 1..40))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn what_goes_in_comes_out(
        (schema, expected) in any_batch(),
        form in proptest::sample::select(FORMS.to_vec()),
        how in proptest::sample::select(vec!["echo", "echo packed", "echo separate", "echo joined"]),
        start in any::<proptest::sample::Index>(),
    ) {
        let whole = columns(&schema, expected.clone());
        let start = start.index(expected.len());
        let slice = whole.slice(start, expected.len() - start);
        let echoed = crate::support::block_on(echoed(&slice, &schema, form, how));
        prop_assert_eq!(rows(&echoed, &schema), &expected[start..]);
    }
}
