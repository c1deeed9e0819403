//! What the supervisor writes about a topology: in the topology's log, and in its own.
//!
//! The log is that of its submission: it stays when the topology is killed, for a while, and
//! another topology of its name has another one ([`crate::submissions`]).

use std::io;

use stormcell_private_files as private_files;
use stormcell_protocol::DataDir;
use stormcell_protocol::api::LogLine;
use stormcell_worker::{LogFile, LogLimits};

use crate::context::Clock;

/// The supervisor writes little: files of 4 MiB, and 256 KiB that wait.
const LIMITS: LogLimits = LogLimits {
    file_bytes: 4 << 20,
    queue_bytes: 256 << 10,
};

/// The log of the supervisor about one topology.
#[derive(Debug)]
pub(super) struct Log {
    topology: String,
    clock: Clock,
    /// `None` if it could not be opened, which was reported.
    file: Option<LogFile>,
}

impl Log {
    pub(super) fn open(data: &DataDir, topology: &str, submission: u32, clock: Clock) -> Self {
        let open = || -> io::Result<LogFile> {
            private_files::inner_folder(&data.topology(topology))?;
            private_files::inner_folder(&data.all_logs(topology))?;
            private_files::inner_folder(&data.logs(topology, submission))?;
            LogFile::open(data.supervisor_log(topology, submission), LIMITS)
        };
        let file = open()
            .inspect_err(|error| tracing::warn!(topology, %error, "its log cannot be written"))
            .ok();
        Self {
            topology: topology.to_owned(),
            clock,
            file,
        }
    }

    /// Writes a line. Never waits for the disk.
    pub(super) fn write(&self, level: &str, text: String) {
        let topology = &self.topology;
        match level {
            "error" => tracing::error!(topology, "{text}"),
            "warn" => tracing::warn!(topology, "{text}"),
            "debug" => tracing::debug!(topology, "{text}"),
            _ => tracing::info!(topology, "{text}"),
        }
        if let Some(file) = &self.file {
            file.write(LogLine {
                at: self.clock.unix_ms(),
                worker: None,
                incarnation: None,
                component: None,
                task: None,
                level: level.to_owned(),
                message: text,
            });
        }
    }
}
