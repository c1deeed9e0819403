//! `limits` of a spout or a bolt.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{CpuShare, Limits};
use crate::units::{Period, Size};

/// What a task may use.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct LimitsEntry {
    /// All its memories and tables together. Default: 128MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) memory: Option<Size>,
    /// What the rows of all its tasks may take of the host: those that wait for them, that
    /// they work on or keep, and, of a spout, that are pending. Default: 1GiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) row_memory: Option<Size>,
    /// How long one call may compute. Default: 5s.
    #[serde(default)]
    #[schemars(with = "Period")]
    pub(crate) call_time: Option<Period>,
    /// How long one call may wait for the host. Default: 5s.
    #[serde(default)]
    #[schemars(with = "Period")]
    pub(crate) host_time: Option<Period>,
    /// How much of a core it may compute; what is above waits. Default: 1.
    #[serde(default)]
    #[schemars(with = "f64", range(min = 0.01, max = 1.0))]
    pub(crate) cpu_share: Option<f64>,
    /// How many rows one call may return. Default: 1000000.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 4_294_967_295_u32))]
    pub(crate) output_rows: Option<u32>,
    /// How many bytes one call may return. Default: 64MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) output_bytes: Option<Size>,
    /// How long one text, byte string or JSON document may be. Default: 16MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) value_bytes: Option<Size>,
    /// How deep a JSON document may be nested. Default: 128.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 1_000_000_u32))]
    pub(crate) json_depth: Option<u32>,
    /// How many bytes it may log a second. Default: 64KiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) log_bytes: Option<Size>,
    /// How many random bytes it may ask for in a second. Default: 16MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) random_bytes: Option<Size>,
    /// How many files, folders, streams and the like it may have open. Default: 512.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 16, max = 65_536_u32))]
    pub(crate) resources: Option<u32>,
    /// How many HTTP connections it may have at a time. Default: 16.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 1_024_u32))]
    pub(crate) http_connections: Option<u32>,
    /// How many HTTP requests it may make in a second. Default: 100.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 100_000_u32))]
    pub(crate) http_requests: Option<u32>,
    /// How many bytes it may send and receive over HTTP in a second. Default: 16MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) http_bytes: Option<Size>,
    /// How long the body of one HTTP request may be. Default: 16MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) http_request_bytes: Option<Size>,
    /// How long the body of one response may be. Default: 16MiB.
    #[serde(default)]
    #[schemars(with = "Size")]
    pub(crate) http_response_bytes: Option<Size>,
}

impl LimitsEntry {
    /// The limits, with the defaults for what is not written.
    pub(crate) fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            memory: self.memory.map_or(default.memory, Size::get),
            row_memory: self.row_memory.map_or(default.row_memory, Size::get),
            call_time: self.call_time.map_or(default.call_time, Period::get),
            host_time: self.host_time.map_or(default.host_time, Period::get),
            cpu_share: self
                .cpu_share
                .map_or(default.cpu_share, CpuShare::of_a_core),
            output_rows: self.output_rows.map_or(default.output_rows, u64::from),
            output_bytes: self.output_bytes.map_or(default.output_bytes, Size::get),
            value_bytes: self.value_bytes.map_or(default.value_bytes, Size::get),
            json_depth: self.json_depth.unwrap_or(default.json_depth),
            log_bytes: self.log_bytes.map_or(default.log_bytes, Size::get),
            random_bytes: self.random_bytes.map_or(default.random_bytes, Size::get),
            resources: self.resources.unwrap_or(default.resources),
            http_connections: self.http_connections.unwrap_or(default.http_connections),
            http_requests: self.http_requests.unwrap_or(default.http_requests),
            http_bytes: self.http_bytes.map_or(default.http_bytes, Size::get),
            http_request_bytes: self
                .http_request_bytes
                .map_or(default.http_request_bytes, Size::get),
            http_response_bytes: self
                .http_response_bytes
                .map_or(default.http_response_bytes, Size::get),
        }
    }
}
