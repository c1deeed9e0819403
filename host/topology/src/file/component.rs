//! `spouts` and `bolts`: components, their tasks and grants.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{LimitsEntry, NAME_FORMAT, RestartEntry, present};
use crate::model::{Access, Clock, EnvValue, HttpGrant, MAX_PARALLELISM, Random};
use crate::units::{Period, Size};

/// A source of rows.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SpoutEntry {
    /// Its id, unique in the file: 1 to 128 letters, digits, `_` and `-`.
    #[schemars(extend("format" = NAME_FORMAT))]
    pub(crate) id: String,
    /// Its .wasm file, or a source folder; relative to this file.
    #[schemars(length(min = 1))]
    pub(crate) component: String,
    /// How many tasks it has. Default: 1.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = MAX_PARALLELISM))]
    pub(crate) parallelism: Option<u32>,
    /// Its configuration, as its own schema wants it.
    #[serde(default)]
    pub(crate) config: Map<String, Value>,
    /// As in the topology's config, for this spout.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 4_294_967_295_u32))]
    pub(crate) max_pending: Option<Option<u32>>,
    /// As in the topology's config, for this spout.
    #[serde(default)]
    #[schemars(with = "u32", range(max = 4_294_967_295_u32))]
    pub(crate) max_replays: Option<u32>,
    /// As in the topology's config, for this spout.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 4_294_967_295_u32))]
    pub(crate) same_exceptions: Option<Option<u32>>,
    /// As in the topology's config, for this spout.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Period>")]
    pub(crate) message_timeout: Option<Option<Period>>,
    /// What it may reach outside its own memory. Default: nothing.
    #[serde(default)]
    pub(crate) grants: GrantsEntry,
    /// What each of its tasks may use.
    #[serde(default)]
    pub(crate) limits: LimitsEntry,
    /// How many faults each of its tasks may have before it is given up.
    #[serde(default)]
    pub(crate) restart: RestartEntry,
}

/// It takes rows and emits rows.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct BoltEntry {
    /// Its id, unique in the file: 1 to 128 letters, digits, `_` and `-`.
    #[schemars(extend("format" = NAME_FORMAT))]
    pub(crate) id: String,
    /// Its .wasm file, or a source folder; relative to this file.
    #[schemars(length(min = 1))]
    pub(crate) component: String,
    /// How many tasks it has. Default: 1.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = MAX_PARALLELISM))]
    pub(crate) parallelism: Option<u32>,
    /// Its configuration, as its own schema wants it.
    #[serde(default)]
    pub(crate) config: Map<String, Value>,
    /// How often each of its tasks is ticked. Default: never.
    #[serde(default)]
    #[schemars(with = "Period")]
    pub(crate) tick: Option<Period>,
    /// What it may reach outside its own memory. Default: nothing.
    #[serde(default)]
    pub(crate) grants: GrantsEntry,
    /// What each of its tasks may use.
    #[serde(default)]
    pub(crate) limits: LimitsEntry,
    /// How many faults each of its tasks may have before it is given up.
    #[serde(default)]
    pub(crate) restart: RestartEntry,
}

/// What a component may reach outside its own memory.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct GrantsEntry {
    /// Folders of the host that it sees.
    #[serde(default)]
    pub(crate) files: Vec<FileEntry>,
    /// Whether its standard output and error are shown.
    #[serde(default)]
    pub(crate) stdout: bool,
    /// The environment variables that it sees: texts, or `{ secret: NAME }`.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, EnvValue>,
    /// The clock that it sees. Default: virtual, which only its own waiting moves.
    #[serde(default)]
    pub(crate) clock: Clock,
    /// Its random numbers. Default: seeded, the same for each instance of a task.
    #[serde(default)]
    pub(crate) random: Random,
    /// The servers that it may call over HTTP. Default: none.
    #[serde(default)]
    #[schemars(with = "HttpEntry")]
    pub(crate) http: Option<HttpEntry>,
    /// Whether each of its tasks may keep values by key, which outlive its instances: yes or
    /// no, or how much. Default: no.
    #[serde(default)]
    pub(crate) state: StateEntry,
}

/// What each task of a component may keep.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum StateEntry {
    /// Whether it may keep anything, up to the default quota.
    Granted(bool),
    /// So much.
    Bounded(StateBounds),
}

impl Default for StateEntry {
    fn default() -> Self {
        Self::Granted(false)
    }
}

/// How much each task of a component may keep.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StateBounds {
    /// How much all keys and values of a task may take before more is refused. Default:
    /// 64MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) quota: Option<Size>,
}

/// What a component may reach over HTTP.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct HttpEntry {
    /// Servers: a scheme, a host and, if it is not that of the scheme, a port. A `*` at
    /// the beginning of the host stands for any beginning of a name.
    #[schemars(length(min = 1, max = HttpGrant::MAX_ENTRIES), inner(length(min = 1)))]
    #[schemars(extend("examples" = [["https://api.example.org", "http://*.internal.example:8080"]]))]
    pub(crate) hosts: Vec<String>,
    /// Networks that are not public and in which these servers may lie. Default: none.
    #[serde(default)]
    #[schemars(length(max = HttpGrant::MAX_ENTRIES), inner(length(min = 1)))]
    #[schemars(extend("examples" = [["10.1.0.0/16"]]))]
    pub(crate) networks: Vec<String>,
}

/// A folder of the host that a component sees.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FileEntry {
    /// The folder on the host; relative to this file.
    #[schemars(length(min = 1))]
    pub(crate) host: String,
    /// Where the component sees it: an absolute path.
    #[schemars(length(min = 1))]
    pub(crate) guest: String,
    /// What it may do there. Default: read.
    #[serde(default)]
    pub(crate) access: Access,
    /// How much the folder may hold before writing is refused. Default: 256MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) quota: Option<Size>,
}
