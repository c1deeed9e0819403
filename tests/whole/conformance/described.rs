//! What the components say of themselves.

use serde_json::json;
use stormcell_batch::{Field, Schema, ValueType};
use stormcell_topology::{Capability, Description, InputRequirement, OutputStream, World};

use super::language::Language;
use super::row::{input_fields, value_fields};

in_every_language![the_bolt, the_spout, the_grouping];

/// What is specified of a description.
#[derive(Debug, PartialEq)]
struct Said {
    world: World,
    interface_version: String,
    summary: String,
    outputs: Vec<OutputStream>,
    inputs: Vec<InputRequirement>,
    config_schema: Option<serde_json::Value>,
    capabilities: Vec<Capability>,
}

#[track_caller]
fn expect(language: Language, description: &Description, expected: &Said) {
    let of = description.clone();
    let found = Said {
        world: of.world,
        interface_version: of.interface_version,
        summary: of.summary,
        outputs: of.outputs,
        inputs: of.inputs,
        config_schema: of.config_schema,
        capabilities: of.capabilities,
    };
    assert_eq!(&found, expected, "{language}: the {}", description.world);
}

fn stream(name: &str, fields: impl IntoIterator<Item = Field>) -> OutputStream {
    OutputStream {
        name: name.to_owned(),
        schema: Schema::new(fields),
        direct: false,
    }
}

fn of_every_stream(fields: Vec<Field>) -> Vec<InputRequirement> {
    vec![InputRequirement {
        stream: None,
        fields,
    }]
}

fn the_bolt(language: Language) {
    let expected = Said {
        world: World::Bolt,
        interface_version: "0.1.0".to_owned(),
        summary: "conformance bolt".to_owned(),
        outputs: vec![
            stream("default", value_fields()),
            stream("notes", [Field::new("note", ValueType::Text)]),
        ],
        inputs: of_every_stream(input_fields()),
        config_schema: Some(json!({
            "type": "object",
            "properties": {"greeting": {"type": "string"}},
            "additionalProperties": false,
        })),
        capabilities: vec![Capability::Stdout],
    };
    expect(language, &language.components().bolt.description, &expected);
}

fn the_spout(language: Language) {
    let fields = ["n", "attempt"].map(|name| Field::new(name, ValueType::Int));
    let expected = Said {
        world: World::Spout,
        interface_version: "0.1.0".to_owned(),
        summary: "conformance spout".to_owned(),
        outputs: vec![stream("default", fields)],
        inputs: vec![],
        config_schema: Some(json!({
            "type": "object",
            "properties": {
                "rows": {"type": "integer", "minimum": 0},
                "tracking": {"enum": ["none", "ids", "host"]},
                "resume": {"type": "boolean"},
            },
            "required": ["rows", "tracking"],
            "additionalProperties": false,
        })),
        capabilities: vec![],
    };
    expect(
        language,
        &language.components().spout.description,
        &expected,
    );
}

fn the_grouping(language: Language) {
    let expected = Said {
        world: World::CustomGrouping,
        interface_version: "0.1.0".to_owned(),
        summary: "conformance grouping".to_owned(),
        outputs: vec![],
        inputs: of_every_stream(vec![Field::nullable("i", ValueType::Int)]),
        config_schema: Some(json!({
            "type": "object",
            "properties": {"copies": {"type": "integer", "minimum": 1}},
            "additionalProperties": false,
        })),
        capabilities: vec![],
    };
    let description = &language.components().grouping.description;
    expect(language, description, &expected);
}
