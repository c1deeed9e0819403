//! Runs the tasks of a process, and says which of them fails first.

use std::pin::Pin;

use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::error::RunError;

type Work = Pin<Box<dyn Future<Output = Result<(), RunError>> + Send>>;

/// Runs tasks until it is dropped.
pub(super) struct Spawner {
    spawn: mpsc::UnboundedSender<Work>,
    /// Tasks that have not ended; changes too when one fails.
    running: watch::Sender<usize>,
    failure: Mutex<mpsc::UnboundedReceiver<RunError>>,
    runner: AbortHandle,
}

impl Drop for Spawner {
    fn drop(&mut self) {
        self.end();
    }
}

impl Spawner {
    pub(super) fn start() -> Self {
        let (spawn, mut work) = mpsc::unbounded_channel::<Work>();
        let (error, failure) = mpsc::unbounded_channel();
        let running = watch::Sender::new(0);
        let counter = running.clone();
        let runner = tokio::spawn(async move {
            let mut tasks = JoinSet::new();
            loop {
                tokio::select! {
                    biased;
                    Some(work) = work.recv() => {
                        tasks.spawn(work);
                    }
                    Some(ended) = tasks.join_next() => {
                        if let Err(failed) = joined(ended) {
                            // Nobody may want to know.
                            let _ = error.send(failed);
                        }
                        counter.send_modify(|running| *running -= 1);
                    }
                    else => return,
                }
            }
        });
        Self {
            spawn,
            running,
            failure: Mutex::new(failure),
            runner: runner.abort_handle(),
        }
    }

    pub(super) fn spawn(&self, work: impl Future<Output = Result<(), RunError>> + Send + 'static) {
        self.running.send_modify(|running| *running += 1);
        // The runner lives as long as `self`.
        let _ = self.spawn.send(Box::pin(work));
    }

    /// Ends all tasks, as if it were dropped.
    pub(super) fn end(&self) {
        self.runner.abort();
    }

    /// Waits for a task that fails; for ever if none does.
    pub(super) async fn failure(&self) -> RunError {
        let mut running = self.running.subscribe();
        loop {
            if let Ok(error) = self.failure.lock().try_recv() {
                return error;
            }
            // The sender lives as long as `self`.
            let _ = running.changed().await;
        }
    }

    /// Waits until every task has ended, or one has failed.
    pub(super) async fn ended(&self) -> Result<(), RunError> {
        let mut running = self.running.subscribe();
        // The sender lives as long as `self`.
        let _ = running.wait_for(|running| *running == 0).await;
        match self.failure.lock().try_recv() {
            Ok(error) => Err(error),
            Err(_) => Ok(()),
        }
    }
}

/// What a task returned, or what it panicked with.
pub(super) fn joined<T>(result: Result<Result<T, RunError>, JoinError>) -> Result<T, RunError> {
    result.unwrap_or_else(|error| {
        let reason = match error.try_into_panic() {
            Ok(panic) => panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
                .unwrap_or_else(|| "a panic".to_owned()),
            Err(error) => error.to_string(),
        };
        Err(RunError::Host {
            component: "unknown".to_owned(),
            task: 0,
            reason,
        })
    })
}
