//! The fields of an event, as a line.

use std::fmt::{self, Write as _};

use stormcell_topology::plain_text::Bounded;
use tracing::Event;
use tracing::field::{Field, Visit};

/// What an event says: its message and its other fields (` name=value` each), together no
/// longer than they may be. Two fields say whose it is, and are kept by themselves.
#[derive(Debug)]
pub struct Fields {
    /// The component.
    pub component: Option<String>,
    /// The task.
    pub task: Option<u32>,
    message: Bounded,
    fields: Bounded,
    most: usize,
}

impl Fields {
    /// What this event says, within so many bytes.
    pub fn of(event: &Event<'_>, most: usize) -> Self {
        let mut fields = Self {
            component: None,
            task: None,
            message: Bounded::new(most),
            fields: Bounded::new(most),
            most,
        };
        event.record(&mut fields);
        fields
    }

    /// The message, and then the other fields.
    pub fn text(self) -> String {
        let (message, fields) = (self.message.finish(), self.fields.finish());
        match message.len() + fields.len() <= self.most {
            true => message + &fields,
            false => stormcell_topology::plain_text::bounded(self.most, message + &fields),
        }
    }

    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // An error says that enough of it was cut.
        let _ = match field.name() {
            "message" => self.message.write_fmt(value),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "component" => self.component = Some(value.to_owned()),
            _ => self.add(field, format_args!("{value}")),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match (field.name(), u32::try_from(value)) {
            ("task", Ok(task)) => self.task = Some(task),
            _ => self.add(field, format_args!("{value}")),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, format_args!("{value}"));
    }
}
