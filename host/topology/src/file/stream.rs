//! `streams`: who reads what, and how the rows are divided.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::LimitsEntry;

/// A bolt reads a stream.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StreamEntry {
    /// A label for people.
    #[serde(default)]
    #[schemars(with = "String")]
    pub(crate) name: Option<String>,
    /// The id of the component that emits it.
    pub(crate) from: String,
    /// The id of the bolt that reads it.
    pub(crate) to: String,
    /// Which tasks of the bolt get a row.
    pub(crate) grouping: GroupingEntry,
}

/// Which tasks get a row.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct GroupingEntry {
    /// The kind of grouping.
    #[serde(rename = "type")]
    pub(crate) kind: GroupingType,
    /// The fields to group by, for `fields` and `partial-key`.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// The stream of the emitting component. Default: `default`. (Flux:
    /// `streamId`, which is understood as well.)
    #[serde(default)]
    #[schemars(with = "String")]
    pub(crate) stream_id: Option<String>,
    /// The .wasm file or source folder of a `custom` grouping.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) component: Option<String>,
    /// The configuration of a `custom` grouping.
    #[serde(default)]
    pub(crate) config: Map<String, Value>,
    /// What an instance of a `custom` grouping may use: each task that emits the stream
    /// has one.
    #[serde(default)]
    pub(crate) limits: LimitsEntry,
}

/// The kind of a grouping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum GroupingType {
    Shuffle,
    Fields,
    PartialKey,
    All,
    Global,
    LocalOrShuffle,
    None,
    Direct,
    Custom,
}

impl GroupingType {
    /// Every kind.
    pub(crate) const ALL: [Self; 9] = [
        Self::Shuffle,
        Self::Fields,
        Self::PartialKey,
        Self::All,
        Self::Global,
        Self::LocalOrShuffle,
        Self::None,
        Self::Direct,
        Self::Custom,
    ];

    /// As it is written.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Shuffle => "shuffle",
            Self::Fields => "fields",
            Self::PartialKey => "partial-key",
            Self::All => "all",
            Self::Global => "global",
            Self::LocalOrShuffle => "local-or-shuffle",
            Self::None => "none",
            Self::Direct => "direct",
            Self::Custom => "custom",
        }
    }

    /// Whether it groups by fields.
    pub(crate) const fn by_fields(self) -> bool {
        matches!(self, Self::Fields | Self::PartialKey)
    }
}

impl JsonSchema for GroupingType {
    fn schema_name() -> Cow<'static, str> {
        "GroupingType".into()
    }

    /// Lower case and, for files that come from Flux, upper case.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let lower = Self::ALL.map(|kind| kind.name().to_owned());
        let upper = Self::ALL.map(|kind| kind.name().to_uppercase().replace('-', "_"));
        let names: Vec<String> = lower.into_iter().chain(upper).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}
