//! The values of a row as its author sees them.

use std::fmt::Write as _;

use stormcell_sdk::prelude::*;

const NAMES: [&str; 7] = ["b", "i", "f", "t", "y", "at", "j"];

/// The seven values, to emit them again.
pub fn values<'t>(tuple: &Tuple<'t>) -> Result<Vec<Value<'t>>> {
    NAMES.iter().map(|name| Ok(tuple.value(*name)?)).collect()
}

/// The seven values as one line.
pub fn describe(tuple: &Tuple<'_>) -> Result<String> {
    let mut line = String::new();
    for name in NAMES {
        if !line.is_empty() {
            line.push(' ');
        }
        write!(line, "{name}={}", show(&tuple.value(name)?)?)?;
    }
    Ok(line)
}

fn show(value: &Value<'_>) -> Result<String> {
    Ok(match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float(*value),
        Value::Text(value) => value.to_string(),
        Value::Bytes(value) => value.iter().map(|byte| format!("{byte:02x}")).collect(),
        Value::Timestamp(value) => value.0.to_string(),
        Value::Json(value) => {
            let value: serde_json::Value =
                serde_json::from_str(value).with_context(|| format!("not JSON: {value}"))?;
            value.to_string()
        }
    })
}

/// The shortest decimal that reads back, always with a point or an exponent.
fn float(value: f64) -> String {
    if value.is_nan() {
        "nan".into()
    } else {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_back() {
        let cases = [
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        ];
        for (value, text) in cases {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn json_keeps_its_keys_in_order() {
        let json = Value::from(Json(r#"{ "b": 1, "a": [ null, "x y" ] }"#));
        assert_eq!(
            show(&json).ok().as_deref(),
            Some(r#"{"b":1,"a":[null,"x y"]}"#)
        );
    }
}
