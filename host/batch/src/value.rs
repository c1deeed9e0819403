//! One value, for what handles rows one at a time: messages, tests, tools.

use std::fmt;

use serde_json::json;

use crate::ValueType;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// true or false.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A 64-bit float.
    Float(f64),
    /// UTF-8 text.
    Text(String),
    /// A byte string.
    Bytes(Vec<u8>),
    /// Microseconds since the Unix epoch.
    Timestamp(i64),
    /// A JSON text.
    Json(String),
}

impl Value {
    /// Its type; none for null, which any type may have.
    pub const fn kind(&self) -> Option<ValueType> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(_) => ValueType::Bool,
            Self::Int(_) => ValueType::Int,
            Self::Float(_) => ValueType::Float,
            Self::Text(_) => ValueType::Text,
            Self::Bytes(_) => ValueType::Bytes,
            Self::Timestamp(_) => ValueType::Timestamp,
            Self::Json(_) => ValueType::Json,
        })
    }

    /// The value as JSON: bytes as lower-case hexadecimal text, a float that JSON
    /// cannot express (NaN, infinity) as its name in text, JSON as itself if it
    /// parses and as text otherwise.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => json!(value),
            Self::Int(value) | Self::Timestamp(value) => json!(value),
            Self::Float(value) if value.is_finite() => json!(value),
            Self::Float(value) => json!(value.to_string()),
            Self::Text(value) => json!(value),
            Self::Bytes(value) => {
                json!(
                    value
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect::<String>()
                )
            }
            Self::Json(value) => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
        }
    }
}

/// For people: as JSON, but bytes that are text as `b"text"`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Bytes(bytes) = self
            && let Some(text) = text_in(bytes)
        {
            return write!(f, "b{text:?}");
        }
        write!(f, "{}", self.to_json())
    }
}

/// The text that bytes are, if people can read all of it.
fn text_in(bytes: &[u8]) -> Option<&str> {
    let is_read = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars().all(is_read).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_text_are_shown_as_text_and_others_as_digits() {
        for (bytes, shown) in [
            ("zoë \"☃\"\n".as_bytes(), r#"b"zoë \"☃\"\n""#),
            (b"", r#"b"""#),
            (b"a\0", r#""6100""#),
            (b"\xff\x01", r#""ff01""#),
            ("\u{9b}2J".as_bytes(), r#""c29b324a""#),
        ] {
            assert_eq!(Value::Bytes(bytes.to_owned()).to_string(), shown);
        }
        // What programs read is the same for all bytes.
        assert_eq!(Value::Bytes(b"ab".to_vec()).to_json(), json!("6162"));
    }

    /// It is JSON by RFC 8259, and no reader need be able to hold it.
    #[test]
    fn json_that_cannot_be_held_is_shown_as_text() {
        for text in ["1e999", r#""\ud800""#] {
            assert_eq!(Value::Json(text.to_owned()).to_json(), json!(text));
        }
    }
}
