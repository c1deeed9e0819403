//! Rows for the bolt.

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
