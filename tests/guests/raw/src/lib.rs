//! A bolt without the SDK: at one row it returns what the SDK would refuse to return, or an
//! error that says nothing of the row.

use exports::stormcell::topology::bolt_task::{
    Batch, CloseReason, Context, Description, Guest, Outcome,
};
use stormcell::topology::config;
use stormcell::topology::types::{
    Anchors, Column, Emission, FailedRow, Field, InputRequirement, Kept, OutputStream, Packed,
    Text, TextForm, ValueType, Values,
};

wit_bindgen::generate!({
    path: "../../../wit/v0.1.0",
    world: "bolt",
});

struct Raw;
export!(Raw);

/// The row at which it does what its configuration says under `do`.
const AT: i64 = 7;

impl Guest for Raw {
    fn describe() -> Description {
        let field = |name: &str, kind| Field {
            name: name.to_owned(),
            kind,
            nullable: false,
        };
        let fields = || {
            vec![
                field("i", ValueType::Integer),
                field("text", ValueType::Text),
            ]
        };
        Description {
            summary: "returns what is not valid".to_owned(),
            outputs: vec![OutputStream {
                name: "default".to_owned(),
                fields: fields(),
                direct: false,
            }],
            inputs: vec![InputRequirement {
                stream_name: None,
                fields: fields(),
            }],
            config_schema: Some("{\"type\": \"object\"}".to_owned()),
            text_form: TextForm::Packed,
            capabilities: vec![],
        }
    }

    fn prepare(_context: Context) -> Result<(), String> {
        Ok(())
    }

    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let mut outcome = nothing();
        for batch in batches {
            let Some(Values::Integers(numbers)) = batch.columns.first().map(|c| &c.values) else {
                return Err("the first column is not `i`".to_owned());
            };
            let numbers = numbers.as_chunks().0.iter().map(|i| i64::from_le_bytes(*i));
            if let Some(at) = numbers
                .enumerate()
                .find_map(|(at, i)| (i == AT).then_some(at))
            {
                let row = batch.first_row.wrapping_add(at as u32);
                return match config::get("do").as_deref() {
                    Some("\"return an error\"") => Err("one of them is too large".to_owned()),
                    _ => Ok(invalid(row)),
                };
            }
            let handles = (0..batch.rows).map(|row| batch.first_row.wrapping_add(row));
            outcome.emissions.push(Emission {
                output: 0,
                rows: batch.rows,
                anchors: Anchors::Each(handles.flat_map(u32::to_le_bytes).collect()),
                columns: batch.columns,
                direct_task: None,
            });
        }
        Ok(outcome)
    }

    fn tick(_now: u64) -> Result<Outcome, String> {
        Ok(nothing())
    }

    fn close(_reason: CloseReason) -> Result<Outcome, String> {
        Ok(nothing())
    }
}

fn nothing() -> Outcome {
    Outcome {
        emissions: vec![],
        kept: Kept::None,
        acked: vec![],
        failed: vec![],
        extended: vec![],
    }
}

/// An outcome with one mistake, about a row of the call.
fn invalid(row: u32) -> Outcome {
    let fails = |row| FailedRow {
        row,
        reason: "as told".to_owned(),
    };
    let unknown = row.wrapping_add(1_000_000);
    match config::get("do").as_deref() {
        Some("\"ack an unknown row\"") => Outcome {
            acked: unknown.to_le_bytes().to_vec(),
            ..nothing()
        },
        Some("\"fail an unknown row\"") => Outcome {
            failed: vec![fails(unknown)],
            ..nothing()
        },
        Some("\"fail a row twice\"") => Outcome {
            failed: vec![fails(row), fails(row)],
            ..nothing()
        },
        Some("\"anchor to an unknown row\"") => emit(b"a", unknown),
        Some("\"emit what is not UTF-8\"") => emit(b"\xc3\x28", row),
        other => panic!("unknown: {other:?}"),
    }
}

fn emit(text: &[u8], anchor: u32) -> Outcome {
    let packed = Packed {
        offsets: vec![0, text.len() as u32],
        data: text.to_vec(),
    };
    let column = |values| Column {
        values,
        nulls: None,
    };
    let columns = vec![
        column(Values::Integers(0_i64.to_le_bytes().to_vec())),
        column(Values::Texts(Text::Packed(packed))),
    ];
    Outcome {
        emissions: vec![Emission {
            output: 0,
            rows: 1,
            columns,
            anchors: Anchors::Each(anchor.to_le_bytes().to_vec()),
            direct_task: None,
        }],
        ..nothing()
    }
}
