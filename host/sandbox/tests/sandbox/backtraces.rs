//! Files and lines in backtraces: who reads them, and how often.

use std::path::Path;
use std::sync::Arc;

use stormcell_sandbox::{
    CallError, CompileLimits, Compiler, CompilerProcess, Component, Sandbox, SandboxConfig,
};

use crate::support::{COMPILER, guest, row, told};

fn sandbox(compiler: Compiler) -> Sandbox {
    Sandbox::new(SandboxConfig {
        max_instances: 10,
        compiler,
        ..SandboxConfig::default()
    })
    .unwrap()
}

fn child(program: &Path) -> Compiler {
    Compiler::Child(CompilerProcess {
        program: program.to_owned(),
        arguments: Vec::new(),
        limits: CompileLimits::default(),
    })
}

/// The backtrace of a guest that does this.
async fn backtrace(component: &Arc<Component>, what: &str) -> Vec<String> {
    let (spec, _) = told(what);
    let mut instance = component.bolt(&spec).await.unwrap();
    match instance.execute(&[row()]).await {
        Err(CallError::Fault(fault)) => fault.backtrace.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn of<'a>(backtrace: &'a [String], function: &str) -> &'a str {
    let found = backtrace.iter().find(|line| line.contains(function));
    found.unwrap_or_else(|| panic!("no `{function}`: {backtrace:#?}"))
}

#[tokio::test]
async fn a_place_is_asked_for_once() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("compiler");
    std::os::unix::fs::symlink(COMPILER, &program).unwrap();
    let sandbox = sandbox(child(&program));
    let component = sandbox.load(&guest("guest_bolt")).await.unwrap();
    let first = backtrace(&component, "panic").await;
    let line = of(&first, "resources::panic_with");
    assert!(line.contains("resources.rs:"), "{line}");

    // Nobody can be asked any more.
    std::fs::remove_file(&program).unwrap();
    assert_eq!(backtrace(&component, "panic").await, first);
    let other = backtrace(&component, "recurse without memory").await;
    let line = of(&other, "descend");
    assert!(!line.contains(".rs:"), "{line}");
}

#[tokio::test]
async fn who_compiles_in_its_own_process_reads_no_lines() {
    let sandbox = sandbox(Compiler::InProcess);
    let component = sandbox.load(&guest("guest_bolt")).await.unwrap();
    let backtrace = backtrace(&component, "panic").await;
    assert!(!backtrace.iter().any(|line| line.contains(".rs:")));
    let line = of(&backtrace, "rust_panic");
    assert!(!line.contains("17h"), "{line}");
}

#[tokio::test]
async fn a_file_that_has_changed_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bolt.wasm");
    std::fs::copy(guest("guest_bolt"), &path).unwrap();
    let sandbox = sandbox(child(Path::new(COMPILER)));
    let component = sandbox.load(&path).await.unwrap();
    std::fs::copy(guest("guest_spout"), &path).unwrap();
    let changed = backtrace(&component, "panic").await;
    assert!(!changed.iter().any(|line| line.contains(".rs:")));

    std::fs::copy(guest("guest_bolt"), &path).unwrap();
    let line = backtrace(&component, "panic").await;
    assert!(of(&line, "resources::panic_with").contains("resources.rs:"));
}
