//! What a component says of itself, as a plain value.
//!
//! Only what cannot be a [`Description`] at all is refused here; whether names and
//! numbers make sense is for `stormcell-topology` to say.

use std::collections::BTreeSet;

use stormcell_batch::{Field, Schema, ValueType};
use stormcell_topology::{
    Capability, Description, InputRequirement, OutputStream, TextForm, World,
};

use super::exports::grouping_task::GroupingDescription;
use super::wit::types as wit;
use stormcell_topology::plain_text::{Name, Sentence};

use crate::DescribeError;

/// What is known of a component without asking it.
pub(crate) struct File<'a> {
    pub(crate) world: World,
    pub(crate) version: &'a str,
    pub(crate) imports: &'a [String],
    pub(crate) works_at_ticks: bool,
    pub(crate) digest: &'a str,
    pub(crate) size: u64,
}

/// The description of a spout or a bolt.
pub(crate) fn of_task(
    said: wit::Description,
    file: &File<'_>,
) -> Result<Description, DescribeError> {
    let outputs = said.outputs.into_iter().map(|output| OutputStream {
        name: name(output.name),
        schema: Schema::new(output.fields.into_iter().map(field)),
        direct: output.direct,
    });
    let capabilities = said
        .capabilities
        .into_iter()
        .map(|capability| match capability {
            wit::Capability::Files => Capability::Files,
            wit::Capability::Stdout => Capability::Stdout,
            wit::Capability::Environment => Capability::Environment,
        });
    Ok(Description {
        summary: Sentence::from(said.summary).into_string(),
        outputs: outputs.collect(),
        inputs: said.inputs.into_iter().map(requirement).collect(),
        config_schema: config_schema(said.config_schema)?,
        text_form: text_form(said.text_form),
        // However often it says so.
        capabilities: Vec::from_iter(BTreeSet::from_iter(capabilities)),
        ..of_file(file)
    })
}

/// The description of a custom grouping.
pub(crate) fn of_grouping(
    said: GroupingDescription,
    file: &File<'_>,
) -> Result<Description, DescribeError> {
    Ok(Description {
        summary: Sentence::from(said.summary).into_string(),
        inputs: said.inputs.into_iter().map(requirement).collect(),
        config_schema: config_schema(said.config_schema)?,
        text_form: text_form(said.text_form),
        ..of_file(file)
    })
}

fn of_file(file: &File<'_>) -> Description {
    Description {
        world: file.world,
        interface_version: file.version.to_owned(),
        summary: String::new(),
        outputs: Vec::new(),
        inputs: Vec::new(),
        config_schema: None,
        text_form: TextForm::Packed,
        capabilities: Vec::new(),
        works_at_ticks: file.works_at_ticks,
        imports: file.imports.to_vec(),
        digest: file.digest.to_owned(),
        size: file.size,
    }
}

fn requirement(requirement: wit::InputRequirement) -> InputRequirement {
    InputRequirement {
        stream: requirement.stream_name.map(name),
        fields: requirement.fields.into_iter().map(field).collect(),
    }
}

fn field(field: wit::FieldResult) -> Field {
    Field {
        name: name(field.name),
        kind: match field.kind {
            wit::ValueType::Boolean => ValueType::Bool,
            wit::ValueType::Integer => ValueType::Int,
            wit::ValueType::Float => ValueType::Float,
            wit::ValueType::Text => ValueType::Text,
            wit::ValueType::Bytes => ValueType::Bytes,
            wit::ValueType::Timestamp => ValueType::Timestamp,
            wit::ValueType::Json => ValueType::Json,
        },
        nullable: field.nullable,
    }
}

/// A name as it may be shown. A valid one is what it was, and one that is not valid stays so.
fn name(said: String) -> String {
    Name::from(said).into_string()
}

fn text_form(form: wit::TextForm) -> TextForm {
    match form {
        wit::TextForm::Packed => TextForm::Packed,
        wit::TextForm::Separate => TextForm::Separate,
        wit::TextForm::Joined => TextForm::Joined,
    }
}

fn config_schema(text: Option<String>) -> Result<Option<serde_json::Value>, DescribeError> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| {
            DescribeError::Invalid(format!("the configuration schema is not JSON: {error}"))
        })
}
