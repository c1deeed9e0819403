//! Every limit ends the call that goes over it, and says so.

use std::time::{Duration, Instant};

use serde_json::json;
use stormcell_batch::{Field, Schema, ValueType};
use stormcell_sandbox::{CallError, FaultKind, Sandbox, SandboxConfig};
use stormcell_topology::{Access, Clock, FileGrant};

use crate::support::{fault, guest, prepared, row, run, task, text, told, word};

/// A process has room for so many instances; those that are there go on.
#[tokio::test]
async fn an_instance_too_many() {
    let sandbox = Sandbox::new(SandboxConfig {
        max_instances: 2,
        ..SandboxConfig::default()
    })
    .unwrap();
    let component = sandbox.load(&guest("guest_bolt")).await.unwrap();
    let (spec, _) = told("echo");
    let mut first = component.bolt(&spec).await.unwrap();
    let second = component.bolt(&spec).await.unwrap();
    let Err(CallError::Fault(fault)) = component.bolt(&spec).await else {
        panic!("there was room for a third");
    };
    assert_eq!(fault.kind, FaultKind::Start);
    assert_eq!(
        fault.message,
        "there is no room for another instance in this process (maximum concurrent limit of 2 \
         for component instances reached): use more workers, or fewer tasks"
    );
    assert!(first.execute(&[row()]).await.is_ok());
    drop(second);
    assert!(component.bolt(&spec).await.is_ok(), "its place is free");
}

#[tokio::test]
async fn a_call_that_computes_without_end() {
    let (mut spec, _) = told("spin");
    spec.limits.call_time = Duration::from_millis(200);
    let started = Instant::now();
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::CpuTime);
    assert!(
        started.elapsed() >= Duration::from_millis(200),
        "not before its time"
    );
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "not much later"
    );
    assert_eq!(
        fault.message,
        "the component used more than its 200ms of CPU time in one call of `execute` \
         (limits.call-time)"
    );
    assert!(
        fault
            .backtrace
            .iter()
            .any(|frame| frame.starts_with("act at ") && frame.contains("resources.rs:")),
        "{:?}",
        fault.backtrace
    );
}

#[tokio::test(flavor = "current_thread")]
async fn who_computes_gives_way_to_others_of_its_thread() {
    let (mut spec, _) = told("spin");
    spec.limits.call_time = Duration::from_millis(400);
    let mut spinning = prepared(&spec).await;
    let (spec, _) = told("echo");
    let mut busy = prepared(&spec).await;
    let spin = async { spinning.execute(&[row()]).await };
    let others = async {
        let mut calls = 0;
        for _ in 0..20 {
            busy.execute(&[row()]).await.unwrap();
            tokio::task::yield_now().await;
            calls += 1;
        }
        calls
    };
    // Both run on this thread; the calls come through before the spinning one ends.
    tokio::select! {
        biased;
        _ = spin => panic!("the others waited for the one that computes"),
        calls = others => assert_eq!(calls, 20),
    }
}

#[tokio::test]
async fn a_call_that_waits_without_end() {
    let (mut spec, _) = told("sleep");
    spec.limits.host_time = Duration::from_millis(100);
    spec.limits.call_time = Duration::from_secs(3_600);
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::HostTime);
    assert_eq!(
        fault.message,
        "the component waited more than its 100ms for the host in one call of `execute` \
         (limits.host-time): it sleeps, or waits for a file or a server that does not answer"
    );
}

/// Who sleeps whenever a slice ends is not seen by the epochs.
#[tokio::test]
async fn computing_in_small_pieces_adds_up() {
    let (mut spec, _) = told("spin and sleep");
    spec.grants.clock = Clock::Real;
    spec.limits.call_time = Duration::from_millis(50);
    spec.limits.host_time = Duration::from_secs(3_600);
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::CpuTime, "{fault}");
}

#[tokio::test]
async fn memory_without_end() {
    let (mut spec, _) = told("allocate");
    spec.limits.memory = 32 << 20;
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::Memory);
    assert!(
        fault
            .message
            .starts_with("the component needs more memory than its 32 MiB (limits.memory)"),
        "{fault}"
    );
}

/// Whatever each may have: together they have no more than their process.
#[tokio::test]
async fn all_instances_of_a_process_share_its_memory() {
    const ALL: u64 = 40 << 20;
    let sandbox = Sandbox::new(SandboxConfig {
        memory: ALL,
        ..SandboxConfig::default()
    })
    .unwrap();
    let component = sandbox.load(&guest("guest_bolt")).await.unwrap();
    let (honest, _) = told("echo");
    let mut honest = component.bolt(&honest).await.unwrap();
    let (greedy, _) = told("allocate");
    for _ in 0..3 {
        // What the last one had was given back, or this one would not even start.
        let mut greedy = component.bolt(&greedy).await.unwrap();
        let Err(CallError::Fault(fault)) = greedy.execute(&[row()]).await else {
            panic!("it had all the memory that it wanted");
        };
        assert_eq!(fault.kind, FaultKind::WorkerMemory);
        for words in [
            "limits.memory: 128 MiB",
            "more than 40 MiB (--worker-memory",
        ] {
            assert!(fault.message.contains(words), "{fault}");
        }
        assert!(greedy.memory() > ALL / 2, "{}", greedy.memory());
        assert!(greedy.memory() + honest.memory() <= ALL);
        assert!(honest.execute(&[row()]).await.is_ok(), "it goes on");
    }
}

#[tokio::test]
async fn a_component_that_can_live_with_less_memory_lives() {
    let (spec, _) = told("allocate and live");
    let mut instance = prepared(&spec).await;
    for _ in 0..2 {
        assert_eq!(
            instance.execute(&[row()]).await.unwrap_err(),
            CallError::Returned("no memory, and alive".into())
        );
    }
    assert!(instance.memory() < spec.limits.memory);
}

#[tokio::test]
async fn a_memory_that_does_not_even_start() {
    let (mut spec, _) = told("echo");
    spec.limits.memory = 64 << 10;
    let error = crate::support::bolt().await.bolt(&spec).await.unwrap_err();
    let CallError::Fault(fault) = error else {
        panic!("it started");
    };
    assert_eq!(fault.kind, FaultKind::Memory);
    assert!(fault.message.contains("limits.memory"), "{fault}");
}

#[tokio::test]
async fn too_many_rows() {
    let (spec, _) = told("many rows");
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::OutputRows);
    assert!(
        fault
            .message
            .contains("2000000 rows from one call of `execute`, more than its 1000000"),
        "{fault}"
    );
}

#[tokio::test]
async fn too_many_bytes() {
    for what in ["many bytes", "many strings"] {
        let (mut spec, _) = told(what);
        spec.limits.memory = 512 << 20;
        let fault = fault(&spec).await;
        assert_eq!(fault.kind, FaultKind::OutputBytes, "{what}: {fault}");
        assert!(fault.message.contains("more than its 64 MiB"), "{fault}");
    }
}

#[tokio::test]
async fn a_panic_is_a_trap_with_its_message_and_backtrace() {
    let (spec, _) = told("panic");
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::Trap);
    // All in the first line, which is what a list shows.
    let expected = "the component trapped in `execute`: it panicked at ";
    assert!(fault.message.starts_with(expected), "{fault}");
    assert!(fault.message.ends_with(": the answer is 42"), "{fault}");
    assert!(fault.message.contains("resources.rs:"), "{fault}");
    let frame = fault
        .backtrace
        .iter()
        .find(|frame| frame.contains("resources::panic_with"));
    let frame = frame.unwrap_or_else(|| panic!("{:?}", fault.backtrace));
    assert!(frame.contains("resources.rs:"), "{frame}");
    assert!(!frame.contains("17h"), "the name is not demangled: {frame}");
}

#[tokio::test]
async fn a_recursion_without_end() {
    let (spec, _) = told("recurse");
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::Trap);
    assert!(fault.message.contains("too deep a recursion"), "{fault}");
}

#[tokio::test]
async fn a_recursion_that_keeps_nothing_in_memory() {
    let (spec, _) = told("recurse without memory");
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::Stack, "{fault}");
    assert_eq!(
        fault.message,
        "the component called functions deeper than its stack of 1 MiB in `execute` (the stack \
         is the same for every component): it recurses too deeply"
    );
    assert!(
        fault
            .backtrace
            .iter()
            .any(|frame| frame.contains("descend")),
        "{:?}",
        fault.backtrace
    );
}

#[tokio::test]
async fn a_value_that_is_too_large() {
    let (mut spec, _) = told("large value");
    spec.limits.value_bytes = 1_000;
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::ValueBytes);
    assert_eq!(
        fault.message,
        "the component returned more from `execute` than it may: stream `default`: field \
         `word`: the value of row 0 has 1001 bytes, more than the 1000 that it may have \
         (limits.value-bytes)"
    );
    spec.limits.value_bytes = 1_001;
    assert!(run(&spec).await.is_ok());
}

#[tokio::test]
async fn json_that_is_nested_too_deep() {
    let schema = Schema::new([Field::new("document", ValueType::Json)]);
    let (mut spec, _) = task(&schema, json!({ "do": "deep json" }));
    spec.inputs[0].schema = word();
    spec.limits.json_depth = 99;
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::JsonDepth);
    assert_eq!(
        fault.message,
        "the component returned more from `execute` than it may: stream `default`: field \
         `document`: the JSON document of row 1 is nested 100 deep, more than the 99 that it \
         may be (limits.json-depth)"
    );
    spec.limits.json_depth = 100;
    assert!(run(&spec).await.is_ok());
}

#[tokio::test]
async fn random_bytes_a_second() {
    let (mut spec, _) = task(&word(), json!({ "do": "draw", "bytes": "65536" }));
    spec.limits.random_bytes = 1 << 20;
    assert!(run(&spec).await.is_ok());
    // More than there is in the second in which it starts and in the next.
    spec.config = json!({ "do": "draw", "bytes": "16777216" });
    spec.limits.random_bytes = 4 << 10;
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::RandomBytes);
    assert_eq!(
        fault.message,
        "the component asked for too many random bytes in `execute`: 4 KiB a second \
         (limits.random-bytes), and 1 MiB at a time: it asked for more random bytes a second \
         than its limit"
    );
}

#[tokio::test]
async fn more_open_files_than_it_may_have() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "text").unwrap();
    let opening = |count: &str| {
        let config = json!({ "do": "open", "path": "/data/file", "count": count });
        let (mut spec, _) = task(&word(), config);
        spec.limits.resources = 64;
        spec.grants.files.push(FileGrant {
            host: dir.path().to_string_lossy().into_owned(),
            guest: "/data".to_owned(),
            access: Access::Read,
            quota: FileGrant::DEFAULT_QUOTA,
        });
        spec
    };
    let fault = fault(&opening("64")).await;
    assert_eq!(fault.kind, FaultKind::Resources);
    assert_eq!(
        fault.message,
        "the component wanted to have more than its 64 files, folders, streams and the like at \
         a time, in `execute` (limits.resources): it does not close what it opens"
    );
    // What it closes it may open again.
    let mut instance = prepared(&opening("20")).await;
    for _ in 0..20 {
        assert_eq!(text(&instance.execute(&[row()]).await.unwrap()), "20 open");
    }
}

#[tokio::test]
async fn an_exit_ends_the_instance_and_not_the_process() {
    // WASI 0.2 only tells failure from success.
    let (spec, _) = told("exit");
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::Trap);
    assert_eq!(
        fault.message,
        "the component exited with status 1 in `execute`"
    );
}

#[tokio::test]
async fn a_call_that_was_given_up_ends_the_instance() {
    let (spec, _) = told("sleep");
    let mut instance = prepared(&spec).await;
    let rows = [row()];
    tokio::select! {
        biased;
        _ = instance.execute(&rows) => panic!("it does not sleep"),
        () = tokio::task::yield_now() => {}
    }
    let Err(CallError::Fault(fault)) = instance.execute(&[row()]).await else {
        panic!("the instance survived");
    };
    assert_eq!(fault.kind, FaultKind::Dead);
    assert!(
        fault.message.contains("`execute` was given up half-way"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_fault_spares_the_other_instances() {
    let (spec, _) = told("echo");
    let mut well = prepared(&spec).await;
    let (bad, _) = told("panic");
    assert!(run(&bad).await.is_err());
    assert!(well.execute(&[row()]).await.is_ok());
}
