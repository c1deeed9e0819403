//! The topology file as it is written: its types, and their JSON Schema.
//!
//! These types are the grammar. The schema generated from them is what the text
//! is checked against ([`crate::parse`]) and what editors may use
//! ([`json_schema`]). The vocabulary is that of Storm's Flux, in lower case.

mod component;
mod limits;
mod restart;
mod settings;
mod stream;
mod view;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use component::{BoltEntry, GrantsEntry, SpoutEntry, StateEntry};
pub(crate) use limits::LimitsEntry;
pub(crate) use restart::RestartEntry;
pub(crate) use settings::Settings;
pub(crate) use stream::{GroupingEntry, GroupingType, StreamEntry};
pub(crate) use view::Entry;

/// The `format` of names in the JSON Schema.
pub(crate) const NAME_FORMAT: &str = "stormcell-name";

/// A topology of spouts and bolts, and the streams between them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "stormcell topology")]
pub(crate) struct TopologyFile {
    /// The name of the topology: 1 to 128 letters, digits, `_` and `-`.
    #[schemars(extend("format" = NAME_FORMAT))]
    pub(crate) name: String,
    /// Settings of the whole topology.
    #[serde(default)]
    #[schemars(with = "Settings")]
    pub(crate) config: Settings,
    /// The sources. At least one.
    pub(crate) spouts: Vec<SpoutEntry>,
    /// What takes rows and emits rows.
    #[serde(default)]
    pub(crate) bolts: Vec<BoltEntry>,
    /// Which bolt reads which stream, and how its tasks divide it.
    #[serde(default)]
    pub(crate) streams: Vec<StreamEntry>,
}

/// The JSON Schema (draft 2020-12) of the topology file.
pub fn json_schema() -> Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<TopologyFile>()
        .to_value()
}

/// Reads a key that is there, so that null and absence can be told apart.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
