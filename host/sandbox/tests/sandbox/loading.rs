//! Files that are not what they should be, and the cache.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use stormcell_sandbox::{CallError, FaultKind, LoadError, Sandbox, SandboxConfig};

use crate::support::{SANDBOX, guest, row, told};

/// Why a file with these bytes is refused.
async fn refused(bytes: &[u8]) -> LoadError {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let error = SANDBOX.load(file.path()).await.unwrap_err();
    let path = file.path().display().to_string();
    assert!(
        error.to_string().contains(&path),
        "the file is named: {error}"
    );
    error
}

fn bolt_bytes() -> Vec<u8> {
    std::fs::read(guest("guest_bolt")).unwrap()
}

/// The bytes with every `from` replaced by `to`, which is as long, so that they are
/// still a valid component.
fn replaced(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut found = 0;
    let mut start = 0;
    while let Some(at) = bytes[start..]
        .windows(from.len())
        .position(|w| w == from.as_bytes())
    {
        bytes[start + at..start + at + from.len()].copy_from_slice(to.as_bytes());
        start += at + from.len();
        found += 1;
    }
    assert!(found > 0, "{from} is not in the component");
    bytes
}

#[tokio::test]
async fn a_missing_file() {
    let error = SANDBOX.load(Path::new("no/such.wasm")).await.unwrap_err();
    assert!(matches!(error, LoadError::Read { .. }));
    assert!(
        error
            .to_string()
            .starts_with("cannot read the component no/such.wasm: ")
    );
}

#[tokio::test]
async fn files_that_are_no_component() {
    for (bytes, expected) in [
        (&b""[..], "the file is empty"),
        (
            b"\0asm\x01\0\0\0",
            "a core WebAssembly module, not a component",
        ),
        (
            b"\x7fELF\x02\x01\x01\0",
            "native code (a .cwasm or a program)",
        ),
        (b"import os\n", "not a WebAssembly file"),
    ] {
        let error = refused(bytes).await;
        assert!(matches!(error, LoadError::NotAComponent { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_was_cut_off() {
    let bytes = bolt_bytes();
    for len in [9, 1_000, bytes.len() / 2, bytes.len() - 1] {
        let error = refused(&bytes[..len]).await;
        assert!(matches!(error, LoadError::Invalid { .. }), "{len}: {error}");
    }
}

#[tokio::test]
async fn a_component_that_parses_and_is_not_valid() {
    // A component that exports the function 7, which it does not have.
    let name = b"stormcell:topology/bolt-task@0.1.0";
    let mut export = vec![1, 0, name.len() as u8];
    export.extend(name);
    export.extend([5, 7, 0]);
    let mut bytes = b"\0asm\x0d\0\x01\0\x0b".to_vec();
    bytes.push(export.len() as u8);
    bytes.extend(export);
    let error = refused(&bytes).await;
    assert!(matches!(error, LoadError::Invalid { .. }), "{error}");
}

#[tokio::test]
async fn compiled_code_is_never_taken_from_others() {
    let engine = wasmtime::Engine::default();
    let compiled = engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap();
    let error = refused(&compiled).await;
    assert!(matches!(error, LoadError::NotAComponent { .. }), "{error}");
    assert!(
        error.to_string().contains("never takes from others"),
        "{error}"
    );
}

#[tokio::test]
async fn a_component_of_another_world() {
    let error = SANDBOX.load(&guest("guest-command")).await.unwrap_err();
    assert!(matches!(error, LoadError::World { .. }));
    let message = error.to_string();
    assert!(
        message.contains("it exports wasi:cli/run@0.2.")
            && message.contains("; expected one of stormcell:topology/bolt-task@0.1.0, "),
        "{message}"
    );
}

#[tokio::test]
async fn a_component_of_another_interface_version() {
    let mut bytes = bolt_bytes();
    for interface in ["bolt-task", "config", "logging", "metrics", "types"] {
        let name = |version: &str| format!("stormcell:topology/{interface}@{version}");
        bytes = replaced(bytes, &name("0.1.0"), &name("0.2.0"));
    }
    let error = refused(&bytes).await;
    assert!(matches!(error, LoadError::InterfaceVersion { .. }));
    assert!(
        error
            .to_string()
            .contains("built for stormcell:topology@0.2.0 (bolt-task), this host speaks 0.1.0"),
        "{error}"
    );
}

#[tokio::test]
async fn an_import_that_the_host_lacks_is_listed_and_cannot_be_run() {
    let name = "stormcell:topology/metrics@0.1.0";
    let unknown = "stormcell:topology/magic12@0.1.0";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), replaced(bolt_bytes(), name, unknown)).unwrap();
    let component = SANDBOX.load(file.path()).await.unwrap();
    assert!(component.imports().contains(&unknown.to_owned()));
    let said = component.describe().await.unwrap();
    assert!(said.imports.contains(&unknown.to_owned()));
    let (spec, _) = told("echo");
    let Err(CallError::Fault(fault)) = component.bolt(&spec).await else {
        panic!("it started");
    };
    assert_eq!(fault.kind, FaultKind::Start);
    assert!(fault.message.contains(unknown), "{fault}");
}

#[tokio::test]
async fn functions_that_are_not_those_of_the_version() {
    // Its `tick` is called `tock`.
    let bytes = replaced(bolt_bytes(), "tick", "tock");
    let error = refused(&bytes).await;
    assert!(error.to_string().contains("tick"), "{error}");
}

fn entries(dir: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(dir.join("compiled"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .collect()
}

#[tokio::test]
async fn a_tampered_cache_entry_is_compiled_anew() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = || {
        Sandbox::new(SandboxConfig {
            cache_dir: Some(dir.path().to_owned()),
            max_instances: 10,
            ..SandboxConfig::default()
        })
        .unwrap()
    };
    let works = async |sandbox: Sandbox| {
        let component = sandbox.load(&guest("guest_bolt")).await.unwrap();
        let (spec, _) = told("echo");
        let mut instance = component.bolt(&spec).await.unwrap();
        assert!(instance.execute(&[row()]).await.is_ok());
    };
    works(sandbox()).await;
    let [entry] = &entries(dir.path())[..] else {
        panic!("expected one entry");
    };
    let original = std::fs::read(entry).unwrap();
    let mut tampered = original.clone();
    let middle = tampered.len() / 2;
    tampered[middle] ^= 0xff;
    std::fs::write(entry, &tampered).unwrap();
    works(sandbox()).await;
    let restored = std::fs::read(entry).unwrap();
    assert_ne!(restored, tampered, "it was compiled anew and written over");
    // An untouched entry is used: one that is compiled anew is another file.
    let file = || std::fs::metadata(entry).unwrap().ino();
    let before = file();
    works(sandbox()).await;
    assert_eq!(file(), before);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_stops_nobody() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let sandbox = Sandbox::new(SandboxConfig {
        cache_dir: Some(file.path().join("not-a-folder")),
        max_instances: 10,
        ..SandboxConfig::default()
    })
    .unwrap();
    assert!(sandbox.load(&guest("guest_spout")).await.is_ok());
}
