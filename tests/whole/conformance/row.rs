//! Rows for the bolt, and values that can be compared.

use std::fmt;

use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};

/// The values that a row has beside its command: all nullable, in this order.
pub(super) const VALUES: [(&str, ValueType); 7] = [
    ("b", ValueType::Bool),
    ("i", ValueType::Int),
    ("f", ValueType::Float),
    ("t", ValueType::Text),
    ("y", ValueType::Bytes),
    ("at", ValueType::Timestamp),
    ("j", ValueType::Json),
];

/// The fields of the values.
pub(super) fn value_fields() -> Vec<Field> {
    let field = |(name, kind)| Field::nullable(name, kind);
    VALUES.map(field).to_vec()
}

/// The fields of every input stream of the bolt.
pub(super) fn input_fields() -> Vec<Field> {
    let command = Field::new("command", ValueType::Text);
    [command].into_iter().chain(value_fields()).collect()
}

/// A row: a command and its values.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) command: &'static str,
    pub(super) values: Vec<Value>,
}

/// A row whose values are all null.
pub(super) fn row(command: &'static str) -> Row {
    Row {
        command,
        values: vec![Value::Null; VALUES.len()],
    }
}

impl Row {
    /// With this value, in the field of its type.
    pub(super) fn with(mut self, value: Value) -> Self {
        let place = VALUES
            .iter()
            .position(|(_, kind)| Some(*kind) == value.kind());
        if let Some(place) = place {
            self.values[place] = value;
        }
        self
    }

    /// With this text.
    pub(super) fn text(self, text: &str) -> Self {
        self.with(Value::Text(text.to_owned()))
    }
}

/// Rows as the columns of an input stream.
pub(super) fn columns(rows: &[Row]) -> Columns {
    let mut builder = ColumnsBuilder::new(&Schema::new(input_fields()));
    for row in rows {
        let command = Value::Text(row.command.to_owned());
        let values = row.values.iter().cloned();
        builder.push([command].into_iter().chain(values).collect());
    }
    builder.finish().unwrap()
}

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
