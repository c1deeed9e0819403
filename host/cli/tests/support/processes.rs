//! The processes of one data folder, as the operating system knows them.
//!
//! A process is known by its command line, which names the data folder of a test and
//! nothing else does: no process of anybody else is ever taken for one.

use std::fs;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

/// A worker process that is alive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Worker {
    pub(crate) worker: u32,
    pub(crate) incarnation: u32,
    pub(crate) pid: u32,
}

/// The worker processes of this data folder that are alive, or stopped by a signal.
pub(crate) fn workers(data: &Path) -> Vec<Worker> {
    let mut found: Vec<Worker> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| worker(pid, data))
        .collect();
    found.sort();
    found
}

/// What this process is, if it is a worker of the data folder. One that has ended has no
/// command line.
fn worker(pid: u32, data: &Path) -> Option<Worker> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words: Vec<&str> = line
        .split(|byte| *byte == 0)
        .map(|word| std::str::from_utf8(word).unwrap_or_default())
        .collect();
    let option = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1).copied()
    };
    if words.get(1) != Some(&"worker") || option("--data").map(Path::new) != Some(data) {
        return None;
    }
    Some(Worker {
        worker: option("--worker")?.parse().ok()?,
        incarnation: option("--incarnation")?.parse().ok()?,
        pid,
    })
}

/// Sends a signal to a process; one that is gone does not mind.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    match kill_process(pid, signal) {
        Ok(()) | Err(Errno::SRCH) => {}
        Err(error) => panic!("signal {signal:?} to {pid:?}: {error}"),
    }
}
