//! The process of a worker: its lock, its log, its signals.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_dead_letters::Folder;
use stormcell_links::UnixNetwork;
use stormcell_protocol::DataDir;
use stormcell_sandbox::{Sandbox, SandboxConfig};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::events::{Events, LOG_VARIABLE, default_filter, filter};
use crate::{Ended, Library, Lock, LogFile, LogLimits, LogOutput, WorkerConfig, WorkerError, run};

/// How long writing the rest of the log may take at the end.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Which worker a process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerArgs {
    /// The data folder of its supervisor.
    pub data: DataDir,
    /// The topology.
    pub topology: String,
    /// Which submission of its name it is: where the logs are.
    pub submission: u32,
    /// Which of its workers.
    pub worker: u32,
    /// Which run of it.
    pub incarnation: u32,
    /// How components are loaded. Without a folder for compiled ones, it is that of the data
    /// folder.
    pub sandbox: SandboxConfig,
}

/// Runs a worker in this process, which is to end when this returns: then the worker's
/// lock is given up. Only the caller writes to standard error, what this returns;
/// everything else goes to the worker's log, if no other tracing subscriber was set.
///
/// SIGTERM ends the worker at once; a supervisor asks for that over the control
/// connection. SIGINT and SIGHUP are for the processes of a terminal and do nothing.
///
/// # Errors
/// If an earlier incarnation does not end, the process cannot be set up, the worker
/// cannot go on, or somebody sends SIGTERM.
pub async fn main(args: WorkerArgs) -> Result<Ended, WorkerError> {
    let mut terminate = handler(SignalKind::terminate())?;
    let _ignored = [
        handler(SignalKind::interrupt())?,
        handler(SignalKind::hangup())?,
    ];
    tokio::select! {
        biased;
        _ = terminate.recv() => Err(WorkerError::Terminated),
        ended = locked(args) => ended,
    }
}

/// Handles a signal, which then does not end the process by itself.
fn handler(kind: SignalKind) -> Result<Signal, WorkerError> {
    signal(kind).map_err(|source| process("its signals cannot be handled", source))
}

fn process(what: &'static str, source: io::Error) -> WorkerError {
    WorkerError::Process { what, source }
}

async fn locked(args: WorkerArgs) -> Result<Ended, WorkerError> {
    let worker = WorkerIncarnation {
        worker: args.worker,
        number: args.incarnation,
    };
    let data = args.data;
    let lock = Lock::take(
        &data.worker_lock(&args.topology, args.worker),
        args.incarnation,
    )
    .await?;
    // Given up by the end of the process and not before: until then tasks may run.
    std::mem::forget(lock);
    let log = LogFile::open(
        data.worker_log(&args.topology, args.submission, args.worker),
        LogLimits::default(),
    )
    .map_err(|source| process("its log cannot be opened", source))?;
    let log = Arc::new(log);
    let output = Arc::new(LogOutput::new(Arc::clone(&log), worker));
    // Dropped when SIGTERM ends this as well.
    let _written = Written(Arc::clone(&output), log);
    log_events(&output);
    tracing::info!(
        pid = std::process::id(),
        version = env!("CARGO_PKG_VERSION"),
        "worker {} of `{}` starts, incarnation {}",
        args.worker,
        args.topology,
        args.incarnation
    );
    let sandbox = Sandbox::new(SandboxConfig {
        cache_dir: args.sandbox.cache_dir.or_else(|| Some(data.cache())),
        ..args.sandbox
    })?;
    let network = UnixNetwork::new(data.sockets())
        .map_err(|source| process("the folder of its sockets cannot be used", source))?;
    run(WorkerConfig {
        dead_letters: Some(Folder::new(data.dead_letters()).store(&args.topology)),
        state: Arc::new(stormcell_state::Folder::new(data.state())),
        topology: args.topology,
        worker,
        network: Arc::new(network),
        library: Arc::new(Library::new(sandbox, data)),
        output,
        // Which seed does not matter, only that it is another one each time.
        seed: RandomState::new().hash_one(0),
    })
    .await
}

/// Has what the process says of itself go to the log, panics included; those also go
/// to standard error.
fn log_events(output: &Arc<LogOutput>) {
    let directives = std::env::var(LOG_VARIABLE).unwrap_or_default();
    let (filter, ignored) = match filter(&directives) {
        Ok(filter) => (filter, None),
        Err(ignored) => (default_filter(), Some(ignored)),
    };
    stormcell_logging::start(filter, &directives, Events(Arc::clone(output)));
    if let Some(ignored) = ignored {
        tracing::warn!("{ignored}");
    }
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        default(panic);
    }));
}

/// Writes what is left for the log when it is dropped.
struct Written(Arc<LogOutput>, Arc<LogFile>);

impl Drop for Written {
    fn drop(&mut self) {
        self.0.finish();
        self.1.flush(LAST_LINES);
    }
}
