//! Bounds the time that a call waits for the host.
//!
//! Epochs stop a guest that computes. They do not wake one that sits in a host
//! function: a sleep of an hour, a read of a file that never comes. So the time
//! between two polls in which the guest did not merely give way is added up.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use crate::cpu::CpuMeter;

/// The call waited for longer than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaitedTooLong;

/// Runs a call, until it returns or has waited for longer than `limit`.
pub(crate) async fn bounded<F: Future>(
    meter: &CpuMeter,
    limit: Duration,
    call: F,
) -> Result<F::Output, WaitedTooLong> {
    let mut call = pin!(call);
    let mut waited = Duration::ZERO;
    let mut waiting: Option<(Instant, Pin<Box<Sleep>>)> = None;
    poll_fn(move |cx| {
        if let Some((since, _)) = waiting.take() {
            waited = waited.saturating_add(since.elapsed());
        }
        if let Poll::Ready(output) = call.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        if meter.take_yielded() {
            return Poll::Pending;
        }
        let mut alarm = Box::pin(tokio::time::sleep(limit.saturating_sub(waited)));
        if waited >= limit || alarm.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(WaitedTooLong));
        }
        waiting = Some((Instant::now(), alarm));
        Poll::Pending
    })
    .await
}
