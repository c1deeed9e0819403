//! A supervisor and its workers: real processes of the real binary, with a data folder of
//! their own, all of which end with the test however it ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::Signal;
use serde_json::Value;
use stormcell_protocol::api::{TopologyDetail, TopologySummary};
use tempfile::TempDir;

use crate::command::{run, stormcell};
use crate::processes::{self, Worker, signal};

/// A supervisor answers this long after it was started.
const READY: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// A supervisor, its workers, and their folder.
pub(crate) struct Cluster {
    dir: TempDir,
    server: Option<Child>,
    servers: u32,
    /// The environment of its supervisors.
    variables: Vec<(String, String)>,
    /// More arguments of its supervisors.
    arguments: Vec<String>,
}

/// What a command that has ended printed.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self {
            status: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Its standard output, if all went well.
    pub(crate) fn well(self) -> String {
        assert_eq!(self.status, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Its standard error, without "error: " and the end of the line, if it ended with
    /// this status and printed nothing else.
    pub(crate) fn refused(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        let message = self.stderr.lines().last().unwrap_or_default();
        let message = message.strip_prefix("error: ");
        message
            .unwrap_or_else(|| panic!("no error: {}", self.stderr))
            .to_owned()
    }
}

/// What a command printed, if it went well; else why it did not.
pub(crate) fn json(output: &Output) -> Result<Value, String> {
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", output.status, said.trim_end()))
}

impl Cluster {
    /// A supervisor with an empty data folder.
    pub(crate) fn start() -> Self {
        Self::start_with(Vec::new(), &[])
    }

    /// The same, of which the supervisor has these arguments.
    pub(crate) fn start_with_arguments(arguments: &[&str]) -> Self {
        Self::start_with(Vec::new(), arguments)
    }

    /// The same with this secret.
    pub(crate) fn start_with_secret(name: &str, text: &str) -> Self {
        let secret = (format!("STORMCELL_SECRET_{name}"), text.to_owned());
        Self::start_with(vec![secret], &[])
    }

    /// The same that keeps what it compiles in this folder.
    pub(crate) fn start_with_compiled(folder: &Path) -> Self {
        let folder = folder.to_str().unwrap().to_owned();
        Self::start_with(vec![("STORMCELL_CACHE".to_owned(), folder)], &[])
    }

    fn start_with(variables: Vec<(String, String)>, arguments: &[&str]) -> Self {
        let mut cluster = Self {
            dir: TempDir::new().unwrap(),
            server: None,
            servers: 0,
            variables,
            arguments: arguments.iter().map(ToString::to_string).collect(),
        };
        cluster.serve();
        cluster
    }

    /// The folder beside the data folder, for what the test puts there.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Starts a supervisor, and waits until it answers.
    pub(crate) fn serve(&mut self) {
        assert!(self.server.is_none(), "there is a supervisor already");
        self.servers += 1;
        let log = self.dir.path().join(format!("serve-{}.log", self.servers));
        let log = File::create(log).unwrap();
        let child = with_compiled(&mut stormcell())
            .arg("serve")
            .arg("--data")
            .arg(self.data())
            .args(["--bind", "127.0.0.1:0"])
            .args(&self.arguments)
            .envs(self.variables.iter().cloned())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.server = Some(child);
        let begin = Instant::now();
        loop {
            let Err(reason) = json(&self.client(&["list"])) else {
                return;
            };
            let ended = self.server.as_mut().unwrap().try_wait().unwrap();
            assert_eq!(ended, None, "the supervisor has ended");
            assert!(begin.elapsed() < READY, "it does not answer: {reason}");
            sleep(POLL);
        }
    }

    /// Runs a command of a client to its end, with its output as JSON.
    pub(crate) fn client(&self, arguments: &[&str]) -> Output {
        let arguments = [arguments, &["--output", "json"]].concat();
        run(&mut self.command(&arguments))
    }

    /// Runs a command of a client to its end, with its output as people read it.
    pub(crate) fn say(&self, arguments: &[&str]) -> Said {
        Said::of(&run(&mut self.command(arguments)))
    }

    /// A command of a client.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = stormcell();
        with_compiled(&mut command)
            .args(arguments)
            .env("STORMCELL_DATA", self.data());
        command
    }

    /// Runs any program to its end.
    pub(crate) fn run(&self, command: &mut Command) -> Said {
        Said::of(&run(command))
    }

    /// What a command printed that must go well.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        json(&self.client(arguments))
            .unwrap_or_else(|error| panic!("stormcell {arguments:?}: {error}"))
    }

    pub(crate) fn list(&self) -> Vec<TopologySummary> {
        serde_json::from_value(self.ask(&["list"])).unwrap()
    }

    pub(crate) fn show(&self, topology: &str) -> TopologyDetail {
        serde_json::from_value(self.ask(&["show", topology])).unwrap()
    }

    /// The worker processes that are alive.
    pub(crate) fn workers(&self) -> Vec<Worker> {
        processes::workers(&self.data())
    }

    /// Waits until every worker that the plan of a topology has works, and says which.
    pub(crate) fn all_up(&self, topology: &str) -> Vec<Worker> {
        self.until("all workers work", READY, || {
            let workers = self.show(topology).summary.workers;
            (workers.up == workers.planned).then(|| self.workers())
        })
    }

    /// SIGKILL for the supervisor.
    pub(crate) fn kill_supervisor(&mut self) {
        let mut server = self.server.take().unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
    }

    /// SIGKILL for the supervisor and all workers, as near to at once as can be.
    pub(crate) fn kill_everything(&mut self) {
        self.kill_supervisor();
        self.kill_workers();
    }

    fn kill_workers(&self) {
        let begin = Instant::now();
        loop {
            let workers = self.workers();
            if workers.is_empty() {
                return;
            }
            assert!(begin.elapsed() < READY, "cannot be killed: {workers:?}");
            for worker in workers {
                signal(worker.pid, Signal::KILL);
            }
            sleep(POLL);
        }
    }

    /// SIGTERM for the supervisor: waits until it and its workers have ended.
    pub(crate) fn stop(mut self) {
        let mut server = self.server.take().unwrap();
        signal(server.id(), Signal::TERM);
        let status = self.until("the supervisor ends", READY, || server.try_wait().unwrap());
        assert!(status.success(), "the supervisor ended with {status}");
        assert_eq!(
            self.workers(),
            [],
            "workers after the end of the supervisor"
        );
    }

    /// Waits until something is there; what and for how long is for the message if it
    /// never is.
    pub(crate) fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        mut is: impl FnMut() -> Option<T>,
    ) -> T {
        let begin = Instant::now();
        loop {
            if let Some(found) = is() {
                return found;
            }
            assert!(
                begin.elapsed() < limit,
                "after {limit:?}, still not: {what}"
            );
            sleep(POLL);
        }
    }

    /// Waits until something that may be refused goes well.
    pub(crate) fn until_well<T>(
        &self,
        what: &str,
        limit: Duration,
        mut attempt: impl FnMut() -> Result<T, String>,
    ) -> T {
        let begin = Instant::now();
        loop {
            match attempt() {
                Ok(done) => return done,
                Err(error) if begin.elapsed() > limit => {
                    panic!("after {limit:?}, still not: {what}: {error}")
                }
                Err(_) => sleep(POLL),
            }
        }
    }

    /// Prints what there is to read about a test that fails.
    fn tell(&self) {
        let mut texts: Vec<PathBuf> = Vec::new();
        let mut folders = vec![self.dir.path().to_owned(), self.data().join("topologies")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let of = |endings: &[&str]| {
                    let ending = path.extension().and_then(|ending| ending.to_str());
                    ending.is_some_and(|ending| endings.contains(&ending))
                };
                if path.is_dir() && path.starts_with(self.data().join("topologies")) {
                    folders.push(path);
                } else if of(&["log", "stderr"]) {
                    texts.push(path);
                }
            }
        }
        texts.sort();
        for path in texts {
            let text = fs::read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<&str> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(40)..];
            if !last.is_empty() {
                eprintln!("--- {}\n{}", path.display(), last.join("\n"));
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell();
        }
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        // A supervisor may have been about to start a worker when it was killed.
        for _ in 0..10 {
            for worker in self.workers() {
                signal(worker.pid, Signal::KILL);
            }
            sleep(POLL);
        }
    }
}

/// All clusters share what is compiled, so that each component is compiled once.
fn with_compiled(command: &mut Command) -> &mut Command {
    let compiled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    command.env("STORMCELL_CACHE", compiled)
}

/// Milliseconds since 1970, as the components write them.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap().as_millis().try_into().unwrap()
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// The component file of a folder in `tests/guests`.
pub(crate) fn guest(name: &str) -> PathBuf {
    static BUILT: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
    const GUESTS: [&str; 13] = [
        "hold",
        "journal-spout",
        "log-sink",
        "print",
        "relay",
        "source",
        "stamp-1",
        "stamp-2",
        "stamp-clock",
        "stamp-failing",
        "stamp-fickle",
        "stamp-turncoat",
        "tally",
    ];
    let built = BUILT.get_or_init(|| {
        let guests = workspace().join("tests/guests");
        let mut command = stormcell();
        command
            .arg("build")
            .args(GUESTS.map(|name| guests.join(name)));
        let output = run(command.args(["--output", "json"]));
        let built = json(&output).unwrap_or_else(|error| panic!("stormcell build: {error}"));
        let path = |at: usize| built[at]["component"].as_str().unwrap().into();
        let names = GUESTS.iter().enumerate();
        names
            .map(|(at, name)| ((*name).to_owned(), path(at)))
            .collect()
    });
    let found = built.iter().find(|(found, _)| found == name);
    found.unwrap().1.clone()
}
