//! What a compiler process has used, for messages.

use std::time::Duration;

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What a process had used when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    /// Computing time of all its threads.
    pub(crate) time: Duration,
    /// Bytes of addresses that it had at most.
    pub(crate) memory: u64,
}

impl Usage {
    /// Looks at a process again and again, without an end.
    pub(super) async fn watch(&mut self, pid: Option<u32>) {
        loop {
            // One that has just ended has used what it had used before.
            if let Some(usage) = pid.and_then(look) {
                *self = usage;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[cfg(target_os = "linux")]
fn look(pid: u32) -> Option<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(Usage {
        time: time(&stat)?,
        memory: memory(&status)?,
    })
}

#[cfg(not(target_os = "linux"))]
fn look(_: u32) -> Option<Usage> {
    None
}

/// The times in user and in system code, which follow the name of the program (in
/// parentheses) as numbers 12 and 13 (proc_pid_stat(5)).
fn time(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let a_second = rustix::param::clock_ticks_per_second().max(1);
    let ticks = user.saturating_add(system);
    Some(Duration::from_millis(ticks.saturating_mul(1000) / a_second))
}

/// The most addresses that it had (proc_pid_status(5)).
fn memory(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmPeak:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_something() {
        let usage = look(std::process::id());
        assert!(
            usage.is_some_and(|usage| usage.memory > 1 << 20),
            "{usage:?}"
        );
    }

    #[test]
    fn what_the_system_writes_is_understood() {
        let a_second = rustix::param::clock_ticks_per_second();
        let stat = format!(
            "7 (a) b) R 1 2 3 4 5 6 7 8 9 10 {} {a_second} 0",
            2 * a_second
        );
        assert_eq!(time(&stat), Some(Duration::from_secs(3)));
        assert_eq!(time("7 (a) R 1"), None);
        assert_eq!(memory("Name:\ta\nVmPeak:\t  2048 kB\n"), Some(2 << 20));
        assert_eq!(memory("Name:\ta\n"), None);
    }
}
