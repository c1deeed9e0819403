//! Values as the author of a component sees them: the command `describe`.

use stormcell_batch::Value;

use super::bolt::Bolt;
use super::cell::Cell;
use super::echo::full;
use super::language::Language;
use super::outcome::{Fate, rows};
use super::row::{Row, row};

in_every_language![values_of_every_type, nulls, integers, floats, json];

/// What `describe` says of a row.
fn described(language: Language, row: Row) -> String {
    let mut bolt = Bolt::new(language);
    let call = bolt.send(&[row]);
    let emitted = &call.found().emitted;
    let note = match emitted.as_slice() {
        [row] => row.values.first(),
        _ => None,
    };
    let Some(Cell(Value::Text(note))) = note else {
        panic!("{language}: `describe`: expected one note, found {emitted:?}");
    };
    call.is(&rows([Fate::Acked]).note(note, &[call.row(0)]));
    note.clone()
}

#[track_caller]
fn is_described(language: Language, row: Row, expected: &str) {
    let found = described(language, row);
    assert_eq!(found, expected, "{language}: `describe`");
}

fn values_of_every_type(language: Language) {
    let sent = row("describe")
        .with(Value::Bool(true))
        .with(Value::Int(-5))
        .with(Value::Float(1.5))
        .text("abc")
        .with(Value::Bytes(vec![0, 255]))
        .with(Value::Timestamp(1_700_000_000_000_000))
        .with(Value::Json(r#"{ "a" : 1 }"#.to_owned()));
    let expected = r#"b=true i=-5 f=1.5 t=abc y=00ff at=1700000000000000 j={"a":1}"#;
    is_described(language, sent, expected);
}

fn nulls(language: Language) {
    let expected = "b=null i=null f=null t=null y=null at=null j=null";
    is_described(language, row("describe"), expected);
    // An empty value is none.
    let empty = row("describe")
        .with(Value::Bool(false))
        .with(Value::Int(0))
        .text("")
        .with(Value::Bytes(vec![]))
        .with(Value::Json("null".to_owned()));
    let expected = "b=false i=0 f=null t= y= at=null j=null";
    is_described(language, empty, expected);
}

fn integers(language: Language) {
    for n in [i64::MIN, -(1 << 53) - 1, (1 << 53) + 1, i64::MAX] {
        let sent = row("describe")
            .with(Value::Int(n))
            .with(Value::Timestamp(n));
        let expected = format!("b=null i={n} f=null t=null y=null at={n} j=null");
        is_described(language, sent, &expected);
    }
}

fn floats(language: Language) {
    for (value, expected) in [
        (f64::NAN, "nan"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (-0.0, "-0.0"),
        (0.0, "0.0"),
        (1.0, "1.0"),
        (-0.1, "-0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (4503599627370495.5, "4503599627370495.5"),
    ] {
        let sent = row("describe").with(Value::Float(value));
        let expected = format!("b=null i=null f={expected} t=null y=null at=null j=null");
        is_described(language, sent, &expected);
    }
    // Languages differ in when they write an exponent, and how.
    for value in [1e16, 1e21, 1e-7, 5e-324, f64::MAX, f64::MIN_POSITIVE] {
        let found = described(language, row("describe").with(Value::Float(value)));
        let shown = found
            .split(' ')
            .nth(2)
            .and_then(|part| part.strip_prefix("f="));
        let shown = shown.unwrap_or_default();
        assert_eq!(
            shown.parse(),
            Ok(value),
            "{language}: `describe` of {value:e}"
        );
        assert!(
            shown.contains(['.', 'e']) && digits(shown) == digits(&format!("{value:e}")),
            "{language}: `describe` of {value:e}: {shown} is not the shortest"
        );
    }
}

/// The significant digits of a decimal.
fn digits(decimal: &str) -> String {
    let mantissa = decimal.split('e').next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

fn json(language: Language) {
    let text = r#" { "z" : [ 1 , null , "a b" ] , "a" : { } , "n" : 9007199254740993 } "#;
    let sent = row("describe").with(Value::Json(text.to_owned()));
    let expected = r#"{"z":[1,null,"a b"],"a":{},"n":9007199254740993}"#;
    let expected = format!("b=null i=null f=null t=null y=null at=null j={expected}");
    is_described(language, sent, &expected);
    let full = described(language, full("describe", 3));
    assert!(
        full.contains("t=text 3 🦀 "),
        "{language}: `describe`: {full}"
    );
}
