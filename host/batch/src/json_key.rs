//! Hashing a JSON document by its value: documents that mean the same have the same hash,
//! however they are written.
//!
//! What is the same is said by RFC 8785 (JSON Canonicalization Scheme): the order of the
//! members of an object, white space and escapes do not count, and a number is that which
//! IEEE 754 double precision makes of it, so `1`, `1.0` and `1e0` are one value. Of two members
//! of one name the last counts.

use serde_json::Value;
use twox_hash::XxHash3_64;

use crate::row_key::canonical;

/// The hash of a document. One that is no JSON, or that cannot be read (nested deeper than 127,
/// with a number beyond double precision, with half a pair of surrogates), is hashed by its text.
pub(crate) fn hash(seed: u64, document: &str) -> u64 {
    match serde_json::from_str(document) {
        Ok(value) => {
            let mut bytes = Vec::with_capacity(document.len() + 16);
            write(&value, &mut bytes);
            XxHash3_64::oneshot_with_seed(seed, &bytes)
        }
        Err(_) => XxHash3_64::oneshot_with_seed(seed, document.as_bytes()),
    }
}

/// Writes a value so that no two values are written alike: its type, its length if it has one,
/// and what is in it.
fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => bytes.push(0),
        Value::Bool(value) => bytes.extend([1, u8::from(*value)]),
        Value::Number(number) => {
            bytes.push(2);
            // Every number that was read has one.
            let number = number.as_f64().unwrap_or(f64::NAN);
            bytes.extend(canonical(number).to_le_bytes());
        }
        Value::String(text) => {
            bytes.push(3);
            write_text(text, bytes);
        }
        Value::Array(values) => {
            bytes.push(4);
            write_length(values.len(), bytes);
            values.iter().for_each(|value| write(value, bytes));
        }
        Value::Object(members) => {
            bytes.push(5);
            write_length(members.len(), bytes);
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in members {
                write_text(name, bytes);
                write(value, bytes);
            }
        }
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    write_length(text.len(), bytes);
    bytes.extend(text.as_bytes());
}

fn write_length(length: usize, bytes: &mut Vec<u8>) {
    bytes.extend((length as u64).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    fn of(document: &str) -> u64 {
        hash(7, document)
    }

    #[test]
    fn documents_that_mean_the_same_have_one_hash() {
        for same in [
            &[
                r#"{"a":1,"b":2}"#,
                r#"{"b":2,"a":1}"#,
                "{ \"a\": 1,\n\t\"b\": 2 }",
                r#"{"b":0,"a":1.0,"b":2e0}"#,
            ][..],
            &["1", "1.0", "1e0", "10e-1", " 1 "],
            &["0", "-0", "0.0", "-0e5"],
            &["100000000000000000000", "1e20", "1E+20"],
            &["9007199254740993", "9007199254740992"],
            &[r#""ä☃""#, r#""\u00e4\u2603""#, r#""\u00E4☃""#],
            &[r#""\/\n""#, "\"/\\u000a\""],
            &["[]", "[ ]"],
            &[
                r#"[{"x":{"b":[],"a":null}}]"#,
                r#"[ {"x": {"a": null, "b": []}} ]"#,
            ],
        ] {
            for document in same {
                assert_eq!(of(document), of(same[0]), "{document}");
            }
        }
    }

    #[test]
    fn documents_that_mean_something_else_have_other_hashes() {
        let documents = [
            "null",
            "true",
            "false",
            "0",
            "1",
            "\"\"",
            "\"1\"",
            "\"null\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[1,2]",
            "[2,1]",
            "[12]",
            "[\"1\",\"2\"]",
            "[\"12\"]",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"b":1}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":{"b":1}}"#,
            "1.5",
            "-1",
            "\"ä\"",
            "\"a\u{308}\"",
        ];
        let hashes: std::collections::BTreeSet<u64> = documents.map(of).into();
        assert_eq!(hashes.len(), documents.len());
    }

    #[test]
    fn what_cannot_be_read_is_hashed_by_its_text() {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        for document in ["", "{", "1e999", r#""\ud800""#, "nan", &deep] {
            assert_eq!(of(document), of(document));
            assert_ne!(of(document), of(&format!("{document} ")));
        }
    }

    fn documents() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            prop::num::f64::NORMAL.prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The same, with all members in reverse order.
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(reversed).collect(),
            Value::Object(members) => {
                let members = members.iter().rev();
                let members = members.map(|(name, value)| (name.clone(), reversed(value)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn order_and_white_space_do_not_count(document in documents()) {
            let plain = of(&document.to_string());
            prop_assert_eq!(of(&reversed(&document).to_string()), plain);
            let pretty = serde_json::to_string_pretty(&document).unwrap_or_default();
            prop_assert_eq!(of(&pretty), plain);
        }

        #[test]
        fn another_value_has_another_hash(one in documents(), other in documents()) {
            let (one_hash, other_hash) = (of(&one.to_string()), of(&other.to_string()));
            prop_assert_eq!(one == other, one_hash == other_hash);
        }
    }
}
