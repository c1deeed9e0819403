//! What a bolt emits, keeps, acks and fails.

use std::rc::Rc;

use crate::column::Column;
use crate::emit::sink::{EmitError, Extra, Output, OutputRef, Sinks};
use crate::emit::{Anchors, NumberLists, Row};
use crate::handles::{Handle, HandleError, Handles};
use crate::schema::Stream;
use crate::wit;

impl Extra for NumberLists {
    fn truncate(&mut self, rows: usize) {
        Self::truncate(self, rows);
    }
}

/// Where a bolt emits, and where it says what becomes of rows.
///
/// Rows emitted while a row is processed are anchored to that row unless said otherwise,
/// and the row is acked when the call returns unless it is kept or failed. If the bolt
/// returns an error, what it did for that row is undone and the row fails. In `tick` and
/// `close` nothing is anchored.
///
/// Rows keep their order within a stream; two streams have no order between them.
///
/// ```
/// # use stormcell_sdk::prelude::*;
/// # struct Route;
/// # impl Bolt for Route {
/// #     fn describe() -> Description {
/// #         Description::new("")
/// #             .input([("text", Type::Text)])
/// #             .output(Stream::default([("word", Type::Text), ("length", Type::Int)]))
/// #             .output(Stream::new("empty", [("line", Type::Text)]))
/// #             .output(Stream::new("log", [("line", Type::Text)]))
/// #     }
/// #     fn prepare(_: &Context) -> Result<Self> { Ok(Self) }
/// fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
///     let line = tuple.text("text")?;
///     if line.is_empty() {
///         out.to("empty").emit((line,))?;
///     }
///     for word in line.split_whitespace() {
///         out.emit((word, word.len() as i64))?;
///     }
///     out.to("log").unanchored().emit((line,))?;
///     Ok(())
/// }
/// # }
/// # let mut bolt = stormcell_sdk::testing::TestBolt::<Route>::new("{}").unwrap();
/// # let outcome = bolt.process([("to be",)]).unwrap();
/// # assert_eq!(outcome.emitted.len(), 3);
/// ```
pub struct Emitter {
    sinks: Sinks<NumberLists>,
    pub(crate) handles: Handles,
    default: Option<Output>,
    row: Option<Handle>,
}

impl Emitter {
    pub(crate) fn new(streams: Rc<[Stream]>) -> Self {
        let sinks = Sinks::new(streams);
        let default = sinks.find("default").ok();
        Self {
            sinks,
            handles: Handles::default(),
            default,
            row: None,
        }
    }

    /// Begins a call with these rows: first handle and number of each batch.
    pub(crate) fn start(&mut self, rows: impl IntoIterator<Item = (u32, u32)>) {
        // What a call that failed has left behind.
        drop(self.sinks.finish());
        self.handles.start(rows);
        self.begin(None);
    }

    /// Begins an attempt that may be rolled back: a row, or something without one.
    #[inline]
    pub(crate) fn begin(&mut self, row: Option<Handle>) {
        self.row = row;
        self.sinks.begin();
        self.handles.begin();
    }

    pub(crate) fn rollback(&mut self) {
        self.sinks.rollback();
        self.handles.rollback();
    }

    pub(crate) fn finish(&mut self) -> wit::Outcome {
        let emissions = self.sinks.finish().into_iter().map(|ready| wit::Emission {
            output: ready.output,
            rows: ready.rows,
            columns: ready.columns,
            anchors: ready.extra.into(),
            direct_task: ready.direct_task,
        });
        let emissions = emissions.collect();
        let settled = self.handles.finish();
        wit::Outcome {
            emissions,
            kept: settled.kept,
            acked: settled.acked,
            failed: settled.failed,
            extended: settled.extended,
        }
    }

    /// Emits a row on the stream `default`, anchored to the row that is processed.
    ///
    /// # Errors
    /// The values do not fit the stream, or the row that is processed has been acked or
    /// failed already.
    #[inline]
    pub fn emit(&mut self, row: impl Row) -> crate::Result<()> {
        let Some(default) = self.default else {
            self.sinks.find("default")?;
            return Ok(());
        };
        self.write(default, None, AnchorTo::Row, row)
    }

    /// Chooses another stream, by name or as an [`Output`], and how to emit on it.
    pub fn to(&mut self, output: impl OutputRef) -> To<'_> {
        let output = self.sinks.find(output);
        To {
            emitter: self,
            output,
            task: None,
            anchors: AnchorTo::Row,
        }
    }

    /// Emits whole columns on a stream, one for each of its fields, as many anchors as
    /// they have rows.
    ///
    /// ```
    /// # use stormcell_sdk::prelude::*;
    /// # use stormcell_sdk::{Anchors, ColumnBuilder};
    /// # struct Lengths;
    /// # impl BatchBolt for Lengths {
    /// #     fn describe() -> Description {
    /// #         Description::new("")
    /// #             .input([("text", Type::Text)])
    /// #             .output(Stream::default([("length", Type::Int)]))
    /// #     }
    /// #     fn prepare(_: &Context) -> Result<Self> { Ok(Self) }
    /// fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
    ///     let mut lengths = ColumnBuilder::with_capacity(Type::Int, batch.rows(), 0);
    ///     for text in batch.texts("text")?.values() {
    ///         lengths.push(text.len() as i64)?;
    ///     }
    ///     out.emit_columns("default", vec![lengths.finish()], batch.anchors())
    /// }
    /// # }
    /// # let mut bolt = stormcell_sdk::testing::TestBolt::<Lengths>::new("{}").unwrap();
    /// # let outcome = bolt.process([("four",)]).unwrap();
    /// # assert_eq!(outcome.emitted[0].values, [Value::Int(4)]);
    /// ```
    ///
    /// # Errors
    /// The columns do not fit the stream or each other, or an anchor is unknown.
    pub fn emit_columns(
        &mut self,
        output: impl OutputRef,
        columns: Vec<Column>,
        anchors: Anchors,
    ) -> crate::Result<()> {
        let output = self.sinks.find(output)?;
        let rows = anchors.rows();
        let ready = self
            .sinks
            .ready(output, columns, anchors.0, ("anchors", Some(rows)))?;
        self.handles.check_all(ready.extra.numbers())?;
        self.sinks.push(ready);
        Ok(())
    }

    /// Keeps a row: it is not acked when the call returns, and stays pending until it is
    /// acked or failed in a later call, or its time is out.
    ///
    /// ```
    /// # use stormcell_sdk::prelude::*;
    /// # use stormcell_sdk::Handle;
    /// /// Emits rows in pairs.
    /// struct Pairs { waiting: Option<(Handle, String)> }
    ///
    /// impl Bolt for Pairs {
    /// #     fn describe() -> Description {
    /// #         Description::new("")
    /// #             .input([("text", Type::Text)])
    /// #             .output(Stream::default([("left", Type::Text), ("right", Type::Text)]))
    /// #     }
    /// #     fn prepare(_: &Context) -> Result<Self> { Ok(Self { waiting: None }) }
    ///     fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
    ///         let text = tuple.text("text")?;
    ///         let Some((first, left)) = self.waiting.take() else {
    ///             out.keep(tuple.handle())?;
    ///             self.waiting = Some((tuple.handle(), text.to_owned()));
    ///             return Ok(());
    ///         };
    ///         let both = [first, tuple.handle()];
    ///         out.to("default").anchors(&both).emit((left, text))?;
    ///         out.ack(first)?;
    ///         Ok(())
    ///     }
    /// #     // describe and prepare
    /// }
    /// # let mut bolt = stormcell_sdk::testing::TestBolt::<Pairs>::new("{}").unwrap();
    /// # assert_eq!(bolt.process([("a",)]).unwrap().kept, [0]);
    /// # assert_eq!(bolt.process([("b",)]).unwrap().acked, [0, 1]);
    /// ```
    ///
    /// # Errors
    /// The row is unknown, or acked or failed already.
    pub fn keep(&mut self, row: Handle) -> Result<(), HandleError> {
        self.handles.keep(row)
    }

    /// Acks a row: one kept in an earlier call, or one of this call, which would be acked
    /// anyway when it returns.
    ///
    /// # Errors
    /// The row is unknown, or acked or failed already.
    pub fn ack(&mut self, row: Handle) -> Result<(), HandleError> {
        self.handles.ack(row)
    }

    /// Fails a row of this call or kept in an earlier one, with a reason for people (the
    /// host cuts it off at 64 KiB): its whole tree fails and its spout is told.
    ///
    /// # Errors
    /// The row is unknown, or acked or failed already.
    pub fn fail(&mut self, row: Handle, reason: impl Into<String>) -> Result<(), HandleError> {
        self.handles.fail(row, reason.into())
    }

    /// Starts the time-out of a kept row again (Storm's `resetTimeout`).
    ///
    /// # Errors
    /// The row is unknown, or acked or failed already.
    pub fn extend(&mut self, row: Handle) -> Result<(), HandleError> {
        self.handles.extend(row)
    }

    #[inline]
    fn write(
        &mut self,
        output: Output,
        task: Option<u32>,
        anchors: AnchorTo<'_>,
        row: impl Row,
    ) -> crate::Result<()> {
        match anchors {
            AnchorTo::Row => match self.row {
                Some(handle) => {
                    if !self.handles.is_untouched() {
                        self.handles.check(handle)?;
                    }
                    self.sinks.append(output, task, row)?.push_one(handle.0);
                }
                None => self.sinks.append(output, task, row)?.push_none(),
            },
            AnchorTo::None => self.sinks.append(output, task, row)?.push_none(),
            AnchorTo::These(handles) => {
                handles
                    .iter()
                    .try_for_each(|handle| self.handles.check(*handle))?;
                let anchors = self.sinks.append(output, task, row)?;
                anchors.push(handles.iter().map(|handle| handle.0));
            }
        }
        Ok(())
    }
}

/// What an emitted row is anchored to.
#[derive(Clone, Copy)]
enum AnchorTo<'a> {
    /// The row that is processed.
    Row,
    None,
    These(&'a [Handle]),
}

/// An emission on a chosen stream: [`Emitter::to`].
#[must_use = "nothing is emitted before `emit`"]
pub struct To<'e> {
    emitter: &'e mut Emitter,
    output: Result<Output, EmitError>,
    task: Option<u32>,
    anchors: AnchorTo<'e>,
}

impl<'e> To<'e> {
    /// Anchors to these rows instead of the one that is processed; the same one twice is
    /// legal.
    pub fn anchors(mut self, rows: &'e [Handle]) -> Self {
        self.anchors = AnchorTo::These(rows);
        self
    }

    /// Anchors to nothing: nobody replays the emitted row if it is lost.
    pub fn unanchored(mut self) -> Self {
        self.anchors = AnchorTo::None;
        self
    }

    /// Names the task that gets the row, on a direct stream; see
    /// [`Context::tasks_of`](crate::Context::tasks_of).
    pub fn task(mut self, task: u32) -> Self {
        self.task = Some(task);
        self
    }

    /// Emits a row.
    ///
    /// # Errors
    /// There is no such stream, the values do not fit it, a task is missing or out of
    /// place, or an anchor is unknown, acked or failed.
    #[inline]
    pub fn emit(self, row: impl Row) -> crate::Result<()> {
        self.emitter
            .write(self.output?, self.task, self.anchors, row)
    }
}
