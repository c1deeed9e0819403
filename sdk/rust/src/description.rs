//! What a component says of itself, before anything runs.

use crate::bindings::grouping::exports::stormcell::topology::grouping_task::GroupingDescription as WitGroupingDescription;
use crate::schema::{Field, Stream, fields};
use crate::wit;

/// Something outside its own memory that a component cannot do without. The topology
/// file must grant it, or the topology is refused before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Files, through `std::fs`: grant `files`.
    Files,
    /// Standard output and error, shown to whoever started the topology: grant
    /// `stdout`.
    Stdout,
    /// Environment variables: grant `env`.
    Environment,
}

impl From<Capability> for wit::Capability {
    fn from(capability: Capability) -> Self {
        match capability {
            Capability::Files => Self::Files,
            Capability::Stdout => Self::Stdout,
            Capability::Environment => Self::Environment,
        }
    }
}

/// What a spout or a bolt says of itself. The host asks before anything runs, without
/// grants, so it must be the same every time.
///
/// ```
/// use stormcell_sdk::{Capability, Description, Stream, Type};
///
/// let description = Description::new("splits lines into words")
///     .input([("text", Type::Text)])
///     .output(Stream::default([("word", Type::Text)]))
///     .needs(Capability::Stdout);
/// assert_eq!(description.outputs().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    summary: String,
    outputs: Vec<Stream>,
    inputs: Vec<Requirement>,
    config_schema: Option<String>,
    capabilities: Vec<Capability>,
}

/// The fields that a component demands of its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) stream: Option<String>,
    pub(crate) fields: Vec<Field>,
}

impl From<Requirement> for wit::InputRequirement {
    fn from(requirement: Requirement) -> Self {
        Self {
            stream_name: requirement.stream,
            fields: requirement.fields.into_iter().map(Into::into).collect(),
        }
    }
}

impl Description {
    /// A component that emits nothing and demands nothing; `summary` is one line for
    /// people.
    pub fn new(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            outputs: Vec::new(),
            inputs: Vec::new(),
            config_schema: None,
            capabilities: Vec::new(),
        }
    }

    /// Adds a stream that it emits on; at most 256.
    #[must_use]
    pub fn output(mut self, stream: Stream) -> Self {
        self.outputs.push(stream);
        self
    }

    /// Demands fields of every input stream, by name and type, in any order and among
    /// others. A nullable field does not satisfy one that is not.
    #[must_use]
    pub fn input(mut self, fields: impl IntoIterator<Item = impl Into<Field>>) -> Self {
        self.inputs.push(Requirement {
            stream: None,
            fields: self::fields(fields),
        });
        self
    }

    /// Demands fields of the input streams of one name.
    #[must_use]
    pub fn input_from(
        mut self,
        stream: impl Into<String>,
        fields: impl IntoIterator<Item = impl Into<Field>>,
    ) -> Self {
        let fields = self::fields(fields);
        self.inputs.push(Requirement {
            stream: Some(stream.into()),
            fields,
        });
        self
    }

    /// Says what its configuration looks like: a JSON Schema (draft 2020-12) as text.
    /// Without one it takes no configuration.
    ///
    /// ```
    /// use stormcell_sdk::Description;
    ///
    /// let _ = Description::new("greets").config_schema(
    ///     r#"{
    ///         "type": "object",
    ///         "properties": {"greeting": {"type": "string"}},
    ///         "additionalProperties": false
    ///     }"#,
    /// );
    /// ```
    #[must_use]
    pub fn config_schema(mut self, schema: impl Into<String>) -> Self {
        self.config_schema = Some(schema.into());
        self
    }

    /// Demands that the topology file grants something.
    #[must_use]
    pub fn needs(mut self, capability: Capability) -> Self {
        self.capabilities.push(capability);
        self
    }

    /// The streams it emits on, in the order they were added.
    pub fn outputs(&self) -> &[Stream] {
        &self.outputs
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn requirements(&self) -> &[Requirement] {
        &self.inputs
    }
}

impl From<Description> for wit::Description {
    fn from(description: Description) -> Self {
        Self {
            summary: description.summary,
            outputs: description.outputs.into_iter().map(Into::into).collect(),
            inputs: description.inputs.into_iter().map(Into::into).collect(),
            config_schema: description.config_schema,
            text_form: wit::TextForm::Packed,
            capabilities: description
                .capabilities
                .into_iter()
                .map(Into::into)
                .collect(),
        }
    }
}

/// What a custom grouping says of itself.
///
/// ```
/// use stormcell_sdk::{GroupingDescription, Type};
/// let _ = GroupingDescription::new("by customer").input([("customer", Type::Int)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupingDescription(Description);

impl GroupingDescription {
    /// A grouping that demands nothing; `summary` is one line for people.
    pub fn new(summary: impl Into<String>) -> Self {
        Self(Description::new(summary))
    }

    /// Demands fields of the stream it groups; see [`Description::input`].
    #[must_use]
    pub fn input(self, fields: impl IntoIterator<Item = impl Into<Field>>) -> Self {
        Self(self.0.input(fields))
    }

    /// Says what its configuration (`grouping.config` in the topology file) looks like; see
    /// [`Description::config_schema`].
    #[must_use]
    pub fn config_schema(self, schema: impl Into<String>) -> Self {
        Self(self.0.config_schema(schema))
    }
}

impl From<GroupingDescription> for WitGroupingDescription {
    fn from(GroupingDescription(description): GroupingDescription) -> Self {
        Self {
            summary: description.summary,
            inputs: description.inputs.into_iter().map(Into::into).collect(),
            config_schema: description.config_schema,
            text_form: wit::TextForm::Packed,
        }
    }
}
