//! Bolts: what authors write, and the task that the host calls.

use crate::batch::Batch;
use crate::bindings::bolt::exports::stormcell::topology::bolt_task::Outcome;
use crate::context::Context;
use crate::description::Description;
use crate::emit::Emitter;
use crate::handles::Handle;
use crate::tuple::Tuple;
use crate::{Result, wit};

/// Why a task is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// Every spout has ended and every tree is complete.
    Finished,
    /// Somebody stopped the topology.
    Stopped,
}

impl From<wit::CloseReason> for CloseReason {
    fn from(reason: wit::CloseReason) -> Self {
        match reason {
            wit::CloseReason::Finished => Self::Finished,
            wit::CloseReason::Stopped => Self::Stopped,
        }
    }
}

/// A bolt that works row by row. Export it with [`bolt!`](crate::bolt!).
///
/// Every task has a value of its own, and calls come one at a time. A panic ends the
/// instance with all it held in memory: nothing of the call takes effect, a new one is
/// prepared, and the host looks for the row at fault. So return errors.
///
/// ```
/// use stormcell_sdk::prelude::*;
///
/// struct Split;
///
/// impl Bolt for Split {
///     fn describe() -> Description {
///         Description::new("splits lines into words")
///             .input([("text", Type::Text)])
///             .output(Stream::default([("word", Type::Text)]))
///     }
///
///     fn prepare(_context: &Context) -> Result<Self> {
///         Ok(Self)
///     }
///
///     fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
///         for word in tuple.text("text")?.split(' ') {
///             out.emit((word,))?;
///         }
///         Ok(())
///     }
/// }
///
/// stormcell_sdk::bolt!(Split);
/// # fn main() {}
/// ```
pub trait Bolt: Sized {
    /// What it is: it must say the same every time, and may not use the configuration.
    fn describe() -> Description;

    /// Makes the value of a task, before any row.
    ///
    /// # Errors
    /// An error fails the topology.
    fn prepare(context: &Context) -> Result<Self>;

    /// Works on one row.
    ///
    /// # Errors
    /// An error fails the row, with the text of the error and of its causes as the
    /// reason; what was emitted, kept, acked and failed for the row is undone. The other
    /// rows of the call and the bolt itself go on.
    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()>;

    /// Called every `tick` seconds if the topology file says so; `now` is in microseconds
    /// since the epoch.
    ///
    /// # Errors
    /// What was emitted, acked and failed in it is undone, and the error is reported.
    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        let _ = (now, out);
        Ok(())
    }

    /// The last call. What it emits still goes down the topology when that finishes. A
    /// process that dies makes no calls.
    ///
    /// # Errors
    /// As for [`tick`](Self::tick).
    fn close(&mut self, reason: CloseReason, out: &mut Emitter) -> Result<()> {
        let _ = (reason, out);
        Ok(())
    }
}

/// A bolt that works batch by batch, on columns. Export it with [`bolt!`](crate::bolt!).
///
/// Every [`Bolt`] is one. The order of rows is kept; how many come in a batch is up to
/// the host.
///
/// ```
/// use stormcell_sdk::prelude::*;
/// use stormcell_sdk::{Anchors, ColumnBuilder};
///
/// struct Split;
///
/// impl BatchBolt for Split {
///     fn describe() -> Description {
///         Description::new("splits lines into words")
///             .input([("text", Type::Text)])
///             .output(Stream::default([("word", Type::Text)]))
///     }
///
///     fn prepare(_context: &Context) -> Result<Self> {
///         Ok(Self)
///     }
///
///     fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
///         let texts = batch.texts("text")?;
///         let mut words = ColumnBuilder::with_capacity(Type::Text, 0, texts.data().len());
///         let mut anchors = Anchors::new();
///         for (line, handle) in texts.values().zip(batch.handles()) {
///             for word in line.split(' ') {
///                 words.push(word)?;
///                 anchors.push_one(handle);
///             }
///         }
///         out.emit_columns("default", vec![words.finish()], anchors)
///     }
/// }
///
/// stormcell_sdk::bolt!(Split);
/// # fn main() {}
/// ```
pub trait BatchBolt: Sized {
    /// What it is; see [`Bolt::describe`].
    fn describe() -> Description;

    /// Makes the value of a task; see [`Bolt::prepare`].
    ///
    /// # Errors
    /// An error fails the topology.
    fn prepare(context: &Context) -> Result<Self>;

    /// Works on one batch. What is emitted row by row is unanchored unless anchors are
    /// named.
    ///
    /// # Errors
    /// An error fails all rows of the batch, with the text of the error and of its causes
    /// as the reason; what was emitted, kept, acked and failed for it is undone. Other
    /// batches and the bolt itself go on.
    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()>;

    /// Called every `tick` seconds; see [`Bolt::tick`].
    ///
    /// # Errors
    /// What was emitted, acked and failed in it is undone, and the error is reported.
    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        let _ = (now, out);
        Ok(())
    }

    /// The last call; see [`Bolt::close`].
    ///
    /// # Errors
    /// As for [`tick`](Self::tick).
    fn close(&mut self, reason: CloseReason, out: &mut Emitter) -> Result<()> {
        let _ = (reason, out);
        Ok(())
    }
}

impl<B: Bolt> BatchBolt for B {
    fn describe() -> Description {
        B::describe()
    }

    fn prepare(context: &Context) -> Result<Self> {
        B::prepare(context)
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        for tuple in batch.tuples().iter() {
            out.begin(Some(tuple.handle()));
            if let Err(error) = self.process(&tuple, out) {
                out.rollback();
                out.fail(tuple.handle(), reason(&error))?;
            }
        }
        Ok(())
    }

    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        Bolt::tick(self, now, out)
    }

    fn close(&mut self, reason: CloseReason, out: &mut Emitter) -> Result<()> {
        Bolt::close(self, reason, out)
    }
}

/// A function of its own, not merged into what lifts and lowers around it: the loops of
/// authors have the registers for themselves then (measured: 3 % of a split).
#[inline(never)]
fn process<B: BatchBolt>(bolt: &mut B, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
    bolt.process_batch(batch, out)
}

/// The text of an error and of its causes.
pub(crate) fn reason(error: &crate::Error) -> String {
    format!("{error:#}")
}

/// A prepared task of a bolt.
#[doc(hidden)]
pub struct BoltTask<B> {
    pub(crate) bolt: B,
    context: Context,
    out: Emitter,
}

impl<B: BatchBolt> BoltTask<B> {
    /// What the component is.
    pub fn describe() -> wit::Description {
        B::describe().into()
    }

    /// Prepares the task.
    pub fn prepare(context: wit::Context) -> Result<Self, String> {
        let context = Context::new(context);
        let bolt = B::prepare(&context).map_err(|error| reason(&error))?;
        let out = Emitter::new(context.streams());
        Ok(Self { bolt, context, out })
    }

    /// Works on the rows of a call.
    pub fn execute(&mut self, batches: Vec<wit::Batch>) -> Result<Outcome, String> {
        let single = batches.len() == 1;
        self.out
            .start(batches.iter().map(|batch| (batch.first_row, batch.rows)));
        for batch in batches {
            let (input, first_row, rows) = (batch.input, batch.first_row, batch.rows);
            let batch = Batch::new(batch, self.context.input_list())
                .ok_or_else(|| format!("the host sent rows of input {input}, which is unknown"))?;
            self.out.begin(None);
            let Err(error) = process(&mut self.bolt, batch, &mut self.out) else {
                continue;
            };
            if single {
                return Err(reason(&error));
            }
            self.out.rollback();
            // A row that another batch of the call has settled stays as it is.
            for row in (0..rows).map(|row| Handle(first_row.wrapping_add(row))) {
                if self.out.handles.check(row).is_ok() {
                    self.out
                        .fail(row, reason(&error))
                        .map_err(|error| error.to_string())?;
                }
            }
        }
        Ok(self.out.finish())
    }

    /// Time has passed.
    pub fn tick(&mut self, now: u64) -> Result<Outcome, String> {
        self.out.start([]);
        self.bolt
            .tick(now, &mut self.out)
            .map_err(|error| reason(&error))?;
        Ok(self.out.finish())
    }

    /// The last call.
    pub fn close(&mut self, close_reason: wit::CloseReason) -> Result<Outcome, String> {
        self.out.start([]);
        let closed = self.bolt.close(close_reason.into(), &mut self.out);
        closed.map_err(|error| reason(&error))?;
        Ok(self.out.finish())
    }
}

#[cfg(test)]
mod tests;
