//! Invalid outcomes are refused, with the field and the row at fault.

use serde_json::json;
use stormcell_batch::{Field, Schema, ValueType};
use stormcell_sandbox::{Fault, FaultKind};

use crate::support::{fault, task};

/// The fault of this invalid outcome, on a stream of one field of this type.
async fn refused(what: &str, kind: ValueType) -> Fault {
    let schema = Schema::new([Field::new("value", kind)]);
    let (mut spec, _) = task(&schema, json!({ "do": what }));
    spec.inputs[0].schema = crate::support::word();
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::InvalidOutput, "{what}: {fault}");
    fault
}

#[tokio::test]
async fn invalid_text() {
    for (what, expected) in [
        ("utf-8", "row 1 is not UTF-8"),
        ("utf-8 across rows", "row 0 is not UTF-8"),
        ("offsets decrease", "the offsets decrease after row 1"),
        (
            "offsets out of range",
            "the last offset is 9, expected 2, where the data ends",
        ),
        (
            "offsets too few",
            "2 offsets, expected one more than the 2 rows",
        ),
        ("offsets start late", "the first offset is 1, expected 0"),
        ("joined", "3 values joined by U+0000, expected 2"),
        ("length", "1 values, expected 2"),
        ("type", "int, expected text"),
        ("null", "row 1 is null, but the field is not nullable"),
        ("null mark", "the null mark of row 1 is 2, expected 0 or 1"),
    ] {
        let fault = refused(what, ValueType::Text).await;
        assert_eq!(
            fault.message,
            format!(
                "the component returned something invalid from `execute`: stream `default`: \
                 field `value`: {expected}",
            ) + if what == "joined" {
                " (a value that contains U+0000 cannot be joined)"
            } else {
                ""
            },
        );
    }
}

#[tokio::test]
async fn a_string_that_is_not_utf_8() {
    let fault = refused("utf-8 in a string", ValueType::Text).await;
    assert!(fault.message.contains("invalid utf-8 sequence"), "{fault}");
}

#[tokio::test]
async fn invalid_values_of_other_types() {
    for (what, kind, expected) in [
        (
            "boolean",
            ValueType::Bool,
            "field `value`: row 1 is 2, expected 0 or 1",
        ),
        (
            "numbers",
            ValueType::Int,
            "field `value`: 15 bytes, expected 8 for each",
        ),
        ("json", ValueType::Json, "field `value`: row 0 is not JSON"),
        (
            "json",
            ValueType::Text,
            "field `value`: json, expected text",
        ),
    ] {
        let fault = refused(what, kind).await;
        assert!(fault.message.contains(expected), "{what}: {fault}");
    }
}

#[tokio::test]
async fn invalid_emissions() {
    for (what, expected) in [
        ("output", "an emission on output 9, it has 2"),
        (
            "direct task",
            "stream `default`: it is not direct, and the receiving task 1 is named",
        ),
        (
            "anchors",
            "stream `default`: anchors: 1 numbers, expected 2, one a row",
        ),
        (
            "anchor lists",
            "stream `default`: anchors: the offsets decrease after row 1",
        ),
        ("handles", "`acked`: 3 bytes, expected four for each number"),
        (
            "no column",
            "stream `default`: 0 columns, expected 1: (value: text)",
        ),
    ] {
        let fault = refused(what, ValueType::Text).await;
        assert!(fault.message.contains(expected), "{what}: {fault}");
    }
}
