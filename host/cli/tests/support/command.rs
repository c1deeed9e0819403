//! The real binary, run to its end.

use std::fs::{self, File};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// No command takes longer, on the busiest machine.
const LONGEST: Duration = Duration::from_secs(240);
const POLL: Duration = Duration::from_millis(10);

/// The binary, of which the environment of the test says nothing.
pub(crate) fn stormcell() -> Command {
    command(env!("CARGO_BIN_EXE_stormcell"))
}

/// A program, likewise.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).env("NO_COLOR", "1");
    // Not that of whoever runs the tests: without one that can be used, each data folder and
    // each project has its own.
    command.env("STORMCELL_CACHE", "/dev/null/none");
    for variable in [
        "RUST_LOG",
        "STORMCELL_DATA",
        "STORMCELL_HOME",
        "STORMCELL_SERVER",
        "STORMCELL_TOKEN",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command to its end, with what it prints in files: a pipe that a grandchild keeps
/// open would never end.
pub(crate) fn run(command: &mut Command) -> Output {
    let outputs = TempDir::new().unwrap();
    let file = |name: &str| outputs.path().join(name);
    let mut child = command
        .stdout(File::create(file("stdout")).unwrap())
        .stderr(File::create(file("stderr")).unwrap())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    let read = |name| fs::read(file(name)).unwrap();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            let said = [read("stderr"), read("stdout")].concat();
            panic!("{command:?} hangs: {}", String::from_utf8_lossy(&said));
        }
        sleep(POLL);
    };
    Output {
        status,
        stdout: read("stdout"),
        stderr: read("stderr"),
    }
}
