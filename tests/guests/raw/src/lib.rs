//! A bolt without the SDK: at one row it returns what the SDK would refuse to return, or an
//! error that says nothing of the row. Or it takes memory for each row until its call ends.

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
        let mut taken = Vec::new();
        let soft = config::get("soft").as_deref() == Some("true");
        for batch in batches {
            let Some(Values::Integers(numbers)) = batch.columns.first().map(|c| &c.values) else {
                return Err("the first column is not `i`".to_owned());
            };
            let numbers = numbers.as_chunks().0.iter().map(|i| i64::from_le_bytes(*i));
            let (mut had, mut handles) = (Vec::new(), Vec::new());
            for (i, row) in numbers.clone().zip(0..) {
                let handle = batch.first_row.wrapping_add(row);
                let bytes = needs(i);
                let mut memory = Vec::<u8>::new();
                if soft && memory.try_reserve_exact(bytes).is_err() {
                    outcome.failed.push(FailedRow {
                        row: handle,
                        reason: "there is no memory".to_owned(),
                    });
                    continue;
                }
                memory.resize(bytes, 1);
                taken.push(memory);
                had.push(i);
                handles.extend(handle.to_le_bytes());
            }
            if !outcome.failed.is_empty() {
                if had.is_empty() {
                    continue;
                }
                outcome.emissions.push(Emission {
                    output: 0,
                    rows: had.len() as u32,
                    anchors: Anchors::Each(handles),
                    columns: columns(&had, b""),
                    direct_task: None,
                });
                continue;
            }
            let odd = config::get("do").is_some();
            if odd
                && let Some(at) = numbers
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
        std::hint::black_box(&taken);
        Ok(outcome)
    }

    fn tick(_now: u64) -> Result<Outcome, String> {
        Ok(nothing())
    }

    fn close(_reason: CloseReason) -> Result<Outcome, String> {
        Ok(nothing())
    }
}

/// The memory that a row with this number needs: `take` bytes from the row `take-from` on, and
/// more than any instance has at the row `huge-at`. With `soft` it fails rows for which there
/// is none, and does not trap.
fn needs(i: i64) -> usize {
    let number = |key: &str| config::get(key).and_then(|text| text.parse::<i64>().ok());
    let huge = number("huge-at") == Some(i);
    let from = number("take-from").unwrap_or(0);
    let bytes = match (huge, number("take")) {
        (true, _) => 1 << 30,
        (false, Some(bytes)) if i >= from => bytes,
        _ => 0,
    };
    bytes.unsigned_abs() as usize
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

/// Rows with these numbers and this text each.
fn columns(numbers: &[i64], text: &[u8]) -> Vec<Column> {
    let packed = Packed {
        offsets: (0..=numbers.len())
            .map(|at| (at * text.len()) as u32)
            .collect(),
        data: text.repeat(numbers.len()),
    };
    let column = |values| Column {
        values,
        nulls: None,
    };
    vec![
        column(Values::Integers(
            numbers.iter().flat_map(|i| i.to_le_bytes()).collect(),
        )),
        column(Values::Texts(Text::Packed(packed))),
    ]
}

fn emit(text: &[u8], anchor: u32) -> Outcome {
    Outcome {
        emissions: vec![Emission {
            output: 0,
            rows: 1,
            columns: columns(&[0], text),
            anchors: Anchors::Each(anchor.to_le_bytes().to_vec()),
            direct_task: None,
        }],
        ..nothing()
    }
}
