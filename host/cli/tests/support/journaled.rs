//! A topology of which nothing can be lost unseen: a spout with a journal, a bolt that
//! exists in versions, and a sink that logs what it gets (`tests/guests`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cluster::{Cluster, guest};
use crate::files;
use crate::verdict::{Fault, Verdict, verdict};

/// Its name.
pub(crate) const NAME: &str = "journaled";
/// New numbers a second.
pub(crate) const RATE: u64 = 800;
/// Its spout can have as many tasks.
pub(crate) const PARTS: u64 = 4;

/// The topology, and the supervisor it was submitted to.
pub(crate) struct Journaled {
    pub(crate) cluster: Cluster,
}

impl Journaled {
    /// Submits it to a supervisor of its own, with this time-out of messages and this
    /// configuration of the bolt.
    pub(crate) fn submit(workers: u32, timeout: &str, stamp: &str) -> Self {
        let component = guest("stamp-1");
        Self::submit_to(
            Cluster::start(),
            &component,
            "128MiB",
            workers,
            timeout,
            stamp,
        )
    }

    /// Submits it to this supervisor, with this bolt and this much memory for each task.
    pub(crate) fn submit_to(
        cluster: Cluster,
        bolt: &Path,
        memory: &str,
        workers: u32,
        timeout: &str,
        stamp: &str,
    ) -> Self {
        let journaled = Self { cluster };
        for folder in ["journal", "log"] {
            fs::create_dir(journaled.cluster.dir().join(folder)).unwrap();
        }
        let component = |name| guest(name).display().to_string();
        let text = format!(
            "\
name: {NAME}
config:
  message-timeout: {timeout}
  max-pending: 2000
spouts:
  - id: numbers
    component: {}
    parallelism: 2
    config: {{ folder: /journal, parts: {PARTS}, rate: {} }}
    grants: {{ files: [{{ host: journal, guest: /journal, access: read-write }}], clock: real, random: real }}
    limits: {{ call-time: 60s, memory: {memory} }}
bolts:
  - {{ id: stamp, component: {}, parallelism: 3, tick: 200ms, config: {stamp}, limits: {{ memory: {memory} }} }}
  - id: sink
    component: {}
    parallelism: 2
    config: {{ folder: /log }}
    limits: {{ memory: {memory} }}
    grants: {{ files: [{{ host: log, guest: /log, access: read-write }}], clock: real, random: real }}
streams:
  - {{ from: numbers, to: stamp, grouping: {{ type: shuffle }} }}
  - {{ from: stamp, to: sink, grouping: {{ type: fields, args: [number] }} }}
",
            component("journal-spout"),
            RATE / PARTS,
            bolt.display(),
            component("log-sink"),
        );
        let file = journaled.cluster.dir().join("topology.yaml");
        fs::write(&file, text).unwrap();
        let workers = workers.to_string();
        let file = file.to_str().unwrap();
        journaled
            .cluster
            .ask(&["submit", file, "--workers", &workers]);
        journaled
    }

    /// What its files say now.
    pub(crate) fn verdict(&self, faults: &[Fault]) -> Verdict {
        let journals = files::journals(&self.cluster.dir().join("journal"));
        let logged = files::logs(&self.cluster.dir().join("log"));
        verdict(&journals, &logged, faults)
    }

    /// Waits until so many more numbers are acked than now.
    pub(crate) fn acks(&self, more: usize, limit: Duration) {
        let before = self.verdict(&[]).acked;
        self.cluster
            .until(&format!("{more} more rows are acked"), limit, || {
                (self.verdict(&[]).acked >= before + more).then_some(())
            });
    }

    fn stop_file(&self) -> PathBuf {
        self.cluster.dir().join("journal/stop")
    }

    /// Has the spout emit nothing new, and waits until all it has emitted is acked.
    pub(crate) fn settle(&self, limit: Duration) {
        fs::write(self.stop_file(), "").unwrap();
        // The call that is being made may still emit.
        let mut emitted = None;
        self.cluster
            .until("all that was emitted is acked", limit, || {
                let verdict = self.verdict(&[]);
                let quiet = emitted.replace(verdict.emitted) == Some(verdict.emitted);
                (quiet && verdict.pending.is_empty()).then_some(())
            });
    }

    /// Has the spout emit again.
    pub(crate) fn go_on(&self) {
        fs::remove_file(self.stop_file()).unwrap();
    }

    /// Kills the topology, stops the supervisor, and says what came of it all.
    pub(crate) fn end(self, faults: &[Fault]) -> Verdict {
        self.cluster.ask(&["kill", NAME, "--wait", "30s", "--yes"]);
        assert_eq!(self.cluster.list(), [], "topologies after the kill");
        assert_eq!(self.cluster.workers(), [], "workers after the kill");
        let verdict = self.verdict(faults);
        self.cluster.stop();
        verdict
    }
}
