#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

use super::*;
use crate::api::{Deploy, Kill, LogQuery, Rebalance, Submit};
use crate::dead_letter::{MOST_LETTERS, WhichLetters};

/// What checks values by the schema of a type.
fn validator<T: ToSchema>() -> jsonschema::Validator {
    let mut schemas = vec![("It".to_owned(), T::schema())];
    T::schemas(&mut schemas);
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
    let document = json!({
        "$ref": "#/components/schemas/It",
        "components": serde_json::to_value(components).unwrap(),
    });
    jsonschema::validator_for(&document).unwrap()
}

/// That a schema and what reads values say the same of each of these.
fn agree<T: ToSchema, V>(read: fn(&Value) -> serde_json::Result<V>, values: &[Value]) {
    let schema = validator::<T>();
    for value in values {
        let (is_valid, read) = (schema.is_valid(value), read(value).map(|_| ()));
        assert_eq!(
            is_valid,
            read.is_ok(),
            "{} {value:.200}: {read:?}",
            T::name()
        );
    }
}

/// The edges of a range, what is beyond them, and what is no whole number.
fn edges(least: u64, most: u64) -> Vec<Value> {
    let mut values = vec![
        json!(least),
        json!(least + 1),
        json!(most),
        json!(most as f64),
        json!(most + 1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(-1),
        json!(1e300),
        json!(0.5),
        json!(null),
        json!("1"),
        json!(true),
        json!([1]),
        json!({}),
    ];
    values.extend(least.checked_sub(1).map(Value::from));
    values
}

macro_rules! whole_numbers_agree {
    ($($name:ident)*) => {$({
        let read = |value: &Value| $name::read(value);
        agree::<$name, _>(read, &edges($name::LEAST, $name::MOST));
        assert!($name::parse(&$name::MOST.to_string()).is_ok());
        for wrong in [
            ($name::MOST + 1).to_string(),
            format!("+{}", $name::MOST),
            format!("-{}", $name::MOST),
            format!(" {}", $name::MOST),
            String::new(),
            "9".repeat(100),
        ] {
            let error = $name::parse(&wrong).unwrap_err().to_string();
            assert!(error.contains(&$name::expected()), "{error}");
        }
    })*};
}

#[test]
fn whole_numbers_are_read_as_their_schema_says() {
    whole_numbers_agree!(
        Workers WorkerNumber TaskNumber TaskCount MaxPending MessageTimeout Wait Watch
        CanaryPercent Tail Since SubmissionNumber LetterLimit LetterNumber
    );
}

#[test]
fn an_error_rate_is_read_as_its_schema_says() {
    let values = [0.0, 1.0, 0.01, -0.01, 1.01, -0.0, 1e300].map(Value::from);
    agree::<ErrorRate, _>(|value| ErrorRate::read(value), &values);
    let others = [json!(0), json!(1), json!(2), json!("0.5"), json!(null)];
    agree::<ErrorRate, _>(|value| ErrorRate::read(value), &others);
    let error = ErrorRate::check(f64::NAN).unwrap_err();
    assert_eq!(
        error.to_string(),
        "NaN: expected a part of the rows, from 0 to 1"
    );
}

/// Texts of all sorts, and what is nearly one of those that there may be.
fn texts() -> Vec<Value> {
    let hex = |digits: usize| "0123456789abcdef".repeat(8)[..digits].to_owned();
    let mut texts: Vec<String> = [
        "",
        "a",
        "-",
        "_",
        "__",
        "_a",
        "__a",
        "_-",
        "-__",
        "a b",
        "a\n",
        "a.b",
        "é",
        "a\0",
        "/",
        "/a/b c",
        "a/b",
        "/a\0",
        "//",
        "http",
        "all",
        "ALL",
        "unknown",
        "\u{1f980}",
    ]
    .map(str::to_owned)
    .to_vec();
    for length in [127, 128, 129, 4_095, 4_096, 4_097] {
        texts.push("x".repeat(length));
        texts.push(format!("_{}", "x".repeat(length - 1)));
        texts.push(format!("/{}", "é".repeat(length - 1)));
    }
    for (prefix, digits) in [("sha256:", 64), ("ed25519:", 32), ("", 128)] {
        texts.push(format!("{prefix}{}", hex(digits)));
        texts.push(format!("{prefix}{}", hex(digits).to_uppercase()));
        texts.push(format!("{prefix}{}\n", hex(digits)));
        texts.push(format!("{prefix}{}", hex(digits - 1)));
        texts.push(format!("{prefix}g{}", hex(digits - 1)));
        texts.push(format!("x{prefix}{}", hex(digits)));
    }
    let others = [json!(1), json!(null), json!(["a"]), json!(true)];
    texts.into_iter().map(Value::from).chain(others).collect()
}

macro_rules! texts_agree {
    ($($name:ident)*) => {$(
        agree::<$name, _>(|value| $name::read::<_, String>(value), &texts());
    )*};
}

#[test]
fn texts_are_read_as_their_schema_says() {
    texts_agree!(
        Name Digest KeyName SignatureDigits FileText FileName ComponentPath BaseDir CapabilityWord
    );
}

proptest! {
    #[test]
    fn a_name_is_what_its_schema_says(text in "[_a-zA-Z0-9-]{0,4}|\\PC{0,3}|[_a-]{126,130}") {
        static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(validator::<Name>);
        prop_assert_eq!(SCHEMA.is_valid(&json!(text)), Name::is(&text));
    }
}

#[test]
fn lists_and_maps_are_read_as_their_schema_says() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let many = |count: u32| Value::from_iter((1..=count).map(Value::from));
    agree::<Letters, _>(
        |value| Letters::read(value),
        &[
            json!([]),
            json!([1, 7]),
            json!([0]),
            json!(["1"]),
            json!({}),
            json!(null),
            many(MOST_LETTERS),
            many(MOST_LETTERS + 1),
        ],
    );
    agree::<Words, _>(
        |value| Words::read(value),
        &[
            json!([]),
            json!(["http", "all"]),
            json!(["htpp"]),
            json!(vec!["all"; 64]),
            json!(vec!["all"; 65]),
            json!("all"),
        ],
    );
    agree::<Digests, _>(
        |value| Digests::read(value),
        &[
            json!({}),
            json!({"./split": digest, "é": digest}),
            json!({"": digest}),
            json!({"./split": "sha256:0"}),
            json!([["./split", digest]]),
            json!(null),
        ],
    );
    agree::<Tasks, _>(
        |value| Tasks::read(value),
        &[
            json!({}),
            json!({"split": 1}),
            json!({"split": 0}),
            json!({"split": 10_000}),
            json!({"split": 10_001}),
            json!({"a b": 1}),
            json!({"__acker": 1}),
        ],
    );
    let many: BTreeMap<String, u32> = (0..32_768).map(|i| (format!("b{i}"), 1)).collect();
    agree::<Tasks, _>(|value| Tasks::read(value), &[json!(many)]);
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let body = r#"{"parallelism": {"split": 1, "split": 2}}"#;
    let error = serde_json::from_str::<Rebalance>(body).unwrap_err();
    let error = error.to_string();
    assert!(
        error.starts_with("the member `split` is there twice"),
        "{error}"
    );
}

#[test]
fn an_error_names_the_value_and_the_range() {
    let read = |body: Value| serde_json::from_value::<Deploy>(body).unwrap_err();
    let digest = format!("sha256:{}", "0".repeat(64));
    let error = read(json!({"component": "a", "digest": digest, "canary_percent": 101}));
    assert_eq!(
        error.to_string(),
        "invalid value: integer `101`, expected a whole number from 1 to 100"
    );
    let error = read(json!({"component": "x".repeat(1_000), "digest": digest}));
    let error = error.to_string();
    assert!(
        error.starts_with(&format!("`{}…`: expected a name", "x".repeat(80))),
        "{error}"
    );
}

/// One law for what a percentage is: in what is read, in what is checked and in the schema.
#[test]
fn the_percentage_of_a_canary_has_one_range() {
    let mut deploy = Deploy {
        component: "split".to_owned(),
        digest: format!("sha256:{}", "0".repeat(64)),
        canary_percent: 0,
        max_error_rate: 0.01,
        watch_ms: 0,
        allow: Vec::new(),
    };
    let schema = validator::<CanaryPercent>();
    for (percent, is_one) in [
        (0, false),
        (1, true),
        (100, true),
        (101, false),
        (255, false),
    ] {
        deploy.canary_percent = percent;
        let json = serde_json::to_value(&deploy).unwrap();
        assert_eq!(deploy.check().is_ok(), is_one, "{percent}");
        assert_eq!(serde_json::from_value::<Deploy>(json).is_ok(), is_one);
        assert_eq!(CanaryPercent::parse(&percent.to_string()).is_ok(), is_one);
        assert_eq!(schema.is_valid(&json!(percent)), is_one);
    }
    deploy.canary_percent = 0;
    assert_eq!(
        deploy.check().unwrap_err(),
        "`canary_percent` is 0: expected a whole number from 1 to 100"
    );
}

#[test]
fn what_is_not_given_has_its_default() {
    let submit = json!({"file": "name: x", "base_dir": "/", "components": {}});
    let submit: Submit = serde_json::from_value(submit).unwrap();
    assert_eq!((submit.workers, submit.name), (1, None));
    assert_eq!(submit.file_name, "topology.yaml");
    let null = json!({"workers": null, "wait_ms": null});
    let rebalance: Rebalance = serde_json::from_value(null).unwrap();
    assert_eq!(rebalance, Rebalance::default());
    let none: WhichLetters = serde_json::from_value(json!({})).unwrap();
    assert_eq!(none, WhichLetters::default());
    let kill: Kill = serde_json::from_value(json!({})).unwrap();
    assert_eq!(kill, Kill::default());
    let logs: LogQuery = serde_json::from_value(json!({})).unwrap();
    assert_eq!(logs, LogQuery::default());
}
