//! Arguments of the supervisor and of its workers, and where clients find it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::ValueHint;
use stormcell_topology::units::Size;

use super::component_limits::ComponentLimits;
use super::values::{name, patience, size};

/// Run the supervisor of this machine
///
/// Keeps submitted topologies in its data folder, runs each in worker processes,
/// and listens for the other commands. Stays in the foreground until it is told to
/// stop; topologies are there again when it is started with the same folder.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell serve
  stormcell serve --data /var/lib/stormcell --bind 127.0.0.1:7070
  stormcell serve --keep-workers      for an upgrade: topologies go on meanwhile

Ctrl-C (or SIGTERM) lets rows in flight settle, ends the workers and then the
supervisor; a second one ends it at once, and its workers go on. Whoever can read
the file `token` of the data folder can use the supervisor: HTTP requests must
have it in the header `Authorization: Bearer TOKEN`.")]
pub(crate) struct ServeArgs {
    /// The folder of everything that is kept
    ///
    /// Is made if needed. Also the variable STORMCELL_DATA. By default
    /// $XDG_STATE_HOME/stormcell or ~/.local/state/stormcell.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data: Option<PathBuf>,
    /// Where to listen; port 0 means any
    ///
    /// Anything but a loopback address lets other machines in, in plain text: put
    /// a proxy with TLS before it.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7070")]
    pub(crate) bind: SocketAddr,
    /// When stopped, leave the workers running; the next supervisor takes them over
    #[arg(long)]
    pub(crate) keep_workers: bool,
    /// When stopped, how long rows in flight may take to settle
    #[arg(long, value_name = "TIME", value_parser = patience, default_value = "10s")]
    pub(crate) stop_wait: Duration,
    /// A public key whose signatures of components are trusted (PEM); may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) trusted_key: Vec<PathBuf>,
    /// Refuse components that none of the trusted keys has signed
    #[arg(long, requires = "trusted_key")]
    pub(crate) require_signatures: bool,
    /// Memory that the tasks of one worker may use together [default: the machine's]
    ///
    /// A topology is refused if the limits `memory` of the tasks of one of its workers
    /// are more. The default is the memory of the machine, or of the control group that
    /// `serve` is in, if that is less.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) worker_memory: Option<Size>,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
}

/// Run a worker; the supervisor starts it
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    /// The data folder of the supervisor
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The topology
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    /// Which submission of its name it is
    #[arg(long, value_name = "N")]
    pub(crate) submission: u32,
    /// Which of its workers, from 0 on
    #[arg(long, value_name = "K")]
    pub(crate) worker: u32,
    /// The number of this run, given by the supervisor
    #[arg(long, value_name = "N")]
    pub(crate) incarnation: u32,
    /// Memory that its tasks may use together
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Size,
    /// The folder of compiled components [default: in the data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
}

/// Where the supervisor is.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Where the supervisor is")]
pub(crate) struct ServerArgs {
    /// The data folder of a supervisor on this machine [env: STORMCELL_DATA]
    ///
    /// Its address and the token are read from there. By default
    /// $XDG_STATE_HOME/stormcell or ~/.local/state/stormcell.
    #[arg(long, value_name = "DIR", conflicts_with = "server", value_hint = ValueHint::DirPath)]
    pub(crate) data: Option<PathBuf>,
    /// Its address, as http://HOST:PORT [env: STORMCELL_SERVER]
    ///
    /// The token is taken from the variable STORMCELL_TOKEN.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) server: Option<String>,
}
