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
            "[tool.stormcell]\nworld = \"bolt\"\nclass = \"split:Split\"\n",
        ),
        (
            "count",
            "package.json",
            "{\"main\": \"count.js\", \"stormcell\": {\"world\": \"bolt\"}}",
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

/// Programs that never end stand for the tools of Rust.
#[test]
fn ctrl_c_kills_the_tools_of_a_build() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let (bin, source) = (dir.path().join("bin"), dir.path().join("verses"));
    std::fs::create_dir(&bin).unwrap();
    std::fs::create_dir(&source).unwrap();
    std::fs::write(
        source.join("Cargo.toml"),
        "[package]\nname = \"verses\"\n[lib]\ncrate-type = [\"cdylib\"]\n",
    )
    .unwrap();
    let pid = dir.path().join("pid");
    for tool in ["cargo", "rustc", "rustup"] {
        let script = format!(
            "#!/bin/sh\necho $$ > '{0}.part'\nPATH=/usr/bin:/bin\nmv '{0}.part' '{0}'\n\
             while :; do sleep 3600; done\n",
            pid.display()
        );
        std::fs::write(bin.join(tool), script).unwrap();
        std::fs::set_permissions(bin.join(tool), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let build = stormcell(dir.path())
        .args(["build", "verses"])
        .env("PATH", &bin)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let tool = loop {
        match std::fs::read_to_string(&pid) {
            Ok(text) => break text.trim().to_owned(),
            Err(_) => std::thread::yield_now(),
        }
    };
    let kill = |signal: &str, pid: &str| {
        Command::new("sh")
            .args(["-c", &format!("kill -{signal} {pid}")])
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    };
    assert!(kill("INT", &build.id().to_string()));
    let output = build.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(!kill("0", &tool), "the tool outlived the build");
}

/// Two components that lie side by side share their tools.
#[test]
fn the_state_of_a_source_folder_lies_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    if dir
        .path()
        .ancestors()
        .any(|d| d.join(".git").exists() || d.join(".stormcell").exists())
    {
        return;
    }
    std::fs::create_dir(dir.path().join("split")).unwrap();
    let output = stormcell(dir.path())
        .env_remove("STORMCELL_HOME")
        .args(["build", "split"])
        .output()
        .unwrap();
    // There is nothing in it to build.
    assert_eq!(output.status.code(), Some(65), "{}", stderr(&output));
    assert!(dir.path().join(".stormcell/sdk").is_dir());
    assert!(!dir.path().join("split/.stormcell").exists());
}

#[test]
fn json_is_one_document_and_has_what_the_text_has() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/fixtures");
    let json = |args: &[&str]| -> serde_json::Value {
        let output = stormcell(&dir)
            .args(args)
            .args(["--output", "json"])
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let graph = json(&["graph", "."]);
    assert_eq!(graph["format"], "mermaid");
    assert!(graph["graph"].as_str().unwrap().starts_with("flowchart"));
    let page = json(&["explain", "sc41"]);
    assert_eq!(page["code"], "SC0041");
    assert!(page["page"].as_str().unwrap().starts_with("# SC0041: "));
    assert!(json(&["explain"]).as_array().unwrap().len() > 30);
    let script = json(&["completions", "bash"]);
    assert!(script["script"].as_str().unwrap().contains("_stormcell"));
    assert_eq!(json(&["graph", "absent.yaml"])["error"]["status"], 66);
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
