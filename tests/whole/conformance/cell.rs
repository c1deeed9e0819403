//! Values that can be compared: what a component may take for the same.

use std::fmt;

use stormcell_batch::Value;

/// A value that equals another if a component may take the one for the other.
///
/// Floats are compared bit by bit, but one NaN is as good as another. JSON is
/// compared as what it says: a number whatever its spelling, an object whatever the
/// order of its keys, and `null` is the null of its field.
#[derive(Clone)]
pub(super) struct Cell(pub(super) Value);

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Value::Float(a), Value::Float(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Value::Json(a), Value::Json(b)) => a == b || parsed(a).is_some_and(|a| says(&a, b)),
            (Value::Json(json), Value::Null) | (Value::Null, Value::Json(json)) => {
                json.trim() == "null"
            }
            (a, b) => a == b,
        }
    }
}

fn parsed(json: &str) -> Option<serde_json::Value> {
    serde_json::from_str(json).ok()
}

fn says(a: &serde_json::Value, b: &str) -> bool {
    parsed(b).is_some_and(|b| same(a, &b))
}

fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};

    match (a, b) {
        (Number(a), Number(b)) if a.is_f64() || b.is_f64() => a.as_f64() == b.as_f64(),
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Object(a), Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

impl fmt::Debug for Cell {
    /// The value; a long one is cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 120;
        let shown = format!("{:?}", self.0);
        match shown.char_indices().nth(SHOWN) {
            None => f.write_str(&shown),
            Some((cut, _)) => write!(f, "{}... ({} bytes)", &shown[..cut], shown.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Cell {
        Cell(Value::Json(text.to_owned()))
    }

    fn float(value: f64) -> Cell {
        Cell(Value::Float(value))
    }

    #[test]
    fn floats_are_compared_bit_by_bit_but_nan() {
        assert_eq!(float(f64::NAN), float(-f64::NAN));
        assert_ne!(float(0.0), float(-0.0));
        assert_ne!(float(1.0), float(1.0 + f64::EPSILON));
        assert_ne!(float(f64::NAN), Cell(Value::Null));
    }

    #[test]
    fn json_is_compared_as_what_it_says() {
        assert_eq!(
            json(r#"{"a": 1, "b": [2.0]}"#),
            json(r#"{"b":[2],"a":1e0}"#)
        );
        assert_eq!(json(r#""\u0041""#), json(r#""A""#));
        assert_eq!(json(" null "), Cell(Value::Null));
        for (a, b) in [
            ("9007199254740993", "9007199254740992"),
            ("18446744073709551615", "18446744073709551614"),
            ("[1,2]", "[2,1]"),
            ("[1]", "[1,1]"),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            (r#"{"a":null}"#, "{}"),
            ("\"1\"", "1"),
            ("null", "0"),
        ] {
            assert_ne!(json(a), json(b));
        }
        assert_ne!(json("[]"), Cell(Value::Null));
        assert_ne!(json("\"a\""), Cell(Value::Text("a".to_owned())));
    }

    #[test]
    fn text_is_compared_character_by_character() {
        let text = |text: &str| Cell(Value::Text(text.to_owned()));
        assert_ne!(text("e\u{301}"), text("\u{e9}"));
        assert_ne!(text(""), Cell(Value::Null));
        assert_ne!(text("a\0"), text("a"));
    }
}
