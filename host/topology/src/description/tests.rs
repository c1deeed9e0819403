use serde_json::json;
use stormcell_batch::ValueType;

use super::*;
use crate::name::NameError;

fn bolt() -> Description {
    Description {
        world: World::Bolt,
        interface_version: "0.1.0".to_owned(),
        summary: "splits".to_owned(),
        outputs: vec![stream("default", vec![Field::new("word", ValueType::Text)])],
        inputs: vec![InputRequirement {
            stream: None,
            fields: vec![Field::new("text", ValueType::Text)],
        }],
        config_schema: Some(json!({"type": "object"})),
        text_form: TextForm::Joined,
        capabilities: vec![],
        works_at_ticks: false,
        imports: vec![],
        digest: format!("sha256:{}", "0".repeat(64)),
        size: 1,
    }
}

fn stream(name: &str, fields: Vec<Field>) -> OutputStream {
    OutputStream {
        name: name.to_owned(),
        schema: Schema::new(fields),
        direct: false,
    }
}

/// What is wrong after this change.
fn faults(change: impl FnOnce(&mut Description)) -> Vec<DescriptionError> {
    let mut description = bolt();
    change(&mut description);
    description.check().err().unwrap_or_default()
}

#[test]
fn a_sound_description_passes() {
    assert_eq!(bolt().check(), Ok(()));
}

#[test]
fn names_are_checked() {
    let field = || vec![Field::new("a", ValueType::Int)];
    assert_eq!(
        faults(|d| d.outputs = vec![stream("__tick", field()), stream("", field())]),
        [
            DescriptionError::StreamName {
                name: "__tick".into(),
                reason: NameError::Reserved
            },
            DescriptionError::StreamName {
                name: String::new(),
                reason: NameError::Empty
            },
        ]
    );
    assert_eq!(
        faults(|d| d.outputs = vec![stream("a", field()), stream("a", field())]),
        [DescriptionError::DuplicateStream { name: "a".into() }]
    );
    assert_eq!(
        faults(|d| d.inputs[0].fields = vec![Field::new("a b", ValueType::Int)]),
        [DescriptionError::FieldName {
            name: "a b".into(),
            reason: NameError::Character
        }]
    );
    let twice = vec![
        Field::new("a", ValueType::Int),
        Field::new("a", ValueType::Text),
    ];
    assert_eq!(
        faults(|d| d.outputs = vec![stream("s", twice)]),
        [DescriptionError::DuplicateField { name: "a".into() }]
    );
}

#[test]
fn counts_are_checked() {
    let many = |n: usize| {
        (0..n)
            .map(|i| Field::new(format!("f{i}"), ValueType::Int))
            .collect()
    };
    assert_eq!(
        faults(|d| d.outputs = vec![stream("s", many(MAX_FIELDS))]),
        []
    );
    for count in [0, MAX_FIELDS + 1] {
        assert_eq!(
            faults(|d| d.outputs = vec![stream("s", many(count))]),
            [DescriptionError::FieldCount {
                stream: "s".into(),
                count
            }]
        );
    }
    let streams = |n: usize| (0..n).map(|i| stream(&format!("s{i}"), many(1))).collect();
    assert_eq!(faults(|d| d.outputs = streams(MAX_STREAMS)), []);
    assert_eq!(
        faults(|d| d.outputs = streams(MAX_STREAMS + 1)),
        [DescriptionError::TooManyStreams {
            count: MAX_STREAMS + 1
        }]
    );
}

#[test]
fn what_a_world_does_not_have_is_refused() {
    assert_eq!(
        faults(|d| d.world = World::Spout),
        [DescriptionError::SpoutWithInputs]
    );
    assert_eq!(
        faults(|d| d.world = World::CustomGrouping),
        [DescriptionError::GroupingWithOutputs]
    );
}

#[test]
fn the_configuration_schema_must_be_one() {
    for wrong in [
        json!({"type": 3}),
        json!("x"),
        json!({"$ref": "http://example.org"}),
    ] {
        let found = faults(|d| d.config_schema = Some(wrong.clone()));
        assert!(
            matches!(found.as_slice(), [DescriptionError::ConfigSchema { .. }]),
            "{wrong}: {found:?}"
        );
    }
}

#[test]
fn a_description_survives_json() {
    let text = serde_json::to_string(&bolt()).unwrap_or_default();
    assert_eq!(
        serde_json::from_str::<Description>(&text).ok(),
        Some(bolt())
    );
}
