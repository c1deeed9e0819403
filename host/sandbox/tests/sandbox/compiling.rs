//! Components that are compiled by a process of their own, and those that are made to be
//! hard to compile.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use stormcell_sandbox::{
    CompileLimits, Compiler, CompilerProcess, LoadError, Sandbox, SandboxConfig,
};
use wasm_encoder::{
    CodeSection, Component, ComponentExportKind, ComponentExportSection, ComponentInstanceSection,
    Function, FunctionSection, Module, ModuleSection, NestedComponentSection, TypeSection, ValType,
};

use crate::support::{COMPILER, guest, row, told};

/// A sandbox that has components compiled within these limits.
fn sandbox(cache: Option<&Path>, limits: CompileLimits) -> Sandbox {
    Sandbox::new(SandboxConfig {
        cache_dir: cache.map(Path::to_owned),
        max_instances: 10,
        compiler: Compiler::Child(CompilerProcess {
            program: COMPILER.into(),
            arguments: Vec::new(),
            limits,
        }),
        ..SandboxConfig::default()
    })
    .unwrap()
}

/// A sandbox that has only what is in the cache.
fn that_cannot_compile(cache: &Path) -> Sandbox {
    Sandbox::new(SandboxConfig {
        cache_dir: Some(cache.to_owned()),
        max_instances: 10,
        compiler: Compiler::Child(CompilerProcess {
            program: "no/such/program".into(),
            arguments: Vec::new(),
            limits: CompileLimits::default(),
        }),
        ..SandboxConfig::default()
    })
    .unwrap()
}

/// Two that submitted the same component at once compiled it twice.
#[tokio::test(flavor = "multi_thread")]
async fn processes_that_share_a_cache_compile_a_component_once() {
    let dir = tempfile::tempdir().unwrap();
    let (cache, log) = (dir.path().join("cache"), dir.path().join("log"));
    // It notes that it was started.
    let compiler = dir.path().join("compiler");
    let script = format!(
        "#!/bin/sh\necho compiling >> '{}'\nexec '{COMPILER}' \"$@\"\n",
        log.display()
    );
    std::fs::write(&compiler, script).unwrap();
    let executable = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&compiler, executable).unwrap();
    // Each as another process has it: they have only the folder in common.
    let sandboxes: Vec<Sandbox> = (0..4)
        .map(|_| {
            Sandbox::new(SandboxConfig {
                cache_dir: Some(cache.clone()),
                max_instances: 10,
                compiler: Compiler::Child(CompilerProcess {
                    program: compiler.clone(),
                    arguments: Vec::new(),
                    limits: CompileLimits::default(),
                }),
                ..SandboxConfig::default()
            })
            .unwrap()
        })
        .collect();
    let guest = guest("guest_bolt");
    let loads = sandboxes.iter().map(|sandbox| sandbox.load(&guest));
    let loaded = futures_util::future::join_all(loads).await;
    let digests: Vec<String> = loaded
        .into_iter()
        .map(|component| component.unwrap().digest().to_owned())
        .collect();
    assert!(digests.iter().all(|digest| *digest == digests[0]));
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "compiling\n");
}

/// Why a component with these bytes is not loaded.
async fn refused(limits: CompileLimits, bytes: &[u8]) -> LoadError {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let error = sandbox(None, limits).load(file.path()).await.unwrap_err();
    let path = file.path().display().to_string();
    assert!(error.to_string().contains(&path), "{error}");
    error
}

/// The limit that a component goes over, and the message.
fn limit(error: &LoadError) -> (&'static str, String) {
    match error {
        LoadError::Limit { limit, .. } => (limit, error.to_string()),
        other => panic!("{other}"),
    }
}

/// Makes a component a bolt by its exports: an instance that exports nothing.
fn exporting_a_bolt(component: &mut Component) {
    let mut instances = ComponentInstanceSection::new();
    instances.export_items(std::iter::empty::<(&str, ComponentExportKind, u32)>());
    component.section(&instances);
    let mut exports = ComponentExportSection::new();
    let name = "stormcell:topology/bolt-task@0.1.0";
    exports.export(name, ComponentExportKind::Instance, 0, None);
    component.section(&exports);
}

/// A component with so many functions of so many additions.
fn laborious(functions: u32, additions: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I64], [ValType::I64]);
    let mut indexes = FunctionSection::new();
    let mut code = CodeSection::new();
    for _ in 0..functions {
        indexes.function(0);
        let mut function = Function::new([]);
        let mut body = function.instructions();
        body.local_get(0);
        for constant in 0..i64::from(additions) {
            body.local_get(0).i64_const(constant).i64_rotl().i64_xor();
        }
        body.end();
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&indexes).section(&code);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    exporting_a_bolt(&mut component);
    component.finish()
}

#[tokio::test]
async fn what_a_process_has_compiled_runs_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let compiled = sandbox(Some(dir.path()), CompileLimits::default());
    let component = compiled.load(&guest("guest_bolt")).await.unwrap();
    let (spec, _) = told("echo");
    let mut instance = component.bolt(&spec).await.unwrap();
    assert!(instance.execute(&[row()]).await.is_ok());

    let reader = that_cannot_compile(dir.path());
    assert!(reader.load(&guest("guest_bolt")).await.is_ok());
    let error = reader.load(&guest("guest_spout")).await.unwrap_err();
    assert!(matches!(error, LoadError::Compiler { .. }), "{error}");
    assert!(error.to_string().contains("cannot be started"), "{error}");
}

#[tokio::test]
async fn a_cache_that_was_tampered_with_is_as_if_it_were_empty() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["guest_bolt", "guest_spout"];
    for name in names {
        let compiling = sandbox(Some(dir.path()), CompileLimits::default());
        compiling.load(&guest(name)).await.unwrap();
    }
    let folder = dir.path().join("compiled");
    let entries: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    let [(one, one_path), (two, two_path)] = &entries[..] else {
        panic!("{entries:?}");
    };
    let key_path = folder.join("key");
    let key = std::fs::read(&key_path).unwrap();
    let restore = || {
        std::fs::write(one_path, one).unwrap();
        std::fs::write(two_path, two).unwrap();
        std::fs::remove_file(&key_path).unwrap();
        std::fs::write(&key_path, &key).unwrap();
        mode(&key_path, 0o600);
    };
    let flip = |at: fn(usize) -> usize| {
        for (entry, path) in &entries {
            let mut altered = entry.clone();
            altered[at(entry.len())] ^= 0x10;
            std::fs::write(path, altered).unwrap();
        }
    };
    let tampering: [(&str, &dyn Fn()); 8] = [
        ("a bit of the MAC", &|| flip(|_| 0)),
        ("a bit of the header", &|| flip(|_| 40)),
        ("a bit of the code", &|| flip(|len| len / 2)),
        ("the last bit", &|| flip(|len| len - 1)),
        ("an end that is missing", &|| {
            std::fs::write(one_path, &one[..one.len() - 1]).unwrap();
            std::fs::write(two_path, &two[..10]).unwrap();
        }),
        ("entries that changed places", &|| {
            std::fs::write(one_path, two).unwrap();
            std::fs::write(two_path, one).unwrap();
        }),
        ("another key", &|| {
            std::fs::write(&key_path, [7; 64]).unwrap()
        }),
        ("a key that others can read", &|| mode(&key_path, 0o644)),
    ];
    for (what, tamper) in tampering {
        tamper();
        // Another process, which could do nothing but load what is there.
        for name in names {
            let loaded = that_cannot_compile(dir.path()).load(&guest(name)).await;
            assert!(
                matches!(loaded, Err(LoadError::Compiler { .. })),
                "{what}: {loaded:?}"
            );
        }
        restore();
        for name in names {
            let loaded = that_cannot_compile(dir.path()).load(&guest(name)).await;
            assert!(loaded.is_ok(), "{what} was taken back: {loaded:?}");
        }
    }
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn code_for_two_tasks_is_compiled_once() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(Some(dir.path()), CompileLimits::default());
    let path = guest("guest_bolt");
    let (one, other) = tokio::join!(sandbox.load(&path), sandbox.load(&path));
    assert!(std::sync::Arc::ptr_eq(&one.unwrap(), &other.unwrap()));
}

#[tokio::test]
async fn compiling_has_a_computing_time() {
    let limits = CompileLimits {
        time: Duration::from_secs(1),
        ..CompileLimits::default()
    };
    let error = refused(limits, &laborious(1_000, 2_000)).await;
    let (limit, message) = limit(&error);
    assert_eq!(limit, "compile-time");
    assert!(
        message.contains("`compile-time`, which is 1s: compiling it was stopped after 1"),
        "{message}"
    );
}

#[tokio::test]
async fn compiling_has_a_memory() {
    let limits = CompileLimits {
        memory: 300 << 20,
        ..CompileLimits::default()
    };
    let error = refused(limits, &laborious(1, 700_000)).await;
    let (limit, message) = limit(&error);
    assert_eq!(limit, "compile-memory");
    assert!(
        message.contains("`compile-memory`, which is 300MiB"),
        "{message}"
    );
}

#[tokio::test]
async fn a_process_that_compiles_says_what_is_not_valid() {
    let mut component = Component::new();
    exporting_a_bolt(&mut component);
    let mut exports = ComponentExportSection::new();
    exports.export("more", ComponentExportKind::Func, 7, None);
    component.section(&exports);
    let error = refused(CompileLimits::default(), &component.finish()).await;
    assert!(matches!(error, LoadError::Invalid { .. }), "{error}");
    assert!(error.to_string().contains("index"), "{error}");
}

#[tokio::test]
async fn a_file_has_a_size() {
    let length = std::fs::metadata(guest("guest_bolt")).unwrap().len();
    let allowing = |component_size| {
        Sandbox::new(SandboxConfig {
            max_instances: 10,
            component_size,
            ..SandboxConfig::default()
        })
        .unwrap()
    };
    assert!(allowing(length).load(&guest("guest_bolt")).await.is_ok());
    let error = allowing(length - 1).load(&guest("guest_bolt")).await;
    let (limit, message) = limit(&error.unwrap_err());
    assert_eq!(limit, "component-size");
    assert!(
        message.contains(&format!("it has {length} bytes")),
        "{message}"
    );
    // A device says that it has none, and is not opened.
    let error = allowing(1 << 20).load(Path::new("/dev/zero")).await;
    let message = error.unwrap_err().to_string();
    assert!(message.contains("it is a device"), "{message}");
}

#[tokio::test]
async fn components_in_components_have_a_depth() {
    let mut innermost = Component::new();
    for _ in 0..100 {
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&innermost));
        innermost = outer;
    }
    exporting_a_bolt(&mut innermost);
    let error = refused(CompileLimits::default(), &innermost.finish()).await;
    assert_eq!(limit(&error).0, "component-nesting");
}

#[tokio::test]
async fn names_have_a_number() {
    let mut component = Component::new();
    exporting_a_bolt(&mut component);
    let mut exports = ComponentExportSection::new();
    for i in 0..1_000 {
        exports.export(format!("e{i}"), ComponentExportKind::Instance, 0, None);
    }
    component.section(&exports);
    let error = refused(CompileLimits::default(), &component.finish()).await;
    let (limit, message) = limit(&error);
    assert_eq!(limit, "component-names");
    assert!(message.contains("1001 imports or exports"), "{message}");
}
