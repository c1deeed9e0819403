//! Keys of Flux, by where they are.

use serde_json::Value;

use super::{Home, Instead, Row, cpu_share, memory, parallelism};
use Instead::{Nothing, Say, SayOf, Write};

pub(super) const TOLD: &str = "what a spout or bolt is to be told goes into its `config`, by name";

/// Of the file.
pub(super) const FILE: &[Row] = &[
    ("components", Nothing(TOLD)),
    ("beans", Nothing(TOLD)),
    (
        "includes",
        Nothing("one file has all of a topology; `&name` and `*name` repeat a part of it"),
    ),
    ("resources", Nothing(FILES)),
    (
        "workerHooks",
        Nothing("a component is prepared and closed with each of its tasks"),
    ),
    (
        "topologySource",
        Say("write `spouts`, `bolts` and `streams`: no code is run to make them"),
    ),
    (
        "className",
        Say("write `component:` at each spout and bolt"),
    ),
    ("constructorArgs", Say(TOLD)),
    ("properties", Say(TOLD)),
    ("methodName", Nothing("no code is run to make a topology")),
];

const FILES: &str =
    "folders are granted to a component: `grants: { files: [{ host: data, guest: /data }] }`";

/// Of a spout or a bolt.
pub(super) const COMPONENT: &[Row] = &[
    ("className", SayOf(component)),
    ("class", SayOf(component)),
    ("constructorArgs", Say(TOLD)),
    ("properties", Say(TOLD)),
    ("configMethods", Say(TOLD)),
    (
        "factory",
        Say("write `component:` with a .wasm file or a source folder"),
    ),
    ("factoryArgs", Say(TOLD)),
    ("resources", Nothing(FILES)),
    ("numTasks", Write(Home::Component, parallelism)),
    ("numExecutors", Write(Home::Component, parallelism)),
    ("onHeapMemoryLoad", Write(Home::Component, memory)),
    ("offHeapMemoryLoad", Write(Home::Component, memory)),
    ("memoryLoad", Write(Home::Component, memory)),
    ("cpuLoad", Write(Home::Component, cpu_share)),
    (
        "streams",
        Say("the component itself says what it emits; `streams` of the file says who reads it"),
    ),
];

/// Of a stream.
pub(super) const STREAM: &[Row] = &[
    (
        "id",
        Say("a stream has a `name:`, which is for people only"),
    ),
    ("streamId", SayOf(stream_id)),
    (
        "type",
        Say("it belongs into the grouping: `grouping: { type: shuffle }`"),
    ),
    (
        "args",
        Say("they belong into the grouping: `grouping: { type: fields, args: [FIELD] }`"),
    ),
    ("customClass", Say(CUSTOM)),
];

const CUSTOM: &str =
    "write `grouping: { type: custom, component: FILE }` with a .wasm file or a source folder";

/// Of a grouping.
pub(super) const GROUPING: &[Row] = &[
    ("customClass", Say(CUSTOM)),
    ("className", Say(CUSTOM)),
    (
        "constructorArgs",
        Say("what the grouping is to be told goes into its `config`, by name"),
    ),
    (
        "properties",
        Say("what the grouping is to be told goes into its `config`, by name"),
    ),
];

/// A class of the JVM is a component here; one that ran a program has its source beside the file.
fn component(class: &Value) -> String {
    let is_shell = class.as_str().is_some_and(|class| class.contains("Shell"));
    let what = match is_shell {
        true => "`component:` with the folder of its source, in Python or JavaScript",
        false => "`component:` with a .wasm file or a source folder",
    };
    format!("write {what}")
}

fn stream_id(id: &Value) -> String {
    let id = id.as_str().filter(|id| crate::check_name(id).is_ok());
    format!(
        "it belongs into the grouping: `grouping: {{ type: shuffle, stream-id: {} }}`",
        id.unwrap_or("default")
    )
}
