#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use stormcell_batch::Value;

use super::super::wit::types::{NumberLists, PackedResult, TextResult};
use super::*;

fn lift(field: Field, rows: u32, values: ValuesResult) -> Result<Vec<Value>, String> {
    lift_with(field, rows, values, None)
}

fn lift_with(
    field: Field,
    rows: u32,
    values: ValuesResult,
    nulls: Option<Vec<u8>>,
) -> Result<Vec<Value>, String> {
    let kind = field.kind;
    let lifted = columns(
        &Schema::new([field]),
        rows,
        vec![ColumnResult { values, nulls }],
        &Limits::default(),
    )
    .map_err(|refused| refused.what)?;
    Ok((0..lifted.rows())
        .map(|row| lifted.value(row, 0, kind))
        .collect())
}

fn packed(offsets: &[u32], data: &[u8]) -> PackedResult {
    PackedResult {
        offsets: offsets.to_vec(),
        data: data.to_vec(),
    }
}

fn text(rows: u32, text: TextResult) -> Result<Vec<Value>, String> {
    lift(
        Field::new("word", ValueType::Text),
        rows,
        ValuesResult::Texts(text),
    )
}

fn values(texts: &[&str]) -> Vec<Value> {
    texts
        .iter()
        .map(|text| Value::Text((*text).to_owned()))
        .collect()
}

#[test]
fn the_three_forms_of_text_say_the_same() {
    let expected = Ok(values(&["ab", "", "é🦀", ""]));
    let data = "abé🦀".as_bytes();
    assert_eq!(
        text(4, TextResult::Packed(packed(&[0, 2, 2, 8, 8], data))),
        expected
    );
    let separate = ["ab", "", "é🦀", ""].map(str::to_owned).to_vec();
    assert_eq!(text(4, TextResult::Separate(separate)), expected);
    assert_eq!(
        text(4, TextResult::Joined("ab\0\0é🦀\0".to_owned())),
        expected
    );
}

#[test]
fn joined_text_of_no_row_and_of_one_empty_row() {
    assert_eq!(text(0, TextResult::Joined(String::new())), Ok(vec![]));
    assert_eq!(
        text(1, TextResult::Joined(String::new())),
        Ok(values(&[""]))
    );
    for (rows, joined) in [(0, "a"), (2, ""), (1, "a\0b"), (3, "a\0b")] {
        let error = text(rows, TextResult::Joined(joined.to_owned())).unwrap_err();
        assert!(error.contains("joined by U+0000"), "{error}");
    }
}

#[test]
fn offsets_are_checked() {
    for (offsets, expected) in [
        (&[0, 2][..], "2 offsets, expected one more than the 2 rows"),
        (&[], "0 offsets"),
        (&[1, 2, 4], "the first offset is 1, expected 0"),
        (&[0, 3, 2], "the offsets decrease after row 1"),
        (&[0, 2, 3], "the last offset is 3, expected 4"),
        (&[0, 2, 5], "the last offset is 5, expected 4"),
        (&[0, u32::MAX, u32::MAX], "the last offset is 4294967295"),
    ] {
        let error = text(2, TextResult::Packed(packed(offsets, b"abcd"))).unwrap_err();
        assert!(
            error.starts_with("field `word`: ") && error.contains(expected),
            "{error}"
        );
    }
}

#[test]
fn text_is_utf8_row_by_row() {
    let error = text(2, TextResult::Packed(packed(&[0, 1, 2], b"a\xff"))).unwrap_err();
    assert_eq!(error, "field `word`: row 1 is not UTF-8");
    // Valid as a whole, cut in the middle of a character.
    let error = text(2, TextResult::Packed(packed(&[0, 1, 2], "é".as_bytes()))).unwrap_err();
    assert_eq!(error, "field `word`: row 0 is not UTF-8");
    let field = Field::new("payload", ValueType::Bytes);
    let bytes = ByteStringsResult::Packed(packed(&[0, 1, 2], b"a\xff"));
    assert_eq!(
        lift(field, 2, ValuesResult::ByteStrings(bytes)),
        Ok(vec![
            Value::Bytes(b"a".to_vec()),
            Value::Bytes(b"\xff".to_vec())
        ])
    );
}

#[test]
fn numbers_are_eight_bytes_each() {
    let bytes: Vec<u8> = [i64::MIN, -1, i64::MAX]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    let int = || Field::new("n", ValueType::Int);
    assert_eq!(
        lift(int(), 3, ValuesResult::Integers(bytes.clone())),
        Ok(vec![
            Value::Int(i64::MIN),
            Value::Int(-1),
            Value::Int(i64::MAX)
        ])
    );
    for rows in [0, 2, 4, u32::MAX] {
        let error = lift(int(), rows, ValuesResult::Integers(bytes.clone())).unwrap_err();
        assert!(error.contains("24 bytes, expected 8 for each"), "{error}");
    }
}

#[test]
fn booleans_are_zero_or_one() {
    let bool = || Field::new("b", ValueType::Bool);
    assert_eq!(
        lift(bool(), 2, ValuesResult::Booleans(vec![0, 1])),
        Ok(vec![Value::Bool(false), Value::Bool(true)])
    );
    let error = lift(bool(), 2, ValuesResult::Booleans(vec![0, 2])).unwrap_err();
    assert_eq!(error, "field `b`: row 1 is 2, expected 0 or 1");
    assert!(lift(bool(), 1, ValuesResult::Booleans(vec![0, 1])).is_err());
}

#[test]
fn nulls_are_only_where_they_may_be() {
    let with = |field, nulls: &[u8]| {
        lift_with(
            field,
            2,
            ValuesResult::Booleans(vec![1, 1]),
            Some(nulls.to_vec()),
        )
    };
    let nullable = || Field::nullable("b", ValueType::Bool);
    let required = || Field::new("b", ValueType::Bool);
    assert_eq!(
        with(nullable(), &[0, 1]),
        Ok(vec![Value::Bool(true), Value::Null])
    );
    assert_eq!(with(required(), &[0, 0]), Ok(vec![Value::Bool(true); 2]));
    let error = with(required(), &[0, 1]).unwrap_err();
    assert_eq!(
        error,
        "field `b`: row 1 is null, but the field is not nullable"
    );
    assert!(
        with(nullable(), &[0])
            .unwrap_err()
            .contains("1 null marks, expected 2")
    );
    assert!(
        with(nullable(), &[0, 9])
            .unwrap_err()
            .contains("mark of row 1 is 9")
    );
}

#[test]
fn json_is_checked_and_its_depth_is_harmless() {
    let json = |text: &str| {
        let field = Field::nullable("doc", ValueType::Json);
        let text = TextResult::Separate(vec![text.to_owned()]);
        lift(field, 1, ValuesResult::Jsons(text))
    };
    assert_eq!(
        json("{\"a\": [1]}"),
        Ok(vec![Value::Json("{\"a\": [1]}".to_owned())])
    );
    assert!(
        json("{a}")
            .unwrap_err()
            .starts_with("field `doc`: row 0 is not JSON")
    );
    // RFC 8259 leaves it to readers whether they can hold these.
    for text in ["1e999", "\"\\ud800\""] {
        assert_eq!(json(text), Ok(vec![Value::Json(text.to_owned())]));
    }
    assert!(json("").is_err());
    assert!(json(&"[".repeat(1_000_000)).is_err());
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert!(json(&nested(128)).is_ok());
    for depth in [129, 1_000_000] {
        let error = json(&nested(depth)).unwrap_err();
        assert!(
            error.starts_with(&format!(
                "field `doc`: the JSON document of row 0 is nested {depth} deep"
            )),
            "{error}"
        );
    }
}

#[test]
fn the_case_must_be_that_of_the_field() {
    let field = Field::new("word", ValueType::Text);
    let error = lift(field, 1, ValuesResult::Integers(vec![0; 8])).unwrap_err();
    assert_eq!(error, "field `word`: int, expected text");
    let schema = Schema::new([Field::new("a", ValueType::Int)]);
    let error = columns(&schema, 0, vec![], &Limits::default()).unwrap_err();
    assert_eq!(error.what, "0 columns, expected 1: (a: int)");
}

#[test]
fn lists_of_numbers() {
    let bytes = |numbers: &[u32]| {
        numbers
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let number_lists = |offsets: &[u32], numbers: &[u32]| NumberLists {
        offsets: bytes(offsets),
        numbers: bytes(numbers),
    };
    assert_eq!(
        lists(2, &number_lists(&[0, 2, 2], &[7, 7])),
        Ok(Lists {
            offsets: vec![0, 2, 2],
            numbers: vec![7, 7]
        })
    );
    assert!(lists(2, &number_lists(&[0, 2], &[7, 7])).is_err());
    assert!(lists(2, &number_lists(&[0, 2, 1], &[7])).is_err());
    assert!(lists(2, &number_lists(&[0, 1, 3], &[7, 7])).is_err());
    assert!(handles(&[1, 2, 3]).is_err());
    assert!(wide(&[0; 12]).is_err());
    assert_eq!(wide(&u64::MAX.to_le_bytes()), Ok(vec![u64::MAX]));
}
