//! Every limit ends the call that goes over it, and says so.

use std::time::{Duration, Instant};

use stormcell_sandbox::{CallError, FaultKind, Sandbox, SandboxConfig};

use crate::support::{fault, guest, prepared, row, run, told};

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
    spec.limits.call_time = Duration::from_millis(100);
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::HostTime);
    assert!(
        fault.message.contains("waited more than its 100ms"),
        "{fault}"
    );
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

#[tokio::test]
async fn a_component_that_can_live_with_less_memory_lives() {
    let (spec, _) = told("allocate and live");
    let mut instance = prepared(&spec).await;
    for _ in 0..2 {
        assert_eq!(
            instance.execute(&[row()]).await.unwrap_err(),
            CallError::Returned("no memory, and alive".to_owned())
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
    assert!(
        fault
            .message
            .starts_with("the component trapped in `execute`: it aborted"),
        "{fault}"
    );
    assert!(fault.message.contains("the answer is 42"), "{fault}");
    assert!(fault.message.contains("resources.rs"), "{fault}");
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
