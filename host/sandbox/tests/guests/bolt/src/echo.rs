//! Returns what it was given.

use crate::exports::stormcell::topology::bolt_task::{Batch, Outcome};
use crate::stormcell::topology::types::{
    Anchors, ByteStrings, Emission, Kept, Packed, Text, Values,
};

/// As it came, without looking at it.
pub(crate) fn as_it_came(batches: Vec<Batch>) -> Outcome {
    Outcome {
        emissions: batches
            .into_iter()
            .map(|batch| Emission {
                output: batch.input,
                rows: batch.rows,
                columns: batch.columns,
                anchors: Anchors::None,
                direct_task: None,
            })
            .collect(),
        kept: Kept::None,
        acked: vec![],
        failed: vec![],
        extended: vec![],
    }
}

/// In another text form.
pub(crate) fn in_form(batches: Vec<Batch>, form: &str) -> Outcome {
    let mut outcome = as_it_came(batches);
    for emission in &mut outcome.emissions {
        for column in &mut emission.columns {
            match &mut column.values {
                Values::Texts(text) | Values::Jsons(text) => {
                    let values = values(text);
                    *text = match form {
                        "packed" => Text::Packed(packed(values.iter().map(String::as_bytes))),
                        "joined" if !values.iter().any(|value| value.contains('\0')) => {
                            Text::Joined(values.join("\0"))
                        }
                        _ => Text::Separate(values),
                    };
                }
                Values::ByteStrings(strings) => {
                    let values = match strings {
                        ByteStrings::Packed(packed) => unpack(packed),
                        ByteStrings::Separate(values) => std::mem::take(values),
                    };
                    *strings = match form {
                        "packed" => ByteStrings::Packed(packed(values.iter().map(Vec::as_slice))),
                        _ => ByteStrings::Separate(values),
                    };
                }
                _ => {}
            }
        }
    }
    outcome
}

/// The forms in which the columns of the first batch came.
pub(crate) fn form(batches: &[Batch]) -> String {
    let forms = batches[0]
        .columns
        .iter()
        .map(|column| match &column.values {
            Values::Texts(Text::Packed(_)) | Values::Jsons(Text::Packed(_)) => "packed",
            Values::Texts(Text::Separate(_)) | Values::Jsons(Text::Separate(_)) => "separate",
            Values::Texts(Text::Joined(_)) | Values::Jsons(Text::Joined(_)) => "joined",
            Values::ByteStrings(ByteStrings::Packed(_)) => "packed bytes",
            Values::ByteStrings(ByteStrings::Separate(_)) => "separate bytes",
            _ => "fixed",
        });
    forms.collect::<Vec<_>>().join(", ")
}

fn values(text: &mut Text) -> Vec<String> {
    match text {
        Text::Packed(packed) => unpack(packed)
            .into_iter()
            .map(|value| String::from_utf8(value).expect("the host sends UTF-8"))
            .collect(),
        Text::Separate(values) => std::mem::take(values),
        Text::Joined(text) => text.split('\0').map(str::to_owned).collect(),
    }
}

fn unpack(packed: &Packed) -> Vec<Vec<u8>> {
    let pairs = packed.offsets.windows(2);
    pairs
        .map(|pair| packed.data[pair[0] as usize..pair[1] as usize].to_vec())
        .collect()
}

fn packed<'a>(values: impl Iterator<Item = &'a [u8]>) -> Packed {
    let mut packed = Packed {
        offsets: vec![0],
        data: vec![],
    };
    for value in values {
        packed.data.extend_from_slice(value);
        packed.offsets.push(packed.data.len() as u32);
    }
    packed
}
