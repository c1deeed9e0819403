//! The thread of a simulation, its clock, and the log of what happens.

use std::cell::Cell;
use std::fmt::Arguments;
use std::sync::mpsc;
use std::time::Duration;

use std::sync::Mutex;
use tokio::runtime::Builder;
use tokio::time::Instant;

use super::guests::guests;

/// How long a simulation may take by the clock on the wall.
const WALL_LIMIT: Duration = Duration::from_secs(300);
/// How long it may take by its own clock. If nothing can be done any more and no timer is
/// set, that clock jumps here at once.
const CLOCK_LIMIT: Duration = Duration::from_secs(24 * 3600);
/// The time of day when a simulation begins, since 1970.
const EPOCH: Duration = Duration::from_secs(1_700_000_000);

thread_local! {
    /// When the simulation of this thread began.
    static BEGIN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Runs a simulation to its end, on a thread of its own: one that never waits fails its
/// test in place of keeping it for ever.
pub(super) fn simulate<T: Send + 'static>(
    simulation: impl AsyncFnOnce() -> T + Send + 'static,
) -> T {
    // Before time begins: a first build takes minutes.
    guests();
    let (done, ended) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let result = runtime.block_on(async {
            BEGIN.set(Some(Instant::now()));
            tokio::time::timeout(CLOCK_LIMIT, simulation()).await
        });
        drop(runtime);
        let _ = done.send(());
        result
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(WALL_LIMIT) {
        panic!("the simulation was still busy after {WALL_LIMIT:?}");
    }
    let result = thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    result.expect("the simulation hangs")
}

/// How long the simulation of this thread runs, by its clock.
pub(super) fn now() -> Duration {
    BEGIN.get().map_or(Duration::ZERO, |begin| begin.elapsed())
}

/// The time of day in the simulation of this thread.
pub(super) fn time_of_day() -> Duration {
    EPOCH + now()
}

/// What happens, line by line, each with its time in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Vec<String>>);

impl Log {
    pub(super) fn say(&self, what: Arguments<'_>) {
        let line = format!("{:>8} {what}", now().as_millis());
        self.0.lock().unwrap().push(line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn the_clock_is_exact_and_takes_no_time() {
    let wall = std::time::Instant::now();
    let waited = simulate(async || {
        let begin = now();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        (begin, now(), time_of_day())
    });
    let hour = Duration::from_secs(3600);
    assert_eq!(waited, (Duration::ZERO, hour, EPOCH + hour));
    assert!(wall.elapsed() < hour);
}
