//! Whether a description can be relied on.

use std::collections::HashSet;

use stormcell_batch::Field;

use super::{Description, World};
use crate::name::{NameError, check_name};
use crate::problem::{compile, one_line};

/// A component describes at most this many output streams.
pub const MAX_STREAMS: usize = 256;
/// A stream has at least one field and at most this many.
pub const MAX_FIELDS: usize = 1_024;

/// What is wrong with a description. Names are cut to 64 characters when shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// Too many output streams.
    #[error("it has {count} output streams; at most {MAX_STREAMS} are allowed")]
    TooManyStreams {
        /// How many it has.
        count: usize,
    },
    /// Two output streams have the same name.
    #[error("it has two output streams of the name {}", crate::diagnostic::quoted(.name))]
    DuplicateStream {
        /// Their name.
        name: String,
    },
    /// The name of a stream is not allowed.
    #[error("its stream {} has a name that is not allowed: {reason}", crate::diagnostic::quoted(.name))]
    StreamName {
        /// The name.
        name: String,
        /// Why not.
        reason: NameError,
    },
    /// A stream has no field, or too many.
    #[error(
        "its stream {} has {count} fields; 1 to {MAX_FIELDS} are allowed",
        crate::diagnostic::quoted(.stream)
    )]
    FieldCount {
        /// The name of the stream.
        stream: String,
        /// How many fields it has.
        count: usize,
    },
    /// The name of a field is not allowed.
    #[error("its field {} has a name that is not allowed: {reason}", crate::diagnostic::quoted(.name))]
    FieldName {
        /// The name.
        name: String,
        /// Why not.
        reason: NameError,
    },
    /// Two fields of a stream, or of a requirement, have the same name.
    #[error("it has two fields of the name {} in one place", crate::diagnostic::quoted(.name))]
    DuplicateField {
        /// Their name.
        name: String,
    },
    /// A spout demands something of its inputs, which it does not have.
    #[error("it is a spout, but demands fields of its inputs")]
    SpoutWithInputs,
    /// A custom grouping describes output streams, which it does not have.
    #[error("it is a custom grouping, but has output streams")]
    GroupingWithOutputs,
    /// The schema of its configuration is not a JSON Schema.
    #[error("the schema of its configuration is no JSON Schema: {reason}")]
    ConfigSchema {
        /// Why not.
        reason: String,
    },
}

impl Description {
    /// Checks the description by itself: names, counts, the schema of its
    /// configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self) -> Result<(), Vec<DescriptionError>> {
        let mut found = Vec::new();
        self.check_outputs(&mut found);
        self.check_inputs(&mut found);
        if let Some(schema) = &self.config_schema
            && let Err(reason) = compile(schema)
        {
            let reason = one_line(&reason);
            found.push(DescriptionError::ConfigSchema { reason });
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    fn check_outputs(&self, found: &mut Vec<DescriptionError>) {
        if self.world == World::CustomGrouping && !self.outputs.is_empty() {
            found.push(DescriptionError::GroupingWithOutputs);
        }
        let count = self.outputs.len();
        if count > MAX_STREAMS {
            found.push(DescriptionError::TooManyStreams { count });
            return;
        }
        let mut names = HashSet::new();
        for stream in &self.outputs {
            let name = stream.name.clone();
            if let Err(reason) = check_name(&name) {
                found.push(DescriptionError::StreamName { name, reason });
            } else if !names.insert(&stream.name) {
                found.push(DescriptionError::DuplicateStream { name });
            }
            let count = stream.schema.len();
            if count == 0 || count > MAX_FIELDS {
                let stream = stream.name.clone();
                found.push(DescriptionError::FieldCount { stream, count });
            } else {
                check_fields(stream.schema.fields(), found);
            }
        }
    }

    fn check_inputs(&self, found: &mut Vec<DescriptionError>) {
        if self.world == World::Spout && !self.inputs.is_empty() {
            found.push(DescriptionError::SpoutWithInputs);
        }
        for requirement in &self.inputs {
            if let Some(name) = &requirement.stream
                && let Err(reason) = check_name(name)
            {
                let name = name.clone();
                found.push(DescriptionError::StreamName { name, reason });
            }
            check_fields(&requirement.fields, found);
        }
    }
}

fn check_fields(fields: &[Field], found: &mut Vec<DescriptionError>) {
    let mut names = HashSet::new();
    for field in fields {
        let name = field.name.clone();
        // Fields are the user's own: only the characters and the length count.
        match check_name(&name) {
            Ok(()) | Err(NameError::Reserved) => {
                if !names.insert(&field.name) {
                    found.push(DescriptionError::DuplicateField { name });
                }
            }
            Err(reason) => found.push(DescriptionError::FieldName { name, reason }),
        }
    }
}
