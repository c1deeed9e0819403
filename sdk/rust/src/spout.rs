//! Spouts: what authors write, and the task that the host calls.

use std::time::Duration;

use crate::bindings::spout::exports::stormcell::topology::spout_task::SpoutOutcome;
use crate::bolt::{CloseReason, reason};
use crate::context::Context;
use crate::description::Description;
use crate::emit::SpoutEmitter;
use crate::{Error, Result, wit};

/// What a spout says at the end of [`Spout::next`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is or may be more: ask again at once.
    More,
    /// There is nothing just now: ask again after this time. The host asks after at most
    /// one second.
    Idle(Duration),
    /// The source has ended: the host asks no more unless a row fails, and finishes the
    /// topology when all its spouts have ended and all trees are complete.
    Ended,
}

/// A source of rows. Export it with [`spout!`](crate::spout!).
///
/// Every task has a value of its own, and calls come one at a time. A panic ends the
/// instance with all it held in memory, so return errors.
///
/// ```
/// use stormcell_sdk::prelude::*;
///
/// struct Countdown { next: i64 }
///
/// impl Spout for Countdown {
///     fn describe() -> Description {
///         Description::new("counts down from ten").output(Stream::default([("n", Type::Int)]))
///     }
///
///     fn prepare(_context: &Context) -> Result<Self> {
///         Ok(Self { next: 10 })
///     }
///
///     fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
///         for _ in 0..max_rows {
///             if self.next == 0 {
///                 return Ok(Next::Ended);
///             }
///             out.emit_replayed((self.next,))?;
///             self.next -= 1;
///         }
///         Ok(Next::More)
///     }
/// }
///
/// stormcell_sdk::spout!(Countdown);
/// # fn main() {}
/// ```
pub trait Spout: Sized {
    /// What it is: it must say the same every time, and may not use the configuration.
    fn describe() -> Description;

    /// Makes the value of a task, before anything else.
    ///
    /// # Errors
    /// An error fails the topology.
    fn prepare(context: &Context) -> Result<Self>;

    /// Emits up to `max_rows` rows, counted over all streams; none is normal.
    ///
    /// # Errors
    /// An error is reported, and the host asks again later. The rows emitted before it
    /// are not lost: they go out first, and the error is returned to the next call.
    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next>;

    /// The tree of a row that was emitted with this id is complete.
    ///
    /// # Errors
    /// An error is reported.
    fn acked(&mut self, id: u64) -> Result<()> {
        let _ = id;
        Ok(())
    }

    /// The trees of these rows are complete: all rows of which the host tells in one
    /// call. Implement this instead of [`Spout::acked`] where work can be shared between
    /// them.
    ///
    /// # Errors
    /// An error is reported.
    fn acked_all(&mut self, ids: impl ExactSizeIterator<Item = u64>) -> Result<()> {
        each(ids, |id| self.acked(id))
    }

    /// The tree of a row that was emitted with this id has failed or timed out. To emit
    /// it again is up to the spout.
    ///
    /// # Errors
    /// An error is reported.
    fn failed(&mut self, id: u64) -> Result<()> {
        let _ = id;
        Ok(())
    }

    /// Called before the first `next` and when the topology is activated again.
    ///
    /// # Errors
    /// An error is reported.
    fn activate(&mut self) -> Result<()> {
        Ok(())
    }

    /// Called when the topology is deactivated: `next` is not called until it is
    /// activated, `acked` and `failed` still are.
    ///
    /// # Errors
    /// An error is reported.
    fn deactivate(&mut self) -> Result<()> {
        Ok(())
    }

    /// The last call. A process that dies makes no calls.
    ///
    /// # Errors
    /// An error is reported.
    fn close(&mut self, reason: CloseReason) -> Result<()> {
        let _ = reason;
        Ok(())
    }
}

/// A prepared task of a spout.
#[doc(hidden)]
pub struct SpoutTask<S> {
    pub(crate) spout: S,
    out: SpoutEmitter,
    /// What `next` returned after it had emitted rows.
    postponed: Option<Error>,
}

impl<S: Spout> SpoutTask<S> {
    /// What the component is.
    pub fn describe() -> wit::Description {
        S::describe().into()
    }

    /// Prepares the task.
    pub fn prepare(context: wit::Context) -> Result<Self, String> {
        let context = Context::new(context);
        let spout = S::prepare(&context).map_err(|error| reason(&error))?;
        Ok(Self {
            spout,
            out: SpoutEmitter::new(context.streams()),
            postponed: None,
        })
    }

    /// Asks for rows.
    pub fn next(&mut self, max_rows: u32) -> Result<SpoutOutcome, String> {
        if let Some(error) = self.postponed.take() {
            return Err(reason(&error));
        }
        self.out.start(max_rows);
        let next = match self.spout.next(max_rows, &mut self.out) {
            Ok(next) => next,
            Err(error) if self.out.emitted() == 0 => return Err(reason(&error)),
            Err(error) => {
                self.postponed = Some(error);
                Next::More
            }
        };
        let idle_ms = match next {
            Next::Idle(time) => u32::try_from(time.as_millis()).unwrap_or(u32::MAX),
            Next::More | Next::Ended => 0,
        };
        let emissions = self.out.finish();
        Ok(SpoutOutcome {
            emissions,
            ended: next == Next::Ended,
            idle_ms,
        })
    }

    /// Rows whose trees are complete.
    pub fn acked(&mut self, ids: &[u8]) -> Result<(), String> {
        let result = self.spout.acked_all(numbers(ids)?);
        result.map_err(|error| reason(&error))
    }

    /// Rows whose trees have failed.
    pub fn failed(&mut self, ids: &[u8]) -> Result<(), String> {
        let result = each(numbers(ids)?, |id| self.spout.failed(id));
        result.map_err(|error| reason(&error))
    }

    /// The topology is activated.
    pub fn activate(&mut self) -> Result<(), String> {
        self.spout.activate().map_err(|error| reason(&error))
    }

    /// The topology is deactivated.
    pub fn deactivate(&mut self) -> Result<(), String> {
        self.spout.deactivate().map_err(|error| reason(&error))
    }

    /// The last call.
    pub fn close(&mut self, close_reason: wit::CloseReason) -> Result<(), String> {
        self.spout
            .close(close_reason.into())
            .map_err(|error| reason(&error))
    }
}

/// The ids that the host sent.
fn numbers(ids: &[u8]) -> Result<impl ExactSizeIterator<Item = u64>, String> {
    match ids.as_chunks() {
        (ids, []) => Ok(ids.iter().map(|id| u64::from_le_bytes(*id))),
        _ => Err("the host sent a part of an id".to_owned()),
    }
}

/// Hands over every id, and returns the first error: one id at fault does not withhold
/// the others.
fn each(ids: impl Iterator<Item = u64>, hand_over: impl FnMut(u64) -> Result<()>) -> Result<()> {
    ids.map(hand_over).fold(Ok(()), Result::and)
}

#[cfg(test)]
mod tests;
