//! What a spout emits.

use std::rc::Rc;

use crate::bindings::common::stormcell::topology::types::Tracking as WitTracking;
use crate::column::Column;
use crate::emit::Row;
use crate::emit::sink::{EmitError, Extra, Output, OutputRef, Ready, Sinks};
use crate::schema::Stream;
use crate::wit;

/// How the rows of an emission of columns are tracked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// Not at all: nobody tells the spout what became of them.
    None,
    /// By one id a row, unique among the pending rows of the spout: it is told of each,
    /// once, by [`Spout::acked`](crate::Spout::acked) or
    /// [`Spout::failed`](crate::Spout::failed).
    Ids(Vec<u64>),
    /// By the host, which keeps the rows and emits those that fail again, up to
    /// `max-replays` times.
    ReplayedByHost,
}

/// The ids of rows, eight bytes each.
#[derive(Debug, Default)]
struct Ids(Vec<u8>);

impl Extra for Ids {
    fn truncate(&mut self, rows: usize) {
        self.0.truncate(rows * 8);
    }
}

/// Where a spout emits. Rows keep their order within a stream and a way of tracking.
///
/// ```
/// # use stormcell_sdk::prelude::*;
/// # struct Numbers { next: i64 }
/// # impl Spout for Numbers {
/// #     fn describe() -> Description {
/// #         Description::new("").output(Stream::default([("n", Type::Int)]))
/// #     }
/// #     fn prepare(_: &Context) -> Result<Self> { Ok(Self { next: 0 }) }
/// fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
///     for _ in 0..max_rows {
///         out.emit_replayed((self.next,))?;
///         self.next += 1;
///     }
///     Ok(Next::More)
/// }
/// # }
/// # let mut spout = stormcell_sdk::testing::TestSpout::<Numbers>::new("{}").unwrap();
/// # assert_eq!(spout.next(3).unwrap().emitted.len(), 3);
/// ```
pub struct SpoutEmitter {
    untracked: Sinks<Ids>,
    by_id: Sinks<Ids>,
    by_host: Sinks<Ids>,
    whole: Vec<wit::SpoutEmission>,
    max_rows: u32,
    emitted: usize,
}

/// How one row is tracked.
#[derive(Clone, Copy)]
enum Track {
    None,
    Id(u64),
    ByHost,
}

impl SpoutEmitter {
    pub(crate) fn new(streams: Rc<[Stream]>) -> Self {
        Self {
            untracked: Sinks::new(Rc::clone(&streams)),
            by_id: Sinks::new(Rc::clone(&streams)),
            by_host: Sinks::new(streams),
            whole: Vec::new(),
            max_rows: 0,
            emitted: 0,
        }
    }

    /// Begins a call for up to `max_rows` rows.
    pub(crate) fn start(&mut self, max_rows: u32) {
        (self.max_rows, self.emitted) = (max_rows, 0);
    }

    pub(crate) fn emitted(&self) -> usize {
        self.emitted
    }

    pub(crate) fn finish(&mut self) -> Vec<wit::SpoutEmission> {
        let mut emissions = std::mem::take(&mut self.whole);
        let mut take = |sinks: &mut Sinks<Ids>, tracking: fn(Ids) -> WitTracking| {
            for ready in sinks.finish() {
                emissions.push(emission(ready, tracking));
            }
        };
        take(&mut self.untracked, |_| WitTracking::None);
        take(&mut self.by_id, |ids| WitTracking::Ids(ids.0));
        take(&mut self.by_host, |_| WitTracking::ReplayedByHost);
        emissions
    }

    /// Emits a row on the stream `default`, untracked.
    ///
    /// # Errors
    /// The values do not fit the stream, or the host has been given as many rows as it
    /// asked for.
    pub fn emit(&mut self, row: impl Row) -> Result<(), EmitError> {
        self.to("default").emit(row)
    }

    /// Emits a row on the stream `default`, tracked by an id of the spout's own choosing
    /// that is unique among its pending rows.
    ///
    /// # Errors
    /// As for [`emit`](Self::emit).
    pub fn emit_with_id(&mut self, id: u64, row: impl Row) -> Result<(), EmitError> {
        self.to("default").id(id).emit(row)
    }

    /// Emits a row on the stream `default` that the host keeps and replays if it fails.
    ///
    /// # Errors
    /// As for [`emit`](Self::emit).
    pub fn emit_replayed(&mut self, row: impl Row) -> Result<(), EmitError> {
        self.to("default").replayed().emit(row)
    }

    /// Chooses another stream, by name or as an [`Output`], and how to emit on it.
    pub fn to(&mut self, output: impl OutputRef) -> SpoutTo<'_> {
        let output = self.untracked.find(output);
        SpoutTo {
            emitter: self,
            output,
            task: None,
            track: Track::None,
        }
    }

    /// Emits whole columns on a stream, one for each of its fields.
    ///
    /// # Errors
    /// The columns do not fit the stream or each other, there are not as many ids as
    /// rows, or they are more rows than the host asked for.
    pub fn emit_columns(
        &mut self,
        output: impl OutputRef,
        columns: Vec<Column>,
        tracking: Tracking,
    ) -> Result<(), EmitError> {
        let output = self.untracked.find(output)?;
        let rows = columns.first().map_or(0, Column::rows);
        self.room_for(rows)?;
        let (tracking, ids) = match tracking {
            Tracking::None => (WitTracking::None, None),
            Tracking::ReplayedByHost => (WitTracking::ReplayedByHost, None),
            Tracking::Ids(ids) => {
                let rows = ids.len();
                let bytes = ids.into_iter().flat_map(u64::to_le_bytes).collect();
                (WitTracking::Ids(bytes), Some(rows))
            }
        };
        let ready = self
            .untracked
            .ready(output, columns, tracking, ("ids", ids))?;
        self.whole.push(emission(ready, |tracking| tracking));
        self.emitted += rows;
        Ok(())
    }

    fn room_for(&self, rows: usize) -> Result<(), EmitError> {
        if self.emitted + rows > self.max_rows as usize {
            return Err(EmitError::Full {
                max_rows: self.max_rows,
            });
        }
        Ok(())
    }
}

fn emission<X>(ready: Ready<X>, tracking: impl FnOnce(X) -> WitTracking) -> wit::SpoutEmission {
    wit::SpoutEmission {
        output: ready.output,
        rows: ready.rows,
        columns: ready.columns,
        tracking: tracking(ready.extra),
        direct_task: ready.direct_task,
    }
}

/// An emission on a chosen stream: [`SpoutEmitter::to`].
#[must_use = "nothing is emitted before `emit`"]
pub struct SpoutTo<'e> {
    emitter: &'e mut SpoutEmitter,
    output: Result<Output, EmitError>,
    task: Option<u32>,
    track: Track,
}

impl SpoutTo<'_> {
    /// Tracks the row by an id, unique among the pending rows of the spout.
    pub fn id(mut self, id: u64) -> Self {
        self.track = Track::Id(id);
        self
    }

    /// Has the host keep the row and replay it if it fails.
    pub fn replayed(mut self) -> Self {
        self.track = Track::ByHost;
        self
    }

    /// Names the task that gets the row, on a direct stream.
    pub fn task(mut self, task: u32) -> Self {
        self.task = Some(task);
        self
    }

    /// Emits a row.
    ///
    /// # Errors
    /// There is no such stream, the values do not fit it, a task is missing or out of
    /// place, or the host has been given as many rows as it asked for.
    pub fn emit(self, row: impl Row) -> Result<(), EmitError> {
        let output = self.output?;
        self.emitter.room_for(1)?;
        match self.track {
            Track::None => self.emitter.untracked.append(output, self.task, row)?,
            Track::ByHost => self.emitter.by_host.append(output, self.task, row)?,
            Track::Id(id) => {
                let ids = self.emitter.by_id.append(output, self.task, row)?;
                ids.0.extend_from_slice(&id.to_le_bytes());
                ids
            }
        };
        self.emitter.emitted += 1;
        Ok(())
    }
}
