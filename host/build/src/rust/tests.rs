#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::*;
use crate::Cancel;
use crate::progress::Silent;

/// A folder of programs that stand in for Rust, and a package to be built.
struct Machine(TempDir);

impl Machine {
    fn new(programs: &[(&str, &str)]) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for folder in ["bin", "libs", "package"] {
            std::fs::create_dir(machine.path(folder)).unwrap();
        }
        for (name, script) in programs {
            let file = machine.path("bin").join(name);
            std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let manifest = "[package]\nname = \"p\"\n[dependencies]\nstormcell-sdk = \"0.1\"\n";
        std::fs::write(machine.path("package/Cargo.toml"), manifest).unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn env(&self) -> BuildEnv {
        let env = BuildEnv::open(&self.path(".stormcell"), Cancel::default()).unwrap();
        env.with_search_path(self.path("bin"))
    }

    fn ensure_tools(&self) -> Result<(), BuildError> {
        RustToolchain.ensure_tools(&self.env(), &Silent)
    }

    fn build(&self) -> Result<PathBuf, BuildError> {
        let step = Step::start(&Silent, "building");
        RustToolchain.build(&self.path("package"), &self.env(), &step)
    }
}

#[test]
fn missing_cargo_is_named_with_the_line_that_installs_it() {
    let message = Machine::new(&[]).ensure_tools().unwrap_err().to_string();
    assert!(message.starts_with("`cargo` is not installed"), "{message}");
    assert!(message.ends_with(INSTALL_RUST), "{message}");
}

#[test]
fn a_target_that_is_there_is_not_added() {
    let rustc = "d=${0%/*}; echo \"${d%/*}/libs\"";
    let machine = Machine::new(&[("cargo", ""), ("rustc", rustc)]);
    machine.ensure_tools().unwrap();
}

#[test]
fn a_missing_target_is_added_by_rustup_or_rustup_is_asked_for() {
    let absent = ("rustc", "echo /nowhere");
    let machine = Machine::new(&[("cargo", ""), absent]);
    let message = machine.ensure_tools().unwrap_err().to_string();
    assert!(
        message.starts_with("`rustup` is not installed"),
        "{message}"
    );

    let old = ("rustc", "echo 'no such target' >&2; exit 1");
    let rustup = ("rustup", "d=${0%/*}; echo \"$*\" > \"${d%/*}/added\"");
    for rustc in [absent, old] {
        let machine = Machine::new(&[("cargo", ""), rustc, rustup]);
        machine.ensure_tools().unwrap();
        let added = std::fs::read_to_string(machine.path("added")).unwrap();
        assert_eq!(added, "target add wasm32-wasip2\n");
    }
}

#[test]
fn tools_that_have_built_are_asked_again_only_after_a_failure() {
    let cargo = r#"d=${0%/*}; echo "$1" >> "${d%/*}/asked"; test ! -e "${d%/*}/broken""#;
    let rustc = "d=${0%/*}; echo \"${d%/*}/libs\"";
    let machine = Machine::new(&[("cargo", cargo), ("rustc", rustc)]);
    let asked = || std::fs::read_to_string(machine.path("asked")).unwrap();
    for _ in 0..2 {
        machine.ensure_tools().unwrap();
        // Cargo leaves no component: that is no fault of the tools.
        machine.build().unwrap_err();
    }
    assert_eq!(asked(), "--version\nbuild\nbuild\n");
    std::fs::write(machine.path("broken"), "").unwrap();
    machine.build().unwrap_err();
    machine.ensure_tools().unwrap_err();
    assert_eq!(asked(), "--version\nbuild\nbuild\nbuild\n--version\n");
}

#[test]
fn the_component_is_found_by_what_cargo_says() {
    let cargo = r#"d=${0%/*}; d=${d%/*}
        echo "$*" > "$d/arguments"
        echo "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"$d/package/Cargo.toml\",\"filenames\":[\"$CARGO_TARGET_DIR/p.wasm\"]}""#;
    let machine = Machine::new(&[("cargo", cargo)]);
    let built = machine.build().unwrap();
    assert_eq!(built, machine.path(".stormcell/work/rust/p.wasm"));
    let arguments = std::fs::read_to_string(machine.path("arguments")).unwrap();
    assert!(
        arguments.starts_with("build --release --lib --target wasm32-wasip2 "),
        "{arguments}"
    );
    assert!(
        arguments.contains("--config patch.crates-io.stormcell-sdk.path="),
        "{arguments}"
    );
}

#[test]
fn errors_of_the_compiler_are_shown_without_messages_for_programs() {
    let cargo =
        r#"echo '{"reason":"compiler-message"}'; echo 'error[E0425]: no such thing' >&2; exit 101"#;
    let message = Machine::new(&[("cargo", cargo)])
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("\n  | error[E0425]: no such thing"),
        "{message}"
    );
    assert!(!message.contains("reason"), "{message}");
}

#[test]
fn a_package_without_a_component_is_an_error() {
    let message = Machine::new(&[("cargo", "")])
        .build()
        .unwrap_err()
        .to_string();
    assert!(message.contains("left no component"), "{message}");
}

#[test]
fn a_fifo_among_the_sources_is_refused_before_cargo_waits_for_it() {
    let ran = "d=${0%/*}; : > \"${d%/*}/ran\"; exit 1";
    let machine = Machine::new(&[("cargo", ran)]);
    std::fs::create_dir(machine.path("package/src")).unwrap();
    let fifo = machine.path("package/src/lib.rs");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let refused = |name: &str| {
        let message = machine.build().unwrap_err().to_string();
        assert!(message.contains(name), "{message}");
        assert!(message.contains("it is a FIFO"), "{message}");
        assert!(!machine.path("ran").exists(), "{name}");
    };
    refused("package/src/lib.rs");
    // By a link, and where cargo looks for settings above the package.
    std::fs::rename(&fifo, machine.path("fifo")).unwrap();
    std::os::unix::fs::symlink("../../fifo", &fifo).unwrap();
    refused("package/src/lib.rs");
    std::fs::remove_file(&fifo).unwrap();
    std::fs::rename(machine.path("fifo"), machine.path("rust-toolchain.toml")).unwrap();
    refused("rust-toolchain.toml");
    // What is left behind by tools is not looked at.
    let ignored = machine.path("package/target");
    std::fs::create_dir(&ignored).unwrap();
    std::fs::rename(machine.path("rust-toolchain.toml"), ignored.join("fifo")).unwrap();
    machine.build().unwrap_err();
    assert!(machine.path("ran").exists());
}
