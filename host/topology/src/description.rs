//! What a component says of itself, and what the host reads off its file.
//!
//! The records `description` and `grouping-description` of the WIT package as
//! plain values. They are written by strangers: [`Description::check`] says
//! whether one can be relied on, and [`crate::check`] calls it.

mod check;

use std::fmt;

use serde::{Deserialize, Serialize};
use stormcell_batch::{Field, Schema};

pub use check::{DescriptionError, MAX_FIELDS, MAX_STREAMS};

/// The stream that a component emits on if it names no other.
pub const DEFAULT_STREAM: &str = "default";

/// What a component exports: the world of the WIT package it is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// A source of rows (`spout-task`).
    Spout,
    /// It takes rows and emits rows (`bolt-task`).
    Bolt,
    /// It chooses the tasks that get a row (`grouping-task`).
    CustomGrouping,
}

impl World {
    /// Its name in the WIT package.
    pub const fn wit_name(self) -> &'static str {
        match self {
            Self::Spout => "spout",
            Self::Bolt => "bolt",
            Self::CustomGrouping => "custom-grouping",
        }
    }
}

impl fmt::Display for World {
    /// As in the WIT package, with a space for the hyphen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spout => "spout",
            Self::Bolt => "bolt",
            Self::CustomGrouping => "custom grouping",
        })
    }
}

/// The form in which a component wants text (`text-form`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextForm {
    /// Offsets and bytes, as in Arrow.
    #[default]
    Packed,
    /// One string a row.
    Separate,
    /// All values in one string, joined by U+0000.
    Joined,
}

/// Something outside its own memory that a component cannot do without
/// (`capability`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Files: the grant `files`.
    Files,
    /// Its standard output and error: the grant `stdout`.
    Stdout,
    /// Environment variables: the grant `env`.
    Environment,
}

impl Capability {
    /// The key under `grants` that gives it.
    pub const fn grant(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Stdout => "stdout",
            Self::Environment => "env",
        }
    }
}

/// A stream that a component emits on (`output-stream`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputStream {
    /// Its name, unique among the component's outputs.
    pub name: String,
    /// Its fields, in order.
    pub schema: Schema,
    /// Whether the emitter names the receiving task (Storm's direct stream).
    pub direct: bool,
}

/// What a component demands of the streams it subscribes to
/// (`input-requirement`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRequirement {
    /// The name of the streams it is about; `None`: of every input stream.
    pub stream: Option<String>,
    /// Fields that must be there, by name and type, in any order and among
    /// others.
    pub fields: Vec<Field>,
}

/// What a component says of itself, and what its file says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// What it exports.
    pub world: World,
    /// The version of the interface package it is built against, as `0.1.0`.
    pub interface_version: String,
    /// One line for people: what it does.
    pub summary: String,
    /// The streams it emits on; none for a sink or a custom grouping.
    pub outputs: Vec<OutputStream>,
    /// What it demands of its inputs; none for a spout.
    pub inputs: Vec<InputRequirement>,
    /// A JSON Schema of its configuration; `None`: it takes no configuration.
    pub config_schema: Option<serde_json::Value>,
    /// The form in which it wants text.
    pub text_form: TextForm,
    /// What it needs to be granted.
    pub capabilities: Vec<Capability>,
    /// Whether it does its work at ticks, so that it needs `tick` in the topology file.
    #[serde(default)]
    pub works_at_ticks: bool,
    /// The interfaces it imports, by full name, as `wasi:filesystem/types@0.2.6`.
    pub imports: Vec<String>,
    /// The digest of its file: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The size of its file, in bytes.
    pub size: u64,
}

impl Description {
    /// The output stream with this name, and its position among the outputs.
    pub fn output(&self, name: &str) -> Option<(usize, &OutputStream)> {
        self.outputs
            .iter()
            .enumerate()
            .find(|(_, stream)| stream.name == name)
    }
}

#[cfg(test)]
mod tests;
