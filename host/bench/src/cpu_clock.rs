//! The CPU time of one thread.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How much CPU time a thread uses, from when this was made; for the thread that made it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadCpu(Duration);

impl ThreadCpu {
    /// Begins.
    pub(crate) fn start() -> Self {
        Self(now())
    }

    /// What the thread has used since.
    pub(crate) fn elapsed(self) -> Duration {
        now().saturating_sub(self.0)
    }
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither is ever negative.
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn work_counts_and_sleep_does_not() {
        let (cpu, wall) = (ThreadCpu::start(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        let asleep = cpu.elapsed();
        assert!(asleep < Duration::from_millis(40), "{asleep:?}");
        while cpu.elapsed() < asleep + Duration::from_millis(5) {
            std::hint::black_box(0);
        }
        assert!(wall.elapsed() >= Duration::from_millis(55));
    }
}
