//! The logs of a topology, by time.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use stormcell_protocol::api::LogLine;

use super::file::LogReader;

/// All logs in the folder of a topology.
///
/// Lines are read in rounds: a round begins with a look for new logs and ends when each
/// log was at its end once.
pub(super) struct Logs {
    folder: PathBuf,
    /// Only the log of this worker.
    worker: Option<u32>,
    /// By the name of the current file.
    logs: BTreeMap<String, Log>,
    in_round: bool,
}

struct Log {
    reader: LogReader,
    /// Its next line.
    head: Option<LogLine>,
    /// It was at its end in this round.
    at_end: bool,
    /// The time of its last line.
    at: u64,
    /// It cannot be read: said once.
    broken: bool,
}

impl Logs {
    pub(super) fn new(folder: PathBuf, worker: Option<u32>) -> Self {
        Self {
            folder,
            worker,
            logs: BTreeMap::new(),
            in_round: false,
        }
    }

    /// The next line; of logs that have one, the earliest. `None`: the round is over;
    /// the next call begins another.
    pub(super) fn next(&mut self) -> Option<LogLine> {
        if !self.in_round {
            self.look();
            for log in self.logs.values_mut() {
                log.at_end = log.broken;
            }
            self.in_round = true;
        }
        for log in self.logs.values_mut() {
            log.fill();
        }
        let earliest = self
            .logs
            .values_mut()
            .filter(|log| log.head.is_some())
            .min_by_key(|log| log.at);
        let line = earliest.and_then(|log| log.head.take());
        self.in_round = line.is_some();
        line
    }

    /// Looks for logs that are new. A folder that cannot be read has none; whether the
    /// topology is there is not told by its folder.
    fn look(&mut self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let name = name.strip_suffix(".1").unwrap_or(name);
            if !is_log(name, self.worker) || self.logs.contains_key(name) {
                continue;
            }
            let log = Log {
                reader: LogReader::new(self.folder.join(name)),
                head: None,
                at_end: false,
                at: 0,
                broken: false,
            };
            self.logs.insert(name.to_owned(), log);
        }
    }
}

/// The names are those of [`stormcell_protocol::DataDir`].
fn is_log(name: &str, of_worker: Option<u32>) -> bool {
    let worker = name
        .strip_prefix("worker-")
        .and_then(|rest| rest.strip_suffix(".log"))
        .and_then(|number| number.parse::<u32>().ok());
    match of_worker {
        Some(wanted) => worker == Some(wanted),
        None => worker.is_some() || name == "supervisor.log",
    }
}

impl Log {
    fn fill(&mut self) {
        while self.head.is_none() && !self.at_end {
            match self.reader.next() {
                Ok(Some(line)) => self.head = serde_json::from_slice(&line).ok(),
                Ok(None) => self.at_end = true,
                Err(error) => {
                    self.broken = true;
                    self.at_end = true;
                    self.head = Some(LogLine {
                        at: self.at,
                        worker: None,
                        incarnation: None,
                        component: None,
                        task: None,
                        level: "error".to_owned(),
                        message: format!("cannot read {}: {error}", self.reader.path().display()),
                    });
                }
            }
            if let Some(head) = &self.head {
                self.at = head.at;
            }
        }
    }
}
