//! How a worker does, as it tells its supervisor.

use stormcell_protocol::control::{Heartbeat, Probe, SpoutMode};
use stormcell_protocol::{Ending, ReplayedLetters, Report, TreeReport};
use stormcell_runtime::Tasks;

/// What is said of these tasks; `None`: they are not prepared yet.
pub(crate) fn heartbeat(
    topology: &str,
    tasks: Option<&Tasks>,
    generation: u64,
    spouts: SpoutMode,
) -> Heartbeat {
    let mut heartbeat = Heartbeat {
        generation,
        spouts,
        report: tasks.map_or_else(|| nothing_yet(topology), Tasks::report),
        tasks: tasks.map_or_else(Vec::new, Tasks::task_status),
        probe: tasks.map_or_else(Probe::default, Tasks::probe),
        memory: resident(),
    };
    heartbeat.fit();
    heartbeat
}

fn nothing_yet(topology: &str) -> Report {
    Report {
        topology: topology.to_owned(),
        ending: Ending::Running,
        elapsed_seconds: 0.0,
        rows_per_second: 0.0,
        spout_rows_per_second: 0.0,
        replayed_letters: ReplayedLetters::default(),
        trees: TreeReport::default(),
        components: Vec::new(),
    }
}

/// The resident memory of this process in bytes; 0 if it is not known (proc(5), statm).
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(u64::MAX);
    pages.map_or(0, |pages| pages.saturating_mul(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_without_tasks_says_so() {
        let heartbeat = heartbeat("words", None, 0, SpoutMode::Paused);
        assert_eq!(heartbeat.report.topology, "words");
        assert_eq!(heartbeat.report.components, []);
        assert!(!heartbeat.probe.idle, "it cannot know that nothing is left");
        assert!(heartbeat.memory > 1 << 20, "{} bytes", heartbeat.memory);
    }
}
