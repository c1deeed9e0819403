//! Telling a person what is going on: phases with a beginning and an end.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Something that takes time, for instance "building split (Python)".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phase {
    /// Tells phases apart that run at the same time; unique in a process.
    pub id: u64,
    /// What is being done, in one lower-case phrase.
    pub what: String,
}

/// How a phase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it was to do.
    Done,
    /// It did not; the error says why.
    Failed,
}

/// Whoever shows progress. Called from several threads.
pub trait Progress: Send + Sync {
    /// A phase has begun.
    fn started(&self, phase: &Phase);
    /// A program that runs in this phase printed a line (without its end).
    fn output(&self, phase: &Phase, line: &str);
    /// A phase has ended, so long after it began.
    fn finished(&self, phase: &Phase, elapsed: Duration, outcome: Outcome);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _: &Phase) {}
    fn output(&self, _: &Phase, _: &str) {}
    fn finished(&self, _: &Phase, _: Duration, _: Outcome) {}
}

/// A phase that is under way. Dropped without [`done`](Self::done), it has
/// failed.
pub struct Step<'a> {
    progress: &'a dyn Progress,
    phase: Phase,
    start: Instant,
    ended: AtomicBool,
}

impl<'a> Step<'a> {
    /// Begins a phase; `what` is a lower-case phrase as "installing
    /// componentize-py 0.25.1".
    pub fn start(progress: &'a dyn Progress, what: impl Into<String>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let phase = Phase {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            what: what.into(),
        };
        progress.started(&phase);
        Self {
            progress,
            phase,
            start: Instant::now(),
            ended: AtomicBool::new(false),
        }
    }

    /// Passes on a line that a program printed.
    pub fn line(&self, line: &str) {
        self.progress.output(&self.phase, line);
    }

    /// Ends the phase well and says how long it took.
    pub fn done(self) -> Duration {
        self.end(Outcome::Done)
    }

    fn end(&self, outcome: Outcome) -> Duration {
        let elapsed = self.start.elapsed();
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.progress.finished(&self.phase, elapsed, outcome);
        }
        elapsed
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.end(Outcome::Failed);
    }
}
