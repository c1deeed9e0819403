//! A data folder, and the supervisors that are started on it: real processes of the real
//! binary, all of which end with the test however it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;
use stormcell_protocol::DataDir;
use stormcell_protocol::api::TopologyDetail;
use tempfile::TempDir;

use crate::command::{self, command, stormcell};
use crate::processes::{self, Worker, signal};

/// Whatever happens at all happens within this time, on the busiest machine.
pub(crate) const LONG: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(10);

/// A data folder. When it is dropped, its workers are killed.
pub(crate) struct Place {
    dir: TempDir,
    pub(crate) data: DataDir,
}

/// A supervisor. When it is dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    said: PathBuf,
}

/// What a command that has ended printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Its standard output, if all went well.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// That it ended with this status and said this and nothing else.
    pub(crate) fn assert(&self, status: i32, said: &str) {
        assert_eq!(self.stderr.trim_end(), said);
        assert_eq!(self.status, Some(status), "{said}");
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Self {
            data: DataDir::new(dir.path().join("data")),
            dir,
        }
    }

    /// The folder beside the data folder.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Starts a supervisor at any free port, and waits until it answers.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        self.start(stormcell(), arguments)
    }

    /// The same, of a supervisor that may write no file beyond a limit that it is given
    /// later, as if the disk were full: without the signal that would end it.
    pub(crate) fn serve_on_small_disk(&self) -> Server {
        let mut shell = command("sh");
        let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
        shell.args(["-c", script, env!("CARGO_BIN_EXE_stormcell")]);
        self.start(shell, &[])
    }

    /// Starts one by a command to which its arguments are added.
    pub(crate) fn start(&self, mut command: Command, arguments: &[&str]) -> Server {
        let said = tempfile::Builder::new()
            .prefix("serve-")
            .tempfile_in(self.dir())
            .unwrap();
        let (file, said) = said.keep().unwrap();
        let child = command
            .args(["serve", "--data"])
            .arg(self.data.path())
            .args(at_any_port(arguments))
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        let mut server = Server { child, said };
        until("the supervisor answers", || {
            assert_eq!(server.ended(), None, "{}", server.said());
            (self.client(&["list"]).status == Some(0)).then_some(())
        });
        server
    }

    /// Has a supervisor start that cannot.
    pub(crate) fn refused(&self, arguments: &[&str]) -> Ended {
        refused(self.data.path(), arguments)
    }

    /// Runs a command of a client.
    pub(crate) fn client(&self, arguments: &[&str]) -> Ended {
        let mut command = stormcell();
        command.args(arguments).arg("--data").arg(self.data.path());
        run(&mut command)
    }

    /// What a client prints that asks for JSON.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        self.client(&[arguments, &["--output", "json"]].concat())
            .json()
    }

    pub(crate) fn show(&self, topology: &str) -> TopologyDetail {
        serde_json::from_value(self.ask(&["show", topology])).unwrap()
    }

    /// The worker processes that are alive.
    pub(crate) fn workers(&self) -> Vec<Worker> {
        processes::workers(self.data.path())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A supervisor may have been about to start a worker when it was killed.
        for _ in 0..10 {
            for worker in self.workers() {
                signal(worker.pid, Signal::KILL);
            }
            sleep(POLL);
        }
    }
}

impl Server {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    pub(crate) fn signal(&self, what: Signal) {
        signal(self.pid(), what);
    }

    /// The status that it ends with.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        until("the supervisor ends", || self.ended()).code()
    }

    /// SIGTERM, and then that all goes well.
    pub(crate) fn stop(mut self) {
        self.signal(Signal::TERM);
        assert_eq!(self.wait(), Some(0), "{}", self.said());
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the supervisor said\n{}", self.said());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Has a supervisor start on this folder that cannot.
pub(crate) fn refused(data: &Path, arguments: &[&str]) -> Ended {
    let mut command = stormcell();
    command.args(["serve", "--data"]).arg(data);
    run(command.args(at_any_port(arguments)))
}

/// These arguments, and if they do not say where to listen, that any port does.
fn at_any_port<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let any: &[&str] = match arguments.contains(&"--bind") {
        true => &[],
        false => &["--bind", "127.0.0.1:0"],
    };
    [any, arguments].concat()
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    let output = command::run(command);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Waits until something is there.
pub(crate) fn until<T>(what: &str, mut is: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = is() {
            return found;
        }
        assert!(begin.elapsed() < LONG, "after {LONG:?}, still not: {what}");
        sleep(POLL);
    }
}
