//! A bolt that behaves as its configuration says under `do`: well, or not at all.

mod echo;
mod http;
mod invalid;
mod resources;
mod state;

use exports::stormcell::topology::bolt_task::{
    Batch, CloseReason, Context, Description, Guest, Outcome,
};
use stormcell::topology::config;
use stormcell::topology::types::{
    Anchors, Capability, Column, Emission, FailedRow, Field, InputRequirement, Kept, OutputStream,
    Packed, Text, TextForm, ValueType, Values,
};

wit_bindgen::generate!({
    path: "../../../../../wit/v0.1.0",
    world: "bolt",
});

struct Bolt;
export!(Bolt);

impl Guest for Bolt {
    fn describe() -> Description {
        let field = |name: &str, kind, nullable| Field {
            name: name.to_owned(),
            kind,
            nullable,
        };
        Description {
            summary: "Does as it is told".to_owned(),
            outputs: vec![
                OutputStream {
                    name: "default".to_owned(),
                    fields: vec![field("word", ValueType::Text, true)],
                    direct: false,
                },
                OutputStream {
                    name: "straight".to_owned(),
                    fields: vec![
                        field("at", ValueType::Timestamp, false),
                        field("document", ValueType::Json, false),
                    ],
                    direct: true,
                },
            ],
            inputs: vec![InputRequirement {
                stream_name: Some("lines".to_owned()),
                fields: vec![field("line", ValueType::Text, false)],
            }],
            config_schema: Some("{\"type\":\"object\"}".to_owned()),
            text_form: TextForm::Joined,
            capabilities: vec![Capability::Files, Capability::Stdout],
        }
    }

    fn prepare(context: Context) -> Result<(), String> {
        match what().as_str() {
            "fail to prepare" => Err(format!("not today, {}", context.topology)),
            "check the context" => resources::check(&context),
            "keep" => state::run(&setting("prepare")).map(drop),
            _ => Ok(()),
        }
    }

    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let what = what();
        match what.as_str() {
            "echo" => Ok(echo::as_it_came(batches)),
            "echo packed" | "echo separate" | "echo joined" => {
                Ok(echo::in_form(batches, &what["echo ".len()..]))
            }
            "everything" => Ok(everything(&batches)),
            "fail" => Err("no, thank you".to_owned()),
            "keep" => state::act(&batches),
            "say the form" => Ok(texts(&[&echo::form(&batches)])),
            _ => match invalid::named(&what) {
                Some(outcome) => Ok(outcome),
                None => http::act(&what)
                    .unwrap_or_else(|| resources::act(&what))
                    .map(|text| texts(&[&text])),
            },
        }
    }

    fn tick(now: u64) -> Result<Outcome, String> {
        Ok(texts(&[&now.to_string()]))
    }

    fn close(reason: CloseReason) -> Result<Outcome, String> {
        Ok(texts(&[match reason {
            CloseReason::Finished => "finished",
            CloseReason::Stopped => "stopped",
        }]))
    }
}

/// What it is told to do.
fn what() -> String {
    setting("do")
}

/// A text of its configuration.
fn setting(key: &str) -> String {
    let value = config::get(key).unwrap_or_default();
    value.trim_matches('"').to_owned()
}

/// Rows of one text column on the first output.
fn texts(values: &[&str]) -> Outcome {
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    outcome(Emission {
        output: 0,
        rows: values.len() as u32,
        columns: vec![Column {
            values: Values::Texts(Text::Separate(values)),
            nulls: None,
        }],
        anchors: Anchors::None,
        direct_task: None,
    })
}

fn outcome(emission: Emission) -> Outcome {
    Outcome {
        emissions: vec![emission],
        kept: Kept::None,
        acked: vec![],
        failed: vec![],
        extended: vec![],
    }
}

fn bytes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

/// Uses every part of an outcome, by the handles of the first batch.
fn everything(batches: &[Batch]) -> Outcome {
    let first = batches[0].first_row;
    let handle = |i: u32| first.wrapping_add(i);
    let emission = |anchors, direct_task, output| Emission {
        output,
        rows: 2,
        columns: vec![Column {
            values: Values::Texts(Text::Packed(Packed {
                offsets: vec![0, 1, 2],
                data: b"ab".to_vec(),
            })),
            nulls: Some(vec![0, 1]),
        }],
        anchors,
        direct_task,
    };
    let lists = stormcell::topology::types::NumberLists {
        offsets: bytes(&[0, 2, 2]),
        numbers: bytes(&[handle(0), handle(1)]),
    };
    Outcome {
        emissions: vec![
            emission(Anchors::Each(bytes(&[handle(0), handle(1)])), None, 0),
            emission(Anchors::Lists(lists), Some(7), 1),
        ],
        kept: Kept::These(bytes(&[handle(2)])),
        acked: bytes(&[handle(0)]),
        failed: vec![FailedRow {
            row: handle(1),
            reason: "x".repeat(70_000),
        }],
        extended: bytes(&[handle(3)]),
    }
}
