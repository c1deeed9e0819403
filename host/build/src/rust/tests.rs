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

    fn build(&self) -> Result<Output, BuildError> {
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

/// A script that says it has built `p.wasm` of the package, up to date if the file `fresh` of
/// the machine is there, and that copies the package's `source` into the component.
const CARGO_THAT_BUILDS: &str = r#"set -e; d=${0%/*}; d=${d%/*}
    echo "$*" >> "$d/arguments"
    if test ! -e "$d/fresh" || test ! -e "$CARGO_TARGET_DIR/p.wasm"; then
        /bin/mkdir -p "$CARGO_TARGET_DIR"
        /bin/cp "$d/package/source" "$CARGO_TARGET_DIR/p.wasm"
        echo "p.wasm: $d/package/source" > "$CARGO_TARGET_DIR/p.d"
        fresh=false
    else
        fresh=true
    fi
    echo "{\"reason\":\"compiler-artifact\",\"package_id\":\"path+file://$d/package#p@0.1.0\",\"manifest_path\":\"$d/package/Cargo.toml\",\"filenames\":[\"$CARGO_TARGET_DIR/p.wasm\"],\"fresh\":$fresh}""#;

#[test]
fn the_component_is_found_by_what_cargo_says_and_taken_out_of_the_shared_folder() {
    let machine = Machine::new(&[("cargo", CARGO_THAT_BUILDS)]);
    std::fs::write(machine.path("package/source"), "one").unwrap();
    let built = machine.build().unwrap();
    assert_eq!(std::fs::read(&built.component).unwrap(), b"one");
    let shared = machine.path(".stormcell/work/rust");
    assert!(!built.component.starts_with(shared), "{built:?}");
    let read = built.read.unwrap();
    assert!(read.contains(&machine.path("package/source")), "{read:?}");
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

/// Cargo looks at times, and takes files for up to date that are not.
#[test]
fn what_cargo_takes_for_up_to_date_is_only_believed_if_its_sources_are_the_same() {
    let machine = Machine::new(&[("cargo", CARGO_THAT_BUILDS)]);
    let source = machine.path("package/source");
    let runs = || {
        let arguments = std::fs::read_to_string(machine.path("arguments")).unwrap();
        arguments.lines().count()
    };
    let component = || std::fs::read_to_string(machine.build().unwrap().component).unwrap();
    std::fs::write(&source, "one").unwrap();
    assert_eq!(component(), "one");
    std::fs::write(machine.path("fresh"), "").unwrap();
    assert_eq!(component(), "one");
    assert_eq!(runs(), 2, "it was believed");
    // Changed: cargo's notes are removed, and as that does not help here, everything is.
    std::fs::write(&source, "two").unwrap();
    assert_eq!(component(), "two");
    assert_eq!(runs(), 5);
    assert_eq!(component(), "two");
    assert_eq!(runs(), 6, "it was believed");
    // Nobody knows what a build has left that failed.
    std::fs::remove_file(&source).unwrap();
    std::fs::remove_file(machine.path("fresh")).unwrap();
    machine.build().unwrap_err();
    std::fs::write(machine.path("fresh"), "").unwrap();
    std::fs::write(&source, "two").unwrap();
    std::fs::write(machine.path(".stormcell/work/rust/p.wasm"), "half").unwrap();
    assert_eq!(component(), "two");
}

#[test]
fn cargo_that_always_says_up_to_date_is_an_error_and_not_believed() {
    let cargo = CARGO_THAT_BUILDS.replace("fresh=false", "fresh=true");
    let machine = Machine::new(&[("cargo", &cargo)]);
    std::fs::write(machine.path("package/source"), "one").unwrap();
    let message = machine.build().unwrap_err().to_string();
    assert!(
        message.contains(r#"["p"] did not have to be built"#),
        "{message}"
    );
    assert!(message.contains("Cargo.toml"), "{message}");
}

#[test]
fn only_notes_about_the_package_itself_are_forgotten() {
    let target = tempfile::tempdir().unwrap();
    let notes = target.path().join(TARGET).join("release/.fingerprint");
    for name in [
        "p-0123456789abcdef",
        "p-two-0123456789abcdef",
        "p-0123456789abcdeg",
    ] {
        std::fs::create_dir_all(notes.join(name)).unwrap();
    }
    let artifact = artifact::Artifact {
        package: "p".to_owned(),
        manifest: PathBuf::new(),
        is_folder: true,
        files: Vec::new(),
        is_new: false,
    };
    cargo::forget(target.path(), &[&artifact]).unwrap();
    let left = std::fs::read_dir(&notes).unwrap().flatten();
    let mut left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["p-0123456789abcdeg", "p-two-0123456789abcdef"]);
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
