//! A topology that runs over two workers until somebody ends it, for shapes in which
//! something happens to it meanwhile.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use super::NAME;
use super::server::Server;
use crate::{BenchError, Shape, Surroundings, Usage};

/// Over how many workers.
const WORKERS: &str = "2";
/// How long anything may take that should take no time at all.
const LONG: Duration = Duration::from_secs(60);
/// How often a condition is looked at. Each look is a process.
const POLL: Duration = Duration::from_millis(50);
/// Rows that are acked before anything is done to it.
const WARM: u64 = 50_000;

/// A topology that runs. When it is dropped, its processes are killed.
#[derive(Debug)]
pub(super) struct Live {
    server: Server,
    /// Where clients keep what they compile.
    state: PathBuf,
    name: String,
    shape: Shape,
}

/// How it stands: what is used of `stormcell show`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Detail {
    summary: Summary,
    /// Its workers.
    pub(super) workers: Vec<Worker>,
    report: Option<Report>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Summary {
    workers: WorkerCount,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct WorkerCount {
    planned: u32,
    up: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Report {
    trees: Trees,
}

/// A worker of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Worker {
    /// Its process, if it has one.
    pub(super) pid: Option<i32>,
}

/// What became of the rows of the spouts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Trees {
    /// Rows emitted for the first time.
    pub(super) emitted: u64,
    /// Rows that were wholly processed.
    pub(super) acked: u64,
    /// Rows that failed.
    pub(super) failed: u64,
    /// Rows that the host emitted again.
    pub(super) replayed: u64,
    /// Attempts that were not complete in time.
    pub(super) timed_out: u64,
    /// Rows in flight.
    pub(super) pending: u64,
}

impl Detail {
    /// What became of the rows of its spouts, as far as has been reported.
    pub(super) fn trees(&self) -> Trees {
        let reported = self.report.as_ref().map(|report| report.trees);
        reported.unwrap_or_default()
    }

    /// Whether every worker of the plan works.
    fn is_whole(&self) -> bool {
        self.summary.workers.up == self.summary.workers.planned
    }
}

impl Live {
    /// Submits a topology to a supervisor of its own, and waits until rows flow.
    ///
    /// # Errors
    /// [`BenchError`] if they do not.
    pub(super) fn submit(
        shape: Shape,
        file: &Path,
        surroundings: &Surroundings,
    ) -> Result<Self, BenchError> {
        let live = Self {
            server: Server::start(surroundings)?,
            state: surroundings.build.root().to_owned(),
            name: shape.to_string(),
            shape,
        };
        let submit = live.server.command().arg("submit").arg(file);
        let submit = submit.args(["--name", &live.name, "--workers", WORKERS]);
        live.server.ask(submit)?;
        live.until("rows flow", |detail| detail.trees().acked >= WARM)?;
        Ok(live)
    }

    /// What its processes have used so far.
    pub(super) fn usage(&self) -> Usage {
        self.server.usage()
    }

    /// What a command that begins with these arguments says about it.
    ///
    /// # Errors
    /// [`BenchError`] if it fails.
    pub(super) fn ask(&self, command: &str, arguments: &[&str]) -> Result<Value, BenchError> {
        let program = self.server.command().args([command, &self.name]);
        let program = program.args(arguments).arg("--state-dir");
        self.server.ask(program.arg(&self.state).limit(LONG))
    }

    /// How it stands.
    ///
    /// # Errors
    /// [`BenchError`] if nobody says.
    pub(super) fn show(&self) -> Result<Detail, BenchError> {
        let shown = self.ask("show", &[])?;
        serde_json::from_value(shown)
            .map_err(|error| self.wrong(format!("`stormcell show` said something else: {error}")))
    }

    /// Waits until all its workers work, and says which these are.
    ///
    /// # Errors
    /// [`BenchError`] if they do not within a minute.
    pub(super) fn whole(&self) -> Result<Vec<Worker>, BenchError> {
        let detail = self.until("all workers work", Detail::is_whole)?;
        Ok(detail.workers)
    }

    /// Waits until no worker has this process any more, which was killed.
    ///
    /// # Errors
    /// [`BenchError`] if one still has after a minute.
    pub(super) fn replaced(&self, pid: Option<i32>) -> Result<(), BenchError> {
        let gone = |detail: &Detail| detail.workers.iter().all(|worker| worker.pid != pid);
        self.until("a worker that was killed is replaced", gone)
            .map(drop)
    }

    /// Lets the spouts emit no more, waits until nothing is in flight, and says what became
    /// of all rows.
    ///
    /// # Errors
    /// [`BenchError`] if rows stay in flight.
    pub(super) fn settle(&self) -> Result<Trees, BenchError> {
        self.ask("deactivate", &[])?;
        // Reports come with heartbeats: the first one without rows in flight may be older
        // than the last row.
        let mut before = None;
        let settled = self.until("nothing is in flight", |detail| {
            let trees = detail.trees();
            before.replace(trees) == Some(trees) && trees.pending == 0
        })?;
        Ok(settled.trees())
    }

    /// Ends it and its processes.
    ///
    /// # Errors
    /// [`BenchError`] if the system refuses.
    pub(super) fn end(self) -> Result<(), BenchError> {
        self.ask("kill", &["--yes", "--wait", "0s"])?;
        self.server.stop().map(drop)
    }

    /// What is wrong with what was measured.
    pub(super) fn wrong(&self, what: String) -> BenchError {
        BenchError::Wrong {
            engine: NAME,
            shape: self.shape,
            what,
        }
    }

    fn until(
        &self,
        what: &str,
        mut holds: impl FnMut(&Detail) -> bool,
    ) -> Result<Detail, BenchError> {
        let begin = Instant::now();
        loop {
            let detail = self.show()?;
            if holds(&detail) {
                return Ok(detail);
            }
            if begin.elapsed() > LONG {
                return Err(self.wrong(format!("waited for {LONG:.0?} in vain until {what}")));
            }
            std::thread::sleep(POLL);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_show_prints_is_read() {
        let mut shown = json!({
            "summary": { "name": "swap", "workers": { "planned": 2, "up": 1 } },
            "workers": [{ "worker": 0, "incarnation": 1, "pid": 7 }, { "worker": 1, "pid": null }],
            "report": null,
        });
        let detail: Detail = serde_json::from_value(shown.clone()).unwrap();
        assert!(!detail.is_whole());
        assert_eq!(detail.trees(), Trees::default());
        assert_eq!(detail.workers[0].pid, Some(7));
        assert_eq!(detail.workers[1].pid, None);
        shown["summary"]["workers"]["up"] = json!(2);
        shown["report"] = json!({ "trees": {
            "emitted": 9, "acked": 5, "failed": 1, "replayed": 2, "timed_out": 1, "pending": 3
        } });
        let detail: Detail = serde_json::from_value(shown).unwrap();
        assert!(detail.is_whole());
        assert_eq!(detail.trees().acked, 5);
    }
}
