//! Keys of streamparse and pyleus, among them settings of Storm by shorter names.

use super::flux::TOLD;
use super::storm::{
    LOGS, QUEUES, SHOWN, VALUES, acking, max_pending, message_timeout, tick, workers,
};
use super::{Home, Instead, Row, parallelism};
use Instead::{Nothing, Say, SayOf, Write};

const SOURCE: &str = "a component in Python is a source folder with a `pyproject.toml`";
const STREAMS: &str =
    "what a bolt reads is an entry of `streams`, with `from`, `to` and `grouping`";

/// Of the file, besides those of its `config`.
pub(super) const FILE: &[Row] = &[
    ("topology", Say("write `spouts`, `bolts` and `streams`")),
    ("requirements_filename", Say(SOURCE)),
    ("python_interpreter", Say(SOURCE)),
];

/// Of `config` of the topology.
pub(super) const CONFIG: &[Row] = &[
    ("workers", SayOf(workers)),
    ("ackers", Write(Home::Config, acking)),
    ("acker_executors", Write(Home::Config, acking)),
    ("max_spout_pending", Write(Home::Config, max_pending)),
    ("message_timeout_secs", Write(Home::Config, message_timeout)),
    ("tick_freq_secs", Write(Home::Ticked, tick)),
    ("tick_tuple_freq_secs", Write(Home::Ticked, tick)),
    ("max_shellbolt_pending", Nothing(QUEUES)),
    ("debug", Nothing(SHOWN)),
    ("logging_conf", Nothing(LOGS)),
    ("serializer", Nothing(VALUES)),
];

/// Of a spout or a bolt.
pub(super) const COMPONENT: &[Row] = &[
    ("module", Say(SOURCE)),
    ("script", Say(SOURCE)),
    ("command", Say(SOURCE)),
    ("options", Say(TOLD)),
    ("par", Write(Home::Component, parallelism)),
    ("parallelism_hint", Write(Home::Component, parallelism)),
    ("tasks", Write(Home::Component, parallelism)),
    ("tick_freq_secs", Write(Home::Ticked, tick)),
    ("tick_tuple_freq_secs", Write(Home::Ticked, tick)),
    ("max_spout_pending", Write(Home::Config, max_pending)),
    ("message_timeout_secs", Write(Home::Config, message_timeout)),
    ("groupings", Say(STREAMS)),
    ("inputs", Say(STREAMS)),
    (
        "outputs",
        Nothing("the component itself says what it emits"),
    ),
    (
        "output_fields",
        Nothing("the component itself says what it emits"),
    ),
];

/// Of a grouping.
pub(super) const GROUPING: &[Row] = &[
    ("stream", Say("write `stream-id:`")),
    ("fields", Say("write `args: [FIELD]`")),
];
