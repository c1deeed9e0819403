//! Programs that are measured from outside: run to their end, or started, talked to and
//! stopped.
//!
//! A program and everything that it starts are its *tree*. Invariants:
//! - a tree does not outlive its [`Running`]: what is left of it is killed, and nothing
//!   else is;
//! - a program reads nothing from the terminal, and nothing it prints gets there;
//! - each wait has a limit, and ends when the benchmark is cancelled.

mod output;
#[cfg(target_os = "linux")]
mod tree;
#[cfg(not(target_os = "linux"))]
#[path = "process/tree_elsewhere.rs"]
mod tree;

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use stormcell_build::{Cancel, command_line};

use self::output::{Lines, Next};
use self::tree::Watch;
use crate::BenchError;

/// How often a waiting thread looks again.
const POLL: Duration = Duration::from_millis(2);

/// How long a tree may take to be gone after it was killed.
const KILLED: Duration = Duration::from_secs(10);

/// What a tree has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// User and system time of all processes of the tree, to a hundredth of a second.
    ///
    /// Exact for those that are alive and for those that ended and were waited for. Of
    /// one that nobody waited for, what it used in its last 50 ms is missing.
    pub cpu: Duration,
    /// The most memory that was resident at once, bytes: the sum over all processes, as
    /// seen every 50 ms; for a tree of one process, its exact peak up to the last look.
    ///
    /// Memory that processes share counts once for each. A process counts from the
    /// second look on: between its fork and its exec it has the memory of its parent.
    pub peak_memory: u64,
}

/// What a program that has ended left.
#[derive(Debug, Clone)]
pub struct Finished {
    /// What it printed on standard output and nobody has read yet.
    pub stdout: String,
    /// The last lines of what it printed on standard error.
    pub stderr: String,
    /// How it ended.
    pub status: ExitStatus,
    /// From its start to its end.
    pub elapsed: Duration,
    /// What its tree used.
    pub usage: Usage,
}

/// A program to run.
#[derive(Debug)]
pub struct Program {
    engine: &'static str,
    command: Command,
    hint: String,
    limit: Duration,
    cancel: Cancel,
}

impl Program {
    /// A program by path, or by name to be found in `PATH`; `engine` is named in errors.
    pub fn new(engine: &'static str, program: impl AsRef<OsStr>, cancel: &Cancel) -> Self {
        let mut command = Command::new(program);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C does not reach it, and a signal can be sent to it together with
            // what it starts.
            .process_group(0);
        Self {
            engine,
            command,
            hint: "install it".to_owned(),
            limit: Duration::from_secs(120),
            cancel: cancel.clone(),
        }
    }

    /// How to install it, for the error if it is not there.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
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

    /// Sets an environment variable; the others are inherited.
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

    /// Runs in this folder.
    #[must_use]
    pub fn current_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// How long [`Program::run`] and [`Running::wait`] wait, from the start; two minutes
    /// if nothing is said.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// See [`Program::start`] and [`Running::wait`].
    pub fn run(self) -> Result<Finished, BenchError> {
        self.start()?.wait()
    }

    /// Starts it.
    ///
    /// # Errors
    /// [`BenchError::Missing`] if it is not there, [`BenchError::Io`] if it cannot be
    /// started.
    pub fn start(mut self) -> Result<Running, BenchError> {
        self.cancel.check()?;
        let program = self.command.get_program().to_owned();
        let running = |error| BenchError::Io {
            doing: "running",
            path: PathBuf::from(&program),
            error,
        };
        let started = Instant::now();
        let mut child = self.command.spawn().map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                BenchError::Missing {
                    engine: self.engine,
                    program: program.to_string_lossy().into_owned(),
                    hint: self.hint.clone(),
                }
            } else {
                running(error)
            }
        })?;
        let lines = Lines::of(&mut child);
        let watch = Watch::of(child.id()).map_err(running);
        let mut child = Running {
            engine: self.engine,
            command: command_line(&self.command),
            limit: self.limit,
            cancel: self.cancel,
            started,
            child,
            status: None,
            lines,
            watch: None,
        };
        child.watch = Some(watch?);
        Ok(child)
    }
}

/// A program that has been started. When this is dropped, what is left of its tree is
/// killed.
#[derive(Debug)]
pub struct Running {
    engine: &'static str,
    command: String,
    limit: Duration,
    cancel: Cancel,
    started: Instant,
    child: Child,
    /// How it ended, once somebody has waited for it.
    status: Option<(ExitStatus, Duration)>,
    lines: Lines,
    /// None only if its start has failed half-way.
    watch: Option<Watch>,
}

impl Running {
    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// What its tree has used so far.
    pub fn usage(&self) -> Usage {
        self.watch.as_ref().map(Watch::usage).unwrap_or_default()
    }

    /// The next line that it prints on standard output, without its end; none once the
    /// output is closed.
    ///
    /// # Errors
    /// [`BenchError::Failed`] if it prints none for so long; if the benchmark is
    /// cancelled.
    pub fn line(&mut self, limit: Duration) -> Result<Option<String>, BenchError> {
        let until = Instant::now() + limit;
        loop {
            self.cancel.check()?;
            match self.lines.next(POLL) {
                Next::Line(line) => return Ok(Some(line)),
                Next::Closed => return Ok(None),
                Next::Nothing if Instant::now() >= until => {
                    return Err(self.failed(&format!("printed nothing for {limit:.1?}")));
                }
                Next::Nothing => {}
            }
        }
    }

    /// The next line on standard output for which `wanted` says so; those before it are
    /// dropped.
    ///
    /// # Errors
    /// [`BenchError::Failed`] if there is none within the limit, or the output is closed
    /// before; if the benchmark is cancelled.
    pub fn line_where(
        &mut self,
        limit: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String, BenchError> {
        let until = Instant::now() + limit;
        loop {
            match self.line(until.saturating_duration_since(Instant::now()))? {
                Some(line) if wanted(&line) => return Ok(line),
                Some(_) => {}
                None => return Err(self.failed("closed its output before it was ready")),
            }
        }
    }

    /// Fails if it has ended.
    ///
    /// # Errors
    /// [`BenchError::Failed`] if it has ended, however it did; if the benchmark is
    /// cancelled.
    pub fn check(&mut self) -> Result<(), BenchError> {
        self.cancel.check()?;
        match self.ended()? {
            Some(status) => Err(self.failed(&format!("ended too early: {status}"))),
            None => Ok(()),
        }
    }

    /// Waits for its end; what is left of its tree then is killed.
    ///
    /// # Errors
    /// [`BenchError::Failed`] if it ended with another status than 0, or did not end
    /// within its limit; if the benchmark is cancelled.
    pub fn wait(mut self) -> Result<Finished, BenchError> {
        let left = self.limit.saturating_sub(self.started.elapsed());
        let Some(status) = self.ends_within(left)? else {
            let how = format!("did not end within {:.1?} and was killed", self.limit);
            self.finish()?;
            return Err(self.failed(&how));
        };
        let finished = self.finish()?;
        if status.success() {
            Ok(finished)
        } else {
            Err(self.failed_after(&status.to_string(), &finished.stdout))
        }
    }

    /// Asks its group to end (SIGTERM), and kills what is left of its tree after `grace`.
    /// However it ends is right.
    ///
    /// # Errors
    /// [`BenchError::Io`] if the system refuses; if the benchmark is cancelled.
    pub fn stop(mut self, grace: Duration) -> Result<Finished, BenchError> {
        if self.ended()?.is_none() {
            self.signal(Signal::TERM);
            self.ends_within(grace)?;
        }
        self.finish()
    }

    /// Sends a signal to its group: the program, and what it has started that is in no
    /// group of its own.
    pub fn signal(&self, signal: Signal) {
        signal_group(&self.child, signal);
    }

    /// Waits so long for its end.
    fn ends_within(&mut self, limit: Duration) -> Result<Option<ExitStatus>, BenchError> {
        let until = Instant::now() + limit;
        loop {
            self.cancel.check()?;
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            if Instant::now() >= until {
                return Ok(None);
            }
            std::thread::sleep(POLL);
        }
    }

    /// How it ended, if it has.
    fn ended(&mut self) -> Result<Option<ExitStatus>, BenchError> {
        if let Some((status, _)) = self.status {
            return Ok(Some(status));
        }
        if !tree::has_ended(&self.child) {
            return Ok(None);
        }
        let elapsed = self.started.elapsed();
        // What it used can be read until somebody has waited for it.
        if let Some(watch) = &self.watch {
            watch.look();
        }
        let status = self
            .child
            .wait()
            .map_err(|error| self.io("waiting for", error))?;
        self.status = Some((status, elapsed));
        Ok(Some(status))
    }

    /// Kills what is left and collects what it printed.
    fn finish(&mut self) -> Result<Finished, BenchError> {
        self.kill();
        let until = Instant::now() + KILLED;
        let (status, elapsed) = loop {
            self.ended()?;
            if let Some(ended) = self.status {
                break ended;
            }
            if Instant::now() >= until {
                return Err(self.failed("does not end though it was killed"));
            }
            std::thread::sleep(POLL);
        };
        while self.watch.as_ref().is_some_and(Watch::is_alive) {
            self.kill();
            if Instant::now() >= until {
                return Err(self.failed("left processes that do not end though they were killed"));
            }
            std::thread::sleep(POLL);
        }
        let mut stdout = String::new();
        while let Next::Line(line) = self.lines.next(KILLED) {
            stdout.push_str(&line);
            stdout.push('\n');
        }
        Ok(Finished {
            stdout,
            stderr: self.lines.errors(),
            status,
            elapsed,
            usage: self.usage(),
        })
    }

    /// Kills the whole tree.
    fn kill(&mut self) {
        // Once it was waited for, its number may be another process's.
        if self.status.is_none() {
            signal_group(&self.child, Signal::KILL);
        }
        if let Some(watch) = &self.watch {
            watch.kill();
        }
    }

    fn failed(&self, how: &str) -> BenchError {
        self.failed_after(how, "")
    }

    /// That it failed, with what it printed on standard error; if that is nothing, with
    /// the end of its output.
    fn failed_after(&self, how: &str, stdout: &str) -> BenchError {
        let mut output = self.lines.errors();
        if output.trim().is_empty() {
            output = output::last_lines(stdout);
        }
        BenchError::Failed {
            engine: self.engine,
            command: self.command.clone(),
            how: how.to_owned(),
            output,
        }
    }

    fn io(&self, doing: &'static str, error: io::Error) -> BenchError {
        BenchError::Io {
            doing,
            path: PathBuf::from(&self.command),
            error,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        if self.status.is_none() {
            // Nothing is left to do about a child that cannot be waited for.
            let _ = self.child.wait();
        }
        let until = Instant::now() + KILLED;
        while self.watch.as_ref().is_some_and(Watch::is_alive) && Instant::now() < until {
            self.kill();
            std::thread::sleep(POLL);
        }
    }
}

fn signal_group(child: &Child, signal: Signal) {
    // An error means that it is gone already.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
