//! The limits of one value.

use arrow_array::StringArray;
use stormcell_topology::Limits;

use super::Refused;
use crate::FaultKind;

/// Each value has at most so many bytes.
pub(super) fn value_bytes(offsets: &[i32], limits: &Limits) -> Result<(), Refused> {
    let most = i32::try_from(limits.value_bytes).unwrap_or(i32::MAX);
    // Offsets begin at 0, so the last is the length of all of them together.
    if offsets.last().is_none_or(|all| *all <= most) {
        return Ok(());
    }
    let length = |pair: &[i32]| match pair {
        [start, end] => end - start,
        _ => 0,
    };
    match offsets.windows(2).position(|pair| length(pair) > most) {
        None => Ok(()),
        Some(row) => {
            let bytes = offsets.get(row..=row + 1).map_or(0, length);
            Err(Refused {
                kind: FaultKind::ValueBytes,
                what: format!(
                    "the value of row {row} has {bytes} bytes, more than the {} that it may have \
                     (limits.value-bytes)",
                    limits.value_bytes
                ),
            })
        }
    }
}

/// Each value that is not null is nested at most so deep. They are valid JSON.
pub(super) fn json_depth(array: &StringArray, limits: &Limits) -> Result<(), Refused> {
    let most = limits.json_depth;
    // What is nested once more is longer by two bytes.
    let shallow = (most as usize).saturating_mul(2);
    for (row, value) in array.iter().enumerate() {
        let Some(value) = value.filter(|value| value.len() > shallow) else {
            continue;
        };
        let depth = depth(value);
        if depth > most {
            return Err(Refused {
                kind: FaultKind::JsonDepth,
                what: format!(
                    "the JSON document of row {row} is nested {depth} deep, more than the {most} \
                     that it may be (limits.json-depth)"
                ),
            });
        }
    }
    Ok(())
}

/// How deep lists and objects are nested in valid JSON: 0 for a number.
fn depth(json: &str) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0);
    let mut in_text = false;
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match (in_text, byte) {
            (_, b'"') => in_text = !in_text,
            // What follows is no quotation mark that ends the text.
            (true, b'\\') => drop(bytes.next()),
            (false, b'[' | b'{') => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn brackets_in_texts_do_not_count() {
        for (json, expected) in [
            ("1", 0),
            ("\"[[[\"", 0),
            ("[]", 1),
            ("{\"a\": [1, {}], \"b\": []}", 3),
            (r#"["\\", "\"[[", []]"#, 2),
            (r#"{"\\\"{": "}"}"#, 1),
        ] {
            assert_eq!(depth(json), expected, "{json}");
        }
    }

    #[test]
    fn the_longest_value_decides_and_not_their_sum() {
        let limits = Limits {
            value_bytes: 4,
            ..Limits::default()
        };
        assert_eq!(value_bytes(&[0, 4, 4, 8], &limits), Ok(()));
        assert_eq!(value_bytes(&[0], &limits), Ok(()));
        let refused = value_bytes(&[0, 4, 9, 10], &limits);
        assert!(
            matches!(&refused, Err(Refused { kind: FaultKind::ValueBytes, what })
                if what.starts_with("the value of row 1 has 5 bytes, more than the 4")),
            "{refused:?}"
        );
    }

    fn nesting(value: &Value) -> u32 {
        match value {
            Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
            Value::Object(map) => 1 + map.values().map(nesting).max().unwrap_or(0),
            _ => 0,
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i32>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(6, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(".{0,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn depth_is_that_of_the_parsed_document(value in json()) {
            prop_assert_eq!(depth(&value.to_string()), nesting(&value));
        }
    }
}
