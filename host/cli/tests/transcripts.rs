//! The real binary: transcripts of what is typed and what is printed
//! (`tests/cmd/*.trycmd`), and what a transcript cannot show.
//!
//! `TRYCMD=overwrite cargo test --release -p stormcell-cli` writes them anew.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn stormcell(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stormcell"));
    command
        .current_dir(dir)
        .env_remove("RUST_LOG")
        .env("STORMCELL_HOME", dir.join("state"))
        .stdin(Stdio::null());
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn transcripts() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("RUST_LOG", "")
        .case("tests/cmd/*.trycmd");
}

/// A folder with a component in each language, none of which can be built: there
/// is nothing in `PATH`.
#[test]
fn every_missing_tool_is_named_at_once_with_the_line_that_installs_it() {
    let dir = tempfile::tempdir().unwrap();
    for (name, file, text) in [
        (
            "verses",
            "Cargo.toml",
            "[package]\nname = \"verses\"\n[lib]\ncrate-type = [\"cdylib\"]\n",
        ),
        (
            "split",
            "pyproject.toml",
            "[tool.stormcell]\nbolt = \"split:Split\"\n",
        ),
        (
            "count",
            "package.json",
            "{\"stormcell\": {\"bolt\": \"count.js\"}}",
        ),
    ] {
        std::fs::create_dir(dir.path().join(name)).unwrap();
        std::fs::write(dir.path().join(name).join(file), text).unwrap();
    }
    std::fs::write(
        dir.path().join("topology.yaml"),
        "name: word-count\n\
         spouts: [{ id: verses, component: verses }]\n\
         bolts: [{ id: split, component: split }, { id: count, component: count }]\n\
         streams:\n\
         - { from: verses, to: split, grouping: { type: shuffle } }\n\
         - { from: split, to: count, grouping: { type: shuffle } }\n",
    )
    .unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    let output = stormcell(dir.path())
        .args(["run", "topology.yaml"])
        .env("PATH", dir.path().join("empty"))
        .output()
        .unwrap();
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(69), "{message}");
    assert!(output.stdout.is_empty());
    for expected in [
        "error: `cargo` is not installed; it is needed to build components in Rust\n  \
         install it with: curl ",
        "error: `python3` is not installed; it is needed to build components in Python\n  \
         install it with: sudo apt-get install -y python3",
        "error: `node` is not installed; it is needed to build components in JavaScript\n  \
         install it with: sudo apt-get install -y nodejs",
    ] {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = stormcell(dir.path())
        .arg("explain")
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn colours_are_used_when_they_are_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = stormcell(dir.path())
            .args(["graph", "absent.yaml"])
            .args(args)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(66));
        stderr(&output).contains('\u{1b}')
    };
    assert!(!run(&[]));
    assert!(!run(&["--color", "never"]));
    assert!(run(&["--color", "always"]));
}

#[test]
fn a_completion_script_knows_every_command() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = stormcell(dir.path())
            .args(["completions", shell])
            .output()
            .unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        for command in [
            "run",
            "build",
            "validate",
            "inspect",
            "graph",
            "explain",
            "completions",
        ] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn a_state_folder_that_cannot_be_made_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    std::fs::create_dir(dir.path().join("split")).unwrap();
    let output = stormcell(dir.path())
        .args(["build", "split", "--state-dir", "file/state"])
        .output()
        .unwrap();
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(70), "{message}");
    assert!(message.contains("--state-dir"), "{message}");
    assert!(message.contains("file/state"), "{message}");
}
