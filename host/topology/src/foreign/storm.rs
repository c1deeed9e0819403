//! Settings of Storm, which it takes from `storm.yaml`, a topology and a component alike.

use serde_json::Value;

use super::{Home, Instead, Row, cpu_share, memory, parallelism, seconds, whole};
use Instead::{Nothing, Say, SayOf, Write};

/// What settings of Storm, and of what runs Python in it, begin with besides `topology.`
pub(super) const PREFIXES: &[&str] = &[
    "storm.",
    "worker.",
    "nimbus.",
    "supervisor.",
    "ui.",
    "drpc.",
    "logviewer.",
    "pacemaker.",
    "blobstore.",
    "client.blobstore.",
    "cluster.metrics.",
    "daemon.metrics.",
    "executor.metrics.",
    "scheduler.",
    "isolation.scheduler.",
    "multitenant.scheduler.",
    "resource.aware.scheduler.",
    "backpressure.",
    "transactional.",
    "task.heartbeat.",
    "task.refresh.",
    "zmq.",
    "pystorm.",
    "streamparse.",
    "pyleus.",
];

const MEMORY: &str = "`limits: { memory: 128MiB }` of a spout or bolt says what each of its tasks may use, and `stormcell serve --worker-memory 4GiB` what a worker may use";
const CODE: &str = "components are WebAssembly, and no JVM runs";
pub(super) const VALUES: &str = "the fields of a row have types, and the host encodes them";
pub(super) const QUEUES: &str = "the host sizes its queues and batches";
const BALANCE: &str = "the grouping `shuffle` always looks at the load";
pub(super) const SHOWN: &str =
    "`stormcell top` and `stormcell show` have all counts, which are exact";
pub(super) const LOGS: &str = "`stormcell logs` has what components log";
const SUPERVISOR: &str = "a command finds the supervisor by `--server URL` or `STORMCELL_SERVER`";
const SECRETS: &str = "a secret is named where it is needed: `{ secret: NAME }`";
const PLACING: &str = "`stormcell submit` and `stormcell rebalance` take `--workers`";

/// Those that have a counterpart, or something to be said of them.
pub(super) const SETTINGS: &[Row] = &[
    ("topology.workers", SayOf(workers)),
    ("topology.name", Write(Home::File, name)),
    (
        "topology.message.timeout.secs",
        Write(Home::Config, message_timeout),
    ),
    (
        "topology.enable.message.timeouts",
        Write(Home::Config, message_timeouts),
    ),
    (
        "topology.max.spout.pending",
        Write(Home::Config, max_pending),
    ),
    ("topology.acker.executors", Write(Home::Config, acking)),
    ("topology.ackers", Write(Home::Config, acking)),
    ("topology.tick.tuple.freq.secs", Write(Home::Ticked, tick)),
    ("topology.tasks", Write(Home::Component, parallelism)),
    (
        "topology.max.task.parallelism",
        Nothing("`parallelism` of a spout or bolt is how many tasks it has"),
    ),
    (
        "topology.component.resources.onheap.memory.mb",
        Write(Home::Component, memory),
    ),
    (
        "topology.component.resources.offheap.memory.mb",
        Write(Home::Component, memory),
    ),
    (
        "topology.component.cpu.pcore.percent",
        Write(Home::Component, cpu_share),
    ),
    (
        "topology.subprocess.timeout.secs",
        Write(Home::Component, call_time),
    ),
    ("topology.state.provider", Write(Home::Component, state)),
    (
        "topology.state.checkpoint.interval.ms",
        Nothing("what a call changes in the state is stored with the call"),
    ),
    (
        "topology.environment",
        Say("a spout or bolt is granted variables: `grants: { env: { NAME: value } }`"),
    ),
    ("topology.auto-credentials", Say(SECRETS)),
    ("topology.debug", Nothing(SHOWN)),
    ("topology.stats.sample.rate", Nothing(SHOWN)),
    ("topology.stats.ewma.enable", Nothing(SHOWN)),
    ("topology.metrics.consumer.register", Nothing(SHOWN)),
    ("topology.metrics.reporters", Nothing(SHOWN)),
    ("topology.eventlogger.executors", Nothing(SHOWN)),
    ("topology.worker.max.heap.size.mb", Say(MEMORY)),
    ("topology.worker.childopts", Say(MEMORY)),
    ("topology.worker.gc.childopts", Nothing(CODE)),
    ("topology.classpath", Nothing(CODE)),
    ("topology.kryo.register", Nothing(VALUES)),
    ("topology.kryo.decorators", Nothing(VALUES)),
    ("topology.kryo.factory", Nothing(VALUES)),
    ("topology.skip.missing.kryo.registrations", Nothing(VALUES)),
    ("topology.fall.back.on.java.serialization", Nothing(VALUES)),
    ("topology.tuple.serializer", Nothing(VALUES)),
    ("topology.multilang.serializer", Nothing(VALUES)),
    ("topology.shellbolt.max.pending", Nothing(QUEUES)),
    ("topology.executor.receive.buffer.size", Nothing(QUEUES)),
    ("topology.executor.send.buffer.size", Nothing(QUEUES)),
    ("topology.transfer.buffer.size", Nothing(QUEUES)),
    ("topology.producer.batch.size", Nothing(QUEUES)),
    ("topology.transfer.batch.size", Nothing(QUEUES)),
    ("topology.batch.flush.interval.millis", Nothing(QUEUES)),
    (
        "topology.backpressure.enable",
        Nothing("backpressure is always on"),
    ),
    ("topology.disable.loadaware.messaging", Nothing(BALANCE)),
    (
        "topology.python.path",
        Say("a component in Python is a source folder with a `pyproject.toml`"),
    ),
    ("worker.childopts", Say(MEMORY)),
    ("worker.heap.memory.mb", Say(MEMORY)),
    ("supervisor.memory.capacity.mb", Say(MEMORY)),
    ("supervisor.slots.ports", Nothing(PLACING)),
    ("nimbus.seeds", Say(SUPERVISOR)),
    ("nimbus.host", Say(SUPERVISOR)),
    ("nimbus.thrift.port", Say(SUPERVISOR)),
    (
        "storm.local.dir",
        Say("`stormcell serve --data DIR` says in which folder things are kept"),
    ),
    (
        "ui.port",
        Say("`stormcell serve --bind 127.0.0.1:7070` says where the supervisor listens"),
    ),
    ("pystorm.log.path", Nothing(LOGS)),
    ("pystorm.log.file", Nothing(LOGS)),
    ("pystorm.log.level", Nothing(LOGS)),
    ("streamparse.log.level", Nothing(LOGS)),
];

/// `submit` starts 1 to 32.
pub(super) fn workers(count: &Value) -> String {
    let count = whole(count).map(|n| n.clamp(1, 32));
    format!(
        "write `stormcell submit --workers {}` when you submit it",
        count.unwrap_or(2)
    )
}

fn name(value: &Value) -> String {
    let name = value
        .as_str()
        .filter(|name| crate::check_name(name).is_ok());
    format!("name: \"{}\"", name.unwrap_or("word-count"))
}

/// At most 7 days.
pub(super) fn message_timeout(secs: &Value) -> String {
    format!("message-timeout: {}", seconds(secs, 7 * 86_400, "30s"))
}

fn message_timeouts(enabled: &Value) -> String {
    match enabled {
        Value::Bool(false) => "message-timeout: null, max-pending: null".to_owned(),
        _ => "message-timeout: 30s".to_owned(),
    }
}

pub(super) fn max_pending(rows: &Value) -> String {
    match (rows, whole(rows)) {
        // 0 bounds nothing: `SpoutExecutor.call` of Storm.
        (Value::Null, _) | (_, Some(0)) => "max-pending: null".to_owned(),
        (_, Some(rows)) => format!("max-pending: {}", rows.clamp(1, u64::from(u32::MAX))),
        _ => "max-pending: 5000".to_owned(),
    }
}

pub(super) fn acking(ackers: &Value) -> String {
    format!("acking: {}", whole(ackers) != Some(0))
}

/// At most 7 days.
pub(super) fn tick(secs: &Value) -> String {
    format!("tick: {}", seconds(secs, 7 * 86_400, "10s"))
}

/// At most an hour.
fn call_time(secs: &Value) -> String {
    format!("limits: {{ call-time: {} }}", seconds(secs, 3_600, "5s"))
}

fn state(_: &Value) -> String {
    "grants: { state: true }".to_owned()
}
