//! Outcomes that a host must refuse.

use crate::exports::stormcell::topology::bolt_task::Outcome;
use crate::stormcell::topology::types::{
    Anchors, Column, Emission, NumberLists, Packed, Text, Values,
};
use crate::{bytes, outcome};

/// The outcome with this fault, all but one of its parts valid.
pub(crate) fn named(name: &str) -> Option<Outcome> {
    let packed = |offsets: &[u32], data: &[u8]| {
        Values::Texts(Text::Packed(Packed {
            offsets: offsets.to_vec(),
            data: data.to_vec(),
        }))
    };
    let good = || packed(&[0, 1, 2], b"ab");
    Some(match name {
        "utf-8" => two(packed(&[0, 1, 3], b"a\xc3\x28")),
        "utf-8 across rows" => two(packed(&[0, 1, 2], "é".as_bytes())),
        "utf-8 in a string" => {
            // SAFETY: nothing here looks at the text. It is what a guest may return
            // that is not written in Rust.
            let bad = unsafe { String::from_utf8_unchecked(vec![0xff, 0xfe]) };
            two(Values::Texts(Text::Separate(vec![bad, String::new()])))
        }
        "offsets decrease" => two(packed(&[0, 2, 1], b"a")),
        "offsets out of range" => two(packed(&[0, 1, 9], b"ab")),
        "offsets too few" => two(packed(&[0, 2], b"ab")),
        "offsets start late" => two(packed(&[1, 1, 2], b"ab")),
        "joined" => two(Values::Texts(Text::Joined("a\0b\0c".to_owned()))),
        "type" => two(Values::Integers(vec![0; 16])),
        "length" => two(Values::Texts(Text::Separate(vec!["one".to_owned()]))),
        "no column" => crate::outcome(Emission {
            columns: vec![],
            ..emission(good())
        }),
        "null" => crate::outcome(Emission {
            columns: vec![Column {
                values: good(),
                nulls: Some(vec![0, 1]),
            }],
            ..emission(good())
        }),
        "null mark" => crate::outcome(Emission {
            columns: vec![Column {
                values: good(),
                nulls: Some(vec![0, 2]),
            }],
            ..emission(good())
        }),
        "output" => crate::outcome(Emission {
            output: 9,
            ..emission(good())
        }),
        "direct task" => crate::outcome(Emission {
            direct_task: Some(1),
            ..emission(good())
        }),
        "anchors" => crate::outcome(Emission {
            anchors: Anchors::Each(bytes(&[1])),
            ..emission(good())
        }),
        "anchor lists" => crate::outcome(Emission {
            anchors: Anchors::Lists(NumberLists {
                offsets: bytes(&[0, 2, 1]),
                numbers: bytes(&[1]),
            }),
            ..emission(good())
        }),
        "handles" => Outcome {
            acked: vec![1, 2, 3],
            ..outcome(emission(good()))
        },
        "boolean" => two(Values::Booleans(vec![1, 2])),
        "json" => two(Values::Jsons(Text::Separate(vec![
            "[1".to_owned(),
            "2".to_owned(),
        ]))),
        "numbers" => two(Values::Integers(vec![0; 15])),
        "large value" => two(packed(&[0, 1_001, 1_002], &[b'x'; 1_002])),
        "deep json" => two(Values::Jsons(Text::Separate(vec![
            "1".to_owned(),
            "[".repeat(100) + &"]".repeat(100),
        ]))),
        "many rows" => crate::outcome(Emission {
            rows: 2_000_000,
            columns: vec![Column {
                values: Values::Booleans(vec![0; 2_000_000]),
                nulls: None,
            }],
            ..emission(good())
        }),
        "many bytes" => two(packed(&[0, 0, 80 << 20], &vec![b'x'; 80 << 20])),
        "many strings" => two(Values::Texts(Text::Separate(vec![String::new(); 8 << 20]))),
        _ => return None,
    })
}

fn two(values: Values) -> Outcome {
    outcome(emission(values))
}

fn emission(values: Values) -> Emission {
    Emission {
        output: 0,
        rows: 2,
        columns: vec![Column {
            values,
            nulls: None,
        }],
        anchors: Anchors::None,
        direct_task: None,
    }
}
