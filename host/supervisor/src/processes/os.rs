//! Worker processes of the operating system.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use stormcell_acking::WorkerIncarnation;
use stormcell_private_files as private_files;
use stormcell_protocol::DataDir;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::exit::{self, End};
use super::holder::{Holder, holder};
use super::{Exited, Found, Processes, ending};

/// How often a process is looked at that cannot be watched.
const LOOK: Duration = Duration::from_millis(50);

/// Worker processes of this machine.
///
/// Each is started in a process group of its own, so that a Ctrl-C in the terminal of
/// the supervisor does not reach it. Processes are referred to by handles (pidfd, Linux
/// 5.3), never by a number that may have been given to another process.
pub struct OsProcesses {
    data: DataDir,
    program: PathBuf,
    arguments: Vec<OsString>,
    worker_arguments: Vec<OsString>,
    known: Arc<Known>,
}

type Known = Mutex<HashMap<(String, WorkerIncarnation), Entry>>;

struct Entry {
    handle: Arc<OwnedFd>,
    pid: u32,
    /// This process sent it SIGKILL before anything else had ended it.
    killed_here: bool,
}

impl OsProcesses {
    /// Workers that run the program that this process runs, also after its file has been
    /// replaced: supervisor and workers are of one version.
    pub fn new(data: DataDir) -> Self {
        Self::of_program(data, PathBuf::from("/proc/self/exe"), Vec::new())
    }

    /// Workers that run another program, with these arguments before those of a worker.
    pub fn of_program(data: DataDir, program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self {
            data,
            program,
            arguments,
            worker_arguments: Vec::new(),
            known: Arc::default(),
        }
    }

    /// Gives workers these arguments besides those that say which worker they are.
    #[must_use]
    pub fn with_worker_arguments(self, arguments: Vec<OsString>) -> Self {
        Self {
            worker_arguments: arguments,
            ..self
        }
    }

    fn spawn(
        &self,
        topology: &str,
        submission: u32,
        worker: WorkerIncarnation,
    ) -> io::Result<Child> {
        private_files::inner_folder(&self.data.topology(topology))?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let stderr = self.data.worker_stderr(topology, worker.worker);
        let stderr = private_files::open(&options, &stderr)?;
        Command::new(&self.program)
            .arg0("stormcell")
            .args(&self.arguments)
            .arg("worker")
            .arg("--data")
            .arg(self.data.path())
            .args(["--topology", topology])
            .args(["--submission", &submission.to_string()])
            .args(["--worker", &worker.worker.to_string()])
            .args(["--incarnation", &worker.number.to_string()])
            .args(&self.worker_arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .process_group(0)
            .spawn()
    }

    /// Knows a process from now on, and tells when it has ended.
    fn watch(
        &self,
        topology: &str,
        worker: WorkerIncarnation,
        (handle, pid): (OwnedFd, u32),
        child: Option<Child>,
        exited: Exited,
    ) {
        let handle = Arc::new(handle);
        let out_of_memory = exit::ended_for_memory();
        let key = (topology.to_owned(), worker);
        let entry = Entry {
            handle: Arc::clone(&handle),
            pid,
            killed_here: false,
        };
        self.known.lock().insert(key.clone(), entry);
        let known = Arc::clone(&self.known);
        let stderr = self.data.worker_stderr(topology, worker.worker);
        tokio::spawn(async move {
            ended(&handle).await;
            // It has ended, so this does not wait.
            let status = child.and_then(|mut child| child.wait().ok());
            let entry = known.lock().remove(&key);
            let end = End {
                status,
                killed_here: entry.is_some_and(|entry| entry.killed_here),
                out_of_memory: match (out_of_memory, exit::ended_for_memory()) {
                    (Some(before), Some(now)) => now.saturating_sub(before),
                    _ => 0,
                },
            };
            exited(worker, exit::reason(end, &stderr));
        });
    }
}

/// Waits until a process has ended: then its handle becomes readable.
async fn ended(handle: &Arc<OwnedFd>) {
    #[expect(
        deprecated,
        reason = "what replaces it is unsafe code; the descriptor is owned and stays open"
    )]
    let watched = AsyncFd::with_interest(Arc::clone(handle), Interest::READABLE);
    if let Ok(watched) = watched
        && watched.readable().await.is_ok()
    {
        return;
    }
    // It cannot be watched, for want of memory: it is looked at instead.
    while is_there(handle) {
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether the process of a handle is there.
fn is_there(handle: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(handle, PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    !matches!(poll(&mut fds, Some(&now)), Ok(1..))
}

impl Processes for OsProcesses {
    fn start(
        &self,
        topology: &str,
        submission: u32,
        worker: WorkerIncarnation,
        exited: Exited,
    ) -> io::Result<u32> {
        let mut child = self.spawn(topology, submission, worker)?;
        let pid = child.id();
        // A child keeps its number until it was waited for, so this is the child.
        let handle = i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other(format!("{pid} is not a process id")))
            .and_then(|pid| Ok(pidfd_open(pid, PidfdFlags::empty())?));
        match handle {
            Ok(handle) => {
                self.watch(topology, worker, (handle, pid), Some(child), exited);
                Ok(pid)
            }
            Err(error) => {
                // A worker that cannot be watched must not run.
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    fn adopt(&self, topology: &str, worker: u32, exited: Exited) -> io::Result<Option<Found>> {
        let path = self.data.worker_lock(topology, worker);
        let Some(Holder {
            pid,
            incarnation,
            handle,
        }) = holder(&path)?
        else {
            return Ok(None);
        };
        let worker = WorkerIncarnation {
            worker,
            number: incarnation,
        };
        if self
            .known
            .lock()
            .contains_key(&(topology.to_owned(), worker))
        {
            return Err(io::Error::other(format!(
                "process {pid} is known already: it is on its way out, or was just started"
            )));
        }
        self.watch(topology, worker, (handle, pid), None, exited);
        Ok(Some(Found { worker, pid }))
    }

    fn end(&self, topology: &str, worker: WorkerIncarnation) -> io::Result<()> {
        let mut known = self.known.lock();
        let Some(entry) = known.get_mut(&(topology.to_owned(), worker)) else {
            return Ok(());
        };
        // One that has ended takes a signal until somebody has waited for it, and one that is
        // on its way out until it has ended. A peer may have noticed first, and then this is
        // not what ends it. Nobody else sends signals for this supervisor, so what is not
        // ending now ends by this signal, or by itself, which its status says.
        let ends = !is_there(&entry.handle) || ending::is_ending(entry.pid).unwrap_or(false);
        match pidfd_send_signal(&*entry.handle, Signal::KILL) {
            Ok(()) => {
                entry.killed_here |= !ends;
                Ok(())
            }
            // It has ended.
            Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn locks(&self, topology: &str) -> io::Result<Vec<u32>> {
        let entries = match std::fs::read_dir(self.data.topology(topology)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut workers = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix("worker-")?.strip_suffix(".lock"));
            workers.extend(number.and_then(|number| number.parse::<u32>().ok()));
        }
        workers.sort_unstable();
        Ok(workers)
    }
}

impl fmt::Debug for OsProcesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OsProcesses")
            .field("program", &self.program)
            .field("known", &self.known.lock().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
