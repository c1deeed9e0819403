//! Guests, tasks and a sink that remembers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::json;
use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};
use stormcell_sandbox::{
    BoltInstance, BoltOutcome, CallError, CompileLimits, Compiler, CompilerProcess, Component,
    Fault, FaultKind, InputBatch, InputStream, LogLevel, Sandbox, SandboxConfig, Secrets, TaskSink,
    TaskSpec,
};
use stormcell_topology::{Grants, Limits, OutputStream, TextForm};

/// The folder with the guests, built.
static GUESTS: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("guests");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/Cargo.toml");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--target",
            "wasm32-wasip2",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .env("CARGO_TARGET_DIR", &target)
        // Flags for the host's target are not for the guests'.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(status.success(), "the guests were not built");
    target.join("wasm32-wasip2/release")
});

/// The file of a guest.
pub(crate) fn guest(name: &str) -> PathBuf {
    GUESTS.join(name).with_extension("wasm")
}

/// The program that compiles.
pub(crate) const COMPILER: &str = env!("CARGO_BIN_EXE_stormcell-compile-component");

/// One sandbox for all tests, with a cache that the next run finds.
pub(crate) static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    Sandbox::new(SandboxConfig {
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox-cache")),
        // Backtraces have files and lines then.
        compiler: Compiler::Child(CompilerProcess {
            program: COMPILER.into(),
            arguments: Vec::new(),
            limits: CompileLimits::default(),
        }),
        ..SandboxConfig::default()
    })
    .unwrap()
});

/// The guest that does as it is told.
pub(crate) async fn bolt() -> Arc<Component> {
    SANDBOX.load(&guest("guest_bolt")).await.unwrap()
}

/// A task of a bolt that takes and emits rows of this schema.
pub(crate) fn task(schema: &Schema, config: serde_json::Value) -> (TaskSpec, Arc<Memory>) {
    let sink = Arc::new(Memory::default());
    let output = |name: &str, direct| OutputStream {
        name: name.to_owned(),
        schema: schema.clone(),
        direct,
    };
    let spec = TaskSpec {
        topology: "tests".to_owned(),
        component: "bolt".to_owned(),
        task: 2,
        task_index: 1,
        task_count: 2,
        inputs: vec![InputStream {
            component: "spout".to_owned(),
            stream: "default".to_owned(),
            schema: schema.clone(),
        }],
        outputs: vec![output("default", false), output("straight", true)],
        components: Arc::new([
            ("bolt".to_owned(), vec![1, 2]),
            ("spout".to_owned(), vec![3]),
        ]),
        config,
        limits: Limits::default(),
        grants: Grants::default(),
        secrets: Secrets::default(),
        text_form: TextForm::Packed,
        base_dir: PathBuf::new(),
        sink: sink.clone(),
        state: None,
    };
    (spec, sink)
}

/// One nullable text field.
pub(crate) fn word() -> Schema {
    Schema::new([Field::nullable("word", ValueType::Text)])
}

/// A task of the guest that does this.
pub(crate) fn told(what: &str) -> (TaskSpec, Arc<Memory>) {
    task(&word(), json!({ "do": what }))
}

pub(crate) async fn prepared(spec: &TaskSpec) -> BoltInstance {
    bolt().await.bolt(spec).await.unwrap()
}

/// What comes of one call with one row.
pub(crate) async fn run(spec: &TaskSpec) -> Result<BoltOutcome, CallError> {
    prepared(spec).await.execute(&[row()]).await
}

/// The fault of one call with one row, and what the instance does afterwards.
pub(crate) async fn fault(spec: &TaskSpec) -> Fault {
    let mut instance = prepared(spec).await;
    let Err(CallError::Fault(fault)) = instance.execute(&[row()]).await else {
        panic!("the call succeeded, or the component returned an error");
    };
    let Err(CallError::Fault(next)) = instance.execute(&[row()]).await else {
        panic!("the instance survived: {fault}");
    };
    assert_eq!(next.kind, FaultKind::Dead);
    assert!(next.message.contains(fault.message.as_str()), "{next}");
    fault
}

pub(crate) fn row() -> InputBatch {
    batch(columns(
        &word(),
        vec![vec![Value::Text("hello".to_owned())]],
    ))
}

pub(crate) fn batch(columns: Columns) -> InputBatch {
    InputBatch {
        input: 0,
        source_task: 3,
        first_row: u32::MAX,
        columns,
    }
}

pub(crate) fn columns(schema: &Schema, rows: Vec<Vec<Value>>) -> Columns {
    let mut builder = ColumnsBuilder::new(schema);
    for row in rows {
        builder.push(row);
    }
    builder.finish().unwrap()
}

/// The texts of the first column of the first emission.
pub(crate) fn texts(outcome: &BoltOutcome) -> Vec<Value> {
    let columns = &outcome.emissions[0].columns;
    (0..columns.rows())
        .map(|row| columns.value(row, 0, ValueType::Text))
        .collect()
}

pub(crate) fn text(outcome: &BoltOutcome) -> String {
    match texts(outcome).as_slice() {
        [Value::Text(text)] => text.clone(),
        other => panic!("expected one text: {other:?}"),
    }
}

/// A sink that remembers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) log: Mutex<Vec<(LogLevel, String)>>,
    pub(crate) stdout: Mutex<Vec<u8>>,
    pub(crate) stderr: Mutex<Vec<u8>>,
    pub(crate) counts: Mutex<Vec<(String, u32)>>,
    pub(crate) gauges: Mutex<Vec<(String, f64)>>,
}

impl TaskSink for Memory {
    fn log(&self, level: LogLevel, message: &str) {
        self.log.lock().unwrap().push((level, message.to_owned()));
    }
    fn stdout(&self, bytes: &[u8]) {
        self.stdout.lock().unwrap().extend(bytes);
    }
    fn stderr(&self, bytes: &[u8]) {
        self.stderr.lock().unwrap().extend(bytes);
    }
    fn count(&self, name: &str, increment: u32) {
        self.counts
            .lock()
            .unwrap()
            .push((name.to_owned(), increment));
    }
    fn gauge(&self, name: &str, value: f64) {
        self.gauges.lock().unwrap().push((name.to_owned(), value));
    }
}

/// Runs a future in a test that is not async itself.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    });
    RUNTIME.block_on(future)
}
