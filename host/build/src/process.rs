//! Running the programs that builds consist of.
//!
//! Invariants: a program reads nothing from the terminal, and has no open file but its
//! outputs; of the environment it gets what its tool needs ([`crate::environment`]); what
//! it prints goes to the [`Step`] line by line while it runs, and of that no more is kept
//! than is of use; it does not outlive a cancelled build, nor do programs that it started.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::environment::Settings;
use crate::progress::Step;
use crate::{BuildEnv, BuildError, Cancel, descriptors};

/// How many of the last lines of a failed program its error shows.
const SHOWN_LINES: usize = 60;

/// Bytes of one line that are taken in one piece; of a longer one the rest is another
/// line. Messages for programs are long: cargo names every file.
const LINE: u64 = 1 << 20;

/// Bytes of standard output that are returned. What comes after them is only shown.
const RETURNED: usize = 64 << 20;

/// How often a running build looks whether it is to stop.
const POLL: Duration = Duration::from_millis(50);

/// A program that must be there before anything can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool {
    /// Its name, looked up in `PATH`.
    pub program: &'static str,
    /// What for: completes "it is needed ...".
    pub why: &'static str,
    /// The exact line that installs it.
    pub install: &'static str,
    /// Whose variables it gets of the environment.
    pub settings: Settings,
}

impl Tool {
    /// The error that says that it is missing.
    pub fn missing(&self) -> BuildError {
        BuildError::MissingTool {
            tool: self.program.to_owned(),
            why: self.why.to_owned(),
            install: self.install.to_owned(),
        }
    }
}

/// One run of a program.
#[derive(Debug)]
pub struct Invocation {
    command: Command,
    missing: BuildError,
    cancel: Cancel,
    stdout_is_data: bool,
    env: BuildEnv,
    settings: Settings,
}

impl Invocation {
    /// A program from `PATH`.
    pub fn of(tool: &Tool, env: &BuildEnv) -> Self {
        Self::new(tool.program.as_ref(), tool.missing(), tool.settings, env)
    }

    /// A program by path: one that [`crate::Toolchain::ensure_tools`] has
    /// installed.
    pub fn at(program: &Path, settings: Settings, env: &BuildEnv) -> Self {
        let missing = BuildError::io(
            "running",
            program,
            io::Error::new(
                io::ErrorKind::NotFound,
                "the tool is not there; delete its folder to have it installed again",
            ),
        );
        Self::new(program.as_os_str(), missing, settings, env)
    }

    fn new(program: &OsStr, missing: BuildError, settings: Settings, env: &BuildEnv) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        command.env_clear().envs(env.passed_on(settings));
        if let Some(path) = env.search_path() {
            command.env("PATH", path);
        }
        // The current folder of this process may be a stranger's.
        command.current_dir(env.root());
        Self {
            command,
            missing,
            cancel: env.cancel().clone(),
            stdout_is_data: false,
            env: env.clone(),
            settings,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes an environment variable away.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs in this folder, instead of in `.stormcell`.
    #[must_use]
    pub fn current_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Says that what it prints on its standard output is for programs: it is
    /// returned, but neither shown while it runs nor in an error.
    #[must_use]
    pub fn stdout_is_data(mut self) -> Self {
        self.stdout_is_data = true;
        self
    }

    /// Runs the program to its end and returns what it printed on its standard
    /// output. With a step, every line goes there as well.
    ///
    /// # Errors
    /// [`BuildError::MissingTool`] if it is not there, [`BuildError::Failed`]
    /// if it ended with an error, [`BuildError::Cancelled`].
    pub fn run(mut self, step: Option<&Step<'_>>) -> Result<String, BuildError> {
        self.cancel.check()?;
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        own_group(&mut self.command);
        descriptors::close_in_children();
        hide_from_children();
        let child = self.command.spawn().map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                self.missing.clone()
            } else {
                let program = Path::new(self.command.get_program());
                BuildError::io("running", program, error)
            }
        })?;
        let mut child = KillOnDrop {
            child,
            ended: false,
        };
        let mut stdout = Returned::default();
        let mut tail = VecDeque::new();
        follow(&mut child, &self.cancel, |from, line| {
            if from == From::Stdout && self.stdout_is_data {
                stdout.push(line);
                return;
            }
            if let Some(step) = step {
                step.line(&line);
            }
            if from == From::Stdout {
                stdout.push(line.clone());
            }
            if tail.len() == SHOWN_LINES {
                tail.pop_front();
            }
            tail.push_back(line);
        })?;
        let status = child.wait(&self.cancel)?;
        if status.success() {
            Ok(stdout.lines.join("\n"))
        } else {
            let output: Vec<String> = tail.into();
            let note = self.env.missed(self.settings, &output);
            let failed = BuildError::Failed {
                command: command_line(&self.command),
                status: status.to_string(),
                output,
            };
            Err(match note {
                Some(note) => failed.with_note(note),
                None => failed,
            })
        }
    }
}

/// What is returned of standard output.
#[derive(Default)]
struct Returned {
    lines: Vec<String>,
    bytes: usize,
}

impl Returned {
    fn push(&mut self, line: String) {
        self.bytes += line.len() + size_of::<String>();
        if self.bytes <= RETURNED {
            self.lines.push(line);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Stdout,
    Stderr,
}

/// Hands over each line that the child prints, until it has closed both outputs.
fn follow(
    child: &mut KillOnDrop,
    cancel: &Cancel,
    mut take: impl FnMut(From, String),
) -> Result<(), BuildError> {
    // A program that prints faster than anybody reads waits.
    let (sender, lines) = mpsc::sync_channel(64);
    if let Some(stdout) = child.child.stdout.take() {
        read_lines(stdout, From::Stdout, sender.clone());
    }
    if let Some(stderr) = child.child.stderr.take() {
        read_lines(stderr, From::Stderr, sender.clone());
    }
    drop(sender);
    loop {
        match lines.recv_timeout(POLL) {
            Ok((from, line)) => take(from, line),
            Err(RecvTimeoutError::Timeout) => cancel.check()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

fn read_lines(
    output: impl Read + Send + 'static,
    from: From,
    sender: mpsc::SyncSender<(From, String)>,
) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            match reader.by_ref().take(LINE).read_until(b'\n', &mut bytes) {
                Ok(0) | Err(_) => break,
                Ok(_) => {
                    let line = String::from_utf8_lossy(&bytes);
                    let line = line.trim_end_matches(['\n', '\r']).to_owned();
                    if sender.send((from, line)).is_err() {
                        break;
                    }
                }
            }
        }
    });
}

/// A child that is killed, with what it started, unless it has ended.
struct KillOnDrop {
    child: Child,
    ended: bool,
}

impl KillOnDrop {
    /// Waits for its end (its outputs may be closed earlier).
    fn wait(&mut self, cancel: &Cancel) -> Result<std::process::ExitStatus, BuildError> {
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    self.ended = true;
                    return Ok(status);
                }
                Ok(None) => cancel.check()?,
                Err(error) => {
                    return Err(BuildError::io("waiting for", Path::new("a program"), error));
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        kill_group(&mut self.child);
        // Nothing is left to do about a child that cannot be waited for.
        let _ = self.child.wait();
    }
}

/// Keeps programs of this user from looking into this process from now on: its memory, its
/// open files, and its environment, which holds what the child's was cleared of. Its parents
/// can still be looked into. So can this process by root, and on systems other than Linux.
#[cfg(target_os = "linux")]
fn hide_from_children() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // There is nothing to do about a kernel that cannot.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

#[cfg(not(target_os = "linux"))]
fn hide_from_children() {}

/// Puts the child into a process group of its own, so that it can be killed
/// together with what it starts.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // An error means that it is gone already.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) {
    let _ = child.kill();
}

/// The command as one would type it, with quotes around what needs them; for messages.
pub fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| {
        let word = word.to_string_lossy();
        if word.is_empty() || word.contains(|c: char| c.is_whitespace() || "'\"$\\".contains(c)) {
            format!("'{}'", word.replace('\'', "'\\''"))
        } else {
            word.into_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests;
