//! Components for tests: what each would say of itself.
#![allow(dead_code, reason = "not every test uses all of it")]

pub(crate) mod texts;

use std::collections::BTreeMap;

use serde_json::json;
use stormcell_batch::{Field, Schema, ValueType};
use stormcell_topology::{
    Capability, Checked, ComponentKey, Description, Diagnostics, InputRequirement, OutputStream,
    TextForm, World, check, parse,
};

/// Parses and checks a file against the components of this module.
pub(crate) fn validate(file: &str, text: &str) -> Result<Checked, Diagnostics> {
    let parsed = parse(file, text)?;
    let components: BTreeMap<ComponentKey, Result<Description, String>> = parsed
        .component_refs()
        .iter()
        .map(|needed| (needed.key.clone(), describe(&needed.path)))
        .collect();
    check(&parsed, &components)
}

/// What the component at this path says of itself.
pub(crate) fn describe(path: &str) -> Result<Description, String> {
    let text = || Field::new("text", ValueType::Text);
    let word = || Field::new("word", ValueType::Text);
    let count = || Field::new("count", ValueType::Int);
    let price = || Field::nullable("price", ValueType::Float);
    let base = match path {
        "./verses" => spout(vec![out(
            "default",
            [text(), Field::new("number", ValueType::Int)],
        )]),
        "./prices" => spout(vec![out("default", [price()])]),
        "./reader" => Description {
            capabilities: vec![
                Capability::Files,
                Capability::Stdout,
                Capability::Environment,
            ],
            ..spout(vec![out("default", [text()])])
        },
        "./split" => bolt(vec![out("default", [word()])], vec![needs(None, [text()])]),
        "./split-words" => bolt(
            vec![out("words", [word()]), out("rejects", [text()])],
            vec![needs(None, [text()])],
        ),
        "./count" => bolt(
            vec![out("default", [word(), count()])],
            vec![needs(None, [word()])],
        ),
        "./sink" => bolt(vec![], vec![]),
        "./lean" => Description {
            imports: vec!["wasi:cli/stderr@0.2.6".to_owned()],
            ..bolt(vec![], vec![])
        },
        "./sums" => Description {
            works_at_ticks: true,
            ..bolt(vec![], vec![needs(None, [text()])])
        },
        "./loose" => Description {
            config_schema: Some(json!({})),
            ..bolt(vec![], vec![])
        },
        "./relay" => bolt(vec![out("default", [text()])], vec![]),
        "./numbers" => bolt(
            vec![],
            vec![needs(None, [Field::new("text", ValueType::Int)])],
        ),
        "./average" => bolt(
            vec![],
            vec![needs(None, [Field::new("price", ValueType::Float)])],
        ),
        "./top" => Description {
            config_schema: Some(json!({
                "type": "object",
                "properties": {
                    "top": { "type": "integer", "minimum": 1 },
                    "order": { "enum": ["ascending", "descending"] },
                },
                "required": ["top"],
                "additionalProperties": false,
            })),
            ..bolt(vec![], vec![])
        },
        "./dispatch" => bolt(
            vec![
                OutputStream {
                    direct: true,
                    ..out("replies", [text()])
                },
                out("default", [text()]),
            ],
            vec![],
        ),
        "./fetch" => Description {
            imports: [
                "stormcell:topology/logging@0.1.0",
                "wasi:io/streams@0.2.6",
                "wasi:keyvalue/store@0.2.0",
                "foo:bar/baz",
            ]
            .map(str::to_owned)
            .to_vec(),
            ..bolt(vec![], vec![])
        },
        "./untidy" => Description {
            config_schema: Some(json!({ "type": "obbject" })),
            ..bolt(
                vec![out("my words", [word(), word()]), out("empty", [])],
                vec![],
            )
        },
        "./by-word" => Description {
            config_schema: Some(json!({ "properties": { "salt": { "type": "integer" } } })),
            ..description(World::CustomGrouping, vec![], vec![needs(None, [word()])])
        },
        _ => {
            return Err(format!(
                "no such file or folder: {path}\nlooked in the folder of the file"
            ));
        }
    };
    Ok(base)
}

fn spout(outputs: Vec<OutputStream>) -> Description {
    description(World::Spout, outputs, vec![])
}

fn bolt(outputs: Vec<OutputStream>, inputs: Vec<InputRequirement>) -> Description {
    description(World::Bolt, outputs, inputs)
}

fn out(name: &str, fields: impl IntoIterator<Item = Field>) -> OutputStream {
    OutputStream {
        name: name.to_owned(),
        schema: Schema::new(fields),
        direct: false,
    }
}

fn needs(stream: Option<&str>, fields: impl IntoIterator<Item = Field>) -> InputRequirement {
    InputRequirement {
        stream: stream.map(str::to_owned),
        fields: fields.into_iter().collect(),
    }
}

fn description(
    world: World,
    outputs: Vec<OutputStream>,
    inputs: Vec<InputRequirement>,
) -> Description {
    Description {
        world,
        interface_version: "0.1.0".to_owned(),
        summary: "for tests".to_owned(),
        outputs,
        inputs,
        config_schema: None,
        text_form: TextForm::Packed,
        capabilities: vec![],
        works_at_ticks: false,
        // As toolchains of languages do: all that grants open.
        imports: [
            "stormcell:topology/state@0.1.0",
            "wasi:cli/environment@0.2.6",
            "wasi:cli/stdout@0.2.6",
            "wasi:clocks/wall-clock@0.2.6",
            "wasi:filesystem/types@0.2.6",
            "wasi:http/outgoing-handler@0.2.6",
            "wasi:random/random@0.2.6",
        ]
        .map(str::to_owned)
        .to_vec(),
        digest: format!("sha256:{}", "0".repeat(64)),
        size: 1_024,
    }
}
