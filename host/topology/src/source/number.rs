//! Numbers of which a reader of YAML may make something else than was meant.
//!
//! `0010` is 10 by YAML 1.2, 8 by YAML 1.1, which Storm reads, and may be meant as a text: so it
//! is refused. What has more digits than a number can have would be another number without a
//! word, and is refused as well.

use std::ops::Range;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, quoted};

/// A number with more characters is not repeated in the help.
const LONGEST: usize = 40;

/// What is wrong with a value that is written like this, at these bytes. The value becomes what
/// was most likely meant, so that no more is said of it.
pub(super) fn check(value: &mut Value, written: &str, span: &Range<usize>) -> Option<Diagnostic> {
    // Before it there may be a tag and an anchor. A number has no white space.
    let number = written.split_whitespace().next_back()?;
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number.strip_prefix('+').unwrap_or(number)),
    };
    let shown = || quoted(number);
    let refused = |code, message: String| Diagnostic::new(code, span.clone(), message);
    match value {
        Value::Number(_) if has_leading_zero(digits) => {
            let rest = digits.trim_start_matches('0');
            let zero = match rest.starts_with(|c: char| c.is_ascii_digit()) {
                true => "",
                false => "0",
            };
            let plain = format!("{sign}{zero}{rest}");
            if let Some(whole) = whole(&plain) {
                *value = whole;
            }
            let mut help = match number.len() > LONGEST {
                true => "write the number without it, or the text in quotes".to_owned(),
                false => format!("write `{plain}` for the number, or `\"{number}\"` for the text"),
            };
            let is_short = number.len() <= LONGEST;
            if is_short && rest.len() > 1 && rest.bytes().all(|digit| matches!(digit, b'0'..=b'7'))
            {
                help.push_str(&format!("; to the base 8 it is `{sign}0o{rest}`"));
            }
            let message = format!("the number {} has a leading zero", shown());
            Some(refused(Code::LeadingZero, message).help(help))
        }
        Value::Number(read) if read.is_f64() && is_whole(digits) => {
            let message = format!("the whole number {} has more than 64 bits", shown());
            let help = "write the text in quotes, or the number with a point if it may be rounded";
            Some(refused(Code::OutOfRange, message).help(help))
        }
        Value::String(read) if read.ends_with(".inf") && is_endless(number, digits) => {
            let message = format!("the number {} is too large for 64 bits", shown());
            Some(
                refused(Code::OutOfRange, message)
                    .help("write a smaller number, or the text in quotes"),
            )
        }
        _ => None,
    }
}

/// What to write if a text must be there.
pub(crate) fn as_text(written: &str) -> String {
    match written.split_whitespace().next_back() {
        Some(number) if number.len() <= LONGEST => {
            format!("write `\"{number}\"`: it must be text")
        }
        _ => "write it in quotes: it must be text".to_owned(),
    }
}

fn is_whole(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn has_leading_zero(digits: &str) -> bool {
    let mut digits = digits.bytes();
    digits.next() == Some(b'0') && digits.next().is_some_and(|next| next.is_ascii_digit())
}

/// Whether this is a number that the reader of YAML takes for an infinite one.
fn is_endless(number: &str, digits: &str) -> bool {
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    is_number && number.parse().is_ok_and(f64::is_infinite)
}

fn whole(number: &str) -> Option<Value> {
    let signed = number.parse::<i64>().map(Value::from);
    signed
        .or_else(|_| number.parse::<u64>().map(Value::from))
        .ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::json;

    use crate::diagnostic::Code;
    use crate::source::Document;

    /// What is read, and what is wrong with it: a code, a message and a help.
    fn read(written: &str) -> (serde_json::Value, Vec<(Code, String, String)>) {
        let document = Document::read("t.yaml", &format!("a: {written}\n")).unwrap();
        let faults = document.faults.iter().map(|fault| {
            let help = fault.help.clone().unwrap_or_default();
            (fault.code, fault.message.clone(), help)
        });
        (document.value["a"].clone(), faults.collect())
    }

    #[test]
    fn numbers_and_texts_are_told_apart_as_documented() {
        for (written, value) in [
            ("10", json!(10)),
            ("-10", json!(-10)),
            ("+10", json!(10)),
            ("0", json!(0)),
            ("-0", json!(0)),
            ("0.5", json!(0.5)),
            ("-0.25", json!(-0.25)),
            ("0e1", json!(0.0)),
            ("1e1", json!(10.0)),
            ("1_000", json!(1000)),
            ("0x10", json!(16)),
            ("0o10", json!(8)),
            ("0b10", json!(2)),
            ("18446744073709551615", json!(u64::MAX)),
            ("'0010'", json!("0010")),
            ("\"0010\"", json!("0010")),
            ("!!str 0010", json!("0010")),
            ("2026-01-05", json!("2026-01-05")),
            ("12:30:45", json!("12:30:45")),
            ("0_1", json!("0_1")),
            ("007a", json!("007a")),
            ("00:30", json!("00:30")),
            ("0.0.1", json!("0.0.1")),
            ("yes", json!("yes")),
            ("off", json!("off")),
            (".inf", json!(".inf")),
            (".nan", json!(".nan")),
            ("!!str 1e400", json!("1e400")),
            ("as big as 1e400", json!("as big as 1e400")),
            ("~", json!(null)),
        ] {
            assert_eq!(read(written), (value, vec![]), "{written}");
        }
    }

    #[test]
    fn a_leading_zero_is_named() {
        for (written, value, help) in [
            (
                "0010",
                json!(10),
                "`10` for the number, or `\"0010\"` for the text; to the base 8 it is `0o10`",
            ),
            (
                "-007",
                json!(-7),
                "`-7` for the number, or `\"-007\"` for the text",
            ),
            (
                "-0017",
                json!(-17),
                "`-17` for the number, or `\"-0017\"` for the text; to the base 8 it is `-0o17`",
            ),
            (
                "00",
                json!(0),
                "`0` for the number, or `\"00\"` for the text",
            ),
            (
                "+01",
                json!(1),
                "`1` for the number, or `\"+01\"` for the text",
            ),
            (
                "08",
                json!(8),
                "`8` for the number, or `\"08\"` for the text",
            ),
            (
                "00.5",
                json!(0.5),
                "`0.5` for the number, or `\"00.5\"` for the text",
            ),
            (
                "01e2",
                json!(100.0),
                "`1e2` for the number, or `\"01e2\"` for the text",
            ),
            (
                "&x 09",
                json!(9),
                "`9` for the number, or `\"09\"` for the text",
            ),
        ] {
            let (read, faults) = read(written);
            assert_eq!(read, value, "{written}");
            assert_eq!(faults.len(), 1, "{written}");
            let number = written.trim_start_matches("&x ");
            assert_eq!(faults[0].0, Code::LeadingZero);
            assert_eq!(
                faults[0].1,
                format!("the number `{number}` has a leading zero")
            );
            assert_eq!(faults[0].2, format!("write {help}"));
        }
    }

    #[test]
    fn a_number_with_too_many_digits_is_not_another_number() {
        for written in [
            "18446744073709551616",
            "-9223372036854775809",
            "1e400",
            "-1e400",
        ] {
            let (_, faults) = read(written);
            assert_eq!(faults.len(), 1, "{written}");
            assert_eq!(faults[0].0, Code::OutOfRange, "{written}");
            assert!(
                faults[0].1.contains(&format!("number `{written}`")),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn an_alias_is_as_good_as_what_it_repeats() {
        let document = Document::read("t.yaml", "a: &x 010\nb: *x\n").unwrap();
        assert_eq!(document.value, json!({"a": 10, "b": 10}));
        assert!(
            document
                .faults
                .iter()
                .all(|fault| fault.primary.span == (6..9))
        );
    }

    proptest! {
        /// However many zeros are before a whole number: it is that number, and it is said.
        #[test]
        fn zeros_do_not_change_a_number(number: u32, zeros in 1usize..5) {
            let written = format!("{}{number}", "0".repeat(zeros));
            let (value, faults) = read(&written);
            prop_assert_eq!(value, json!(number));
            prop_assert_eq!(faults.len(), 1);
            prop_assert_eq!(read(&number.to_string()), (json!(number), vec![]));
        }
    }
}
