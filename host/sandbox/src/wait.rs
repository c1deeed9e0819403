//! How a call runs: in turns, and for no longer than it may compute and wait.
//!
//! Epochs stop a guest that computes. They do not wake one that sits in a host
//! function: a sleep of an hour, a read of a file that never comes. So the time
//! between two polls in which the guest did not merely give way is added up. And they
//! do not see one that always sleeps just when they come, so what is computed in each
//! poll is added up as well.
//!
//! Before each poll the task must have its turn ([`crate::share`]). That time is not the
//! guest's: it counts neither as computing nor as waiting for the host. It ends, because
//! a task is always given its share again: a call lasts no longer than its computing
//! time divided by the share that the task has, and its host time.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use crate::clock;
use crate::cpu::CpuMeter;
use crate::share::{Others, Shares, TaskShare, Turn};
use crate::task_log::{TaskLog, within};

thread_local! {
    /// What was computed on this thread by tasks that have not had their fair share.
    static LIGHT: Cell<u64> = const { Cell::new(0) };
}

/// The call was stopped: it waited for the host, or computed, for longer than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfTime;

/// The time that a call has used, without what others had meanwhile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeUsed {
    /// For how long it computed: what `limits.call-time` bounds.
    pub computed: Duration,
    /// For how long it waited for the host: what `limits.host-time` bounds.
    pub waited: Duration,
}

/// What the calls of an instance run under.
pub(crate) struct Bounds {
    cpu: Arc<CpuMeter>,
    host_time: Duration,
    /// For how long the last call waited for the host.
    waited: Duration,
    turns: Option<Turns>,
    /// `None` while a call is polled: then it is that of the thread.
    log: Option<Arc<TaskLog>>,
}

impl Bounds {
    /// `shares`: those of the process; `None` in a simulation, in which computing takes
    /// no time. `log`: where what libraries say goes.
    pub(crate) fn new(
        cpu: Arc<CpuMeter>,
        limits: &stormcell_topology::Limits,
        shares: Option<Arc<Shares>>,
        log: Arc<TaskLog>,
    ) -> Self {
        Self {
            cpu,
            host_time: limits.host_time,
            waited: Duration::ZERO,
            log: Some(log),
            turns: shares.map(|shares| Turns {
                shares,
                // What the runtime has, which may be less than the cores.
                task: TaskShare::new(
                    limits.cpu_share,
                    tokio::runtime::Handle::try_current()
                        .map_or(1, |handle| handle.metrics().num_workers()),
                ),
                ended: 0,
                pause: None,
            }),
        }
    }

    /// What the last call has used.
    pub(crate) fn used(&self) -> TimeUsed {
        TimeUsed {
            computed: self.cpu.used(),
            waited: self.waited,
        }
    }

    /// The next call begins without letting others go first.
    pub(crate) fn go_first(&mut self) {
        if let Some(turns) = &mut self.turns {
            turns.task.let_on();
        }
    }

    /// What a call returned has been checked, at once after it. That takes as long as the
    /// guest makes it take, so it is held against its share.
    pub(crate) fn checked(&mut self) {
        if let Some(turns) = &mut self.turns {
            turns.end(turns.ended);
        }
    }

    /// Runs a call, until it returns or is out of time.
    pub(crate) async fn run<F: Future>(&mut self, call: F) -> Result<F::Output, OutOfTime> {
        let mut call = pin!(call);
        let mut waiting: Option<(Instant, Pin<Box<Sleep>>)> = None;
        let Self {
            cpu,
            host_time,
            waited,
            turns,
            log,
        } = self;
        let limit = *host_time;
        *waited = Duration::ZERO;
        poll_fn(move |cx| {
            if let Some((since, _)) = waiting.take() {
                *waited = waited.saturating_add(since.elapsed());
            }
            let polled = match turns {
                None => within(log, || call.as_mut().poll(cx)),
                Some(turns) => match turns.begin(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(begun) => {
                        cpu.resume(begun);
                        let polled = within(log, || call.as_mut().poll(cx));
                        cpu.pause(turns.end(begun));
                        polled
                    }
                },
            };
            if polled.is_pending() && !cpu.is_over() && cpu.take_yielded() {
                if let Some(turns) = turns {
                    turns.task.stopped(&turns.shares);
                }
                return Poll::Pending;
            }
            if let Some(turns) = turns {
                turns.task.done(&turns.shares, turns.ended);
            }
            if let Poll::Ready(output) = polled {
                return Poll::Ready(Ok(output));
            }
            if cpu.is_over() {
                return Poll::Ready(Err(OutOfTime));
            }
            let mut alarm = Box::pin(tokio::time::sleep(limit.saturating_sub(*waited)));
            if *waited >= limit || alarm.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(OutOfTime));
            }
            waiting = Some((Instant::now(), alarm));
            Poll::Pending
        })
        .await
    }
}

/// The turns of a task among those of its process.
struct Turns {
    shares: Arc<Shares>,
    task: TaskShare,
    /// When it last ended to compute.
    ended: u64,
    /// What it does until it asks again whether it may go on.
    pause: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Turns {
    /// Waits for its turn; the moment at which it begins.
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<u64> {
        loop {
            if let Some(pause) = &mut self.pause {
                if pause.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                self.pause = None;
            }
            let now = clock::nanos();
            self.pause = Some(match self.task.turn(&self.shares, now, others) {
                Turn::Go => return Poll::Ready(now),
                // The runtime polls what else there is on this thread, or takes from
                // other threads, before it polls this again.
                Turn::GiveWay => Box::pin(tokio::task::yield_now()),
                Turn::Wait(time) => Box::pin(tokio::time::sleep(time)),
            });
        }
    }

    /// It has computed since it began; the moment at which it ends.
    fn end(&mut self, begun: u64) -> u64 {
        let now = clock::nanos();
        self.ended = now;
        let nanos = now.saturating_sub(begun);
        if self.task.computed(&self.shares, now, nanos) {
            LIGHT.set(LIGHT.get().wrapping_add(nanos));
        }
        now
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.task.done(&self.shares, self.ended);
    }
}

fn others() -> Others {
    Others {
        thread: std::thread::current().id(),
        nanos: LIGHT.get(),
    }
}
