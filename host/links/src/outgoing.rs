//! What goes to one incarnation of a worker: frames that wait for their turn, those that it
//! has not confirmed, and how much of what it was sent its tasks have taken.
//!
//! A frame gets its number when its turn to be written has come ([`Lanes`]): a frame with a
//! number waits for all frames with lower ones.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use bytes::Bytes;
use parking_lot::Mutex;
use stormcell_acking::{Outbound, Touched, WorkerIncarnation};
use tokio::sync::Notify;

use crate::codec::{self, CreditFrame, Taken};
use crate::lanes::{Lane, Lanes};

/// Bytes of frames that are numbered at a time. A frame that is queued later can have its turn
/// only after them.
const AT_A_TIME: usize = 1 << 20;

/// What goes to one incarnation.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// Who gets it.
    pub(crate) peer: WorkerIncarnation,
    /// The bit that stands for it in this process.
    pub(crate) bit: Touched,
    /// There is something to write, or to report.
    pub(crate) wake: Notify,
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    outbound: Outbound,
    /// Frames that wait for their turn, without a number.
    waiting: Lanes,
    /// Frames that have a number and are not confirmed, in order.
    frames: VecDeque<Frame>,
    /// Bytes of the frames of both kinds that are owed.
    owed: usize,
    /// What is owed is dropped, and it was said.
    drops: bool,
    /// The sequence of the first of `frames`.
    first: u64,
    flows: BTreeMap<u32, Flow>,
    /// Rows that could not be sent and have not been reported.
    lost: Vec<Gone>,
    closed: bool,
}

/// A frame that is not confirmed.
#[derive(Debug)]
struct Frame {
    bytes: Bytes,
    /// It has no rows, but what is owed to ledgers.
    owed: bool,
}

/// What becomes of something that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owing {
    /// It is sent.
    Sent,
    /// It is dropped, the first since anything was confirmed.
    Dropped,
    /// It is dropped like others before.
    DroppedToo,
}

/// What goes to one task.
#[derive(Debug, Default)]
struct Flow {
    sent: Taken,
    taken: Taken,
}

/// Rows for a task that do not wait for it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    pub(crate) task: u32,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// The incarnation is dead: nothing is sent to it.
pub(crate) struct Closed;

impl Outgoing {
    /// Bytes that may be owed and not confirmed. Rows are bounded by who sends them; this
    /// bounds what bolts owe for rows that go round without end while a worker does not
    /// listen. Trees whose acks are dropped are never complete, so they time out.
    pub(crate) const MOST_OWED: usize = 64 << 20;

    /// Nothing sent yet. `me` is the number of the sending incarnation.
    pub(crate) fn new(me: u32, peer: WorkerIncarnation, bit: Touched) -> Self {
        Self {
            peer,
            bit,
            wake: Notify::new(),
            queue: Mutex::new(Queue {
                outbound: Outbound::new(me),
                waiting: Lanes::default(),
                frames: VecDeque::new(),
                owed: 0,
                drops: false,
                first: 0,
                flows: BTreeMap::new(),
                lost: Vec::new(),
                closed: false,
            }),
        }
    }

    /// Queues a frame of rows. `rows` tells what is in it for a task.
    pub(crate) fn push(&self, frame: Vec<u8>, rows: Gone) -> Result<(), Closed> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(Closed);
        }
        queue.waiting.push(Lane::Task(rows.task), frame);
        let sent = &mut queue.flows.entry(rows.task).or_default().sent;
        sent.rows += rows.rows;
        sent.bytes += rows.bytes;
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    /// Queues a frame of what is owed, unless so much is owed already that it is dropped.
    pub(crate) fn owe(&self, frame: Vec<u8>) -> Result<Owing, Closed> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(Closed);
        }
        if queue.owed + frame.len() > Self::MOST_OWED {
            return Ok(match std::mem::replace(&mut queue.drops, true) {
                false => Owing::Dropped,
                true => Owing::DroppedToo,
            });
        }
        queue.owed += frame.len();
        queue.waiting.push(Lane::Owed, frame);
        drop(queue);
        self.wake.notify_one();
        Ok(Owing::Sent)
    }

    /// Has it reported that rows are not sent at all.
    pub(crate) fn lose(&self, rows: Gone) -> Result<(), Closed> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(Closed);
        }
        queue.lost.push(rows);
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    /// Rows that could not be sent since this was asked last.
    pub(crate) fn take_lost(&self) -> Vec<Gone> {
        std::mem::take(&mut self.queue.lock().lost)
    }

    /// How many frames were sent, with those that wait.
    pub(crate) fn sent(&self) -> u64 {
        self.queue.lock().sent()
    }

    /// Frames from this sequence on, up to so many. Those that wait are numbered as far as
    /// they are asked for.
    pub(crate) fn frames(&self, from: u64, most: usize, into: &mut Vec<Bytes>) {
        let mut queue = self.queue.lock();
        queue.number(from.saturating_add(most as u64));
        let skip = usize::try_from(from.saturating_sub(queue.first)).unwrap_or(usize::MAX);
        let frames = queue.frames.iter().skip(skip).take(most);
        into.extend(frames.map(|frame| frame.bytes.clone()));
    }

    /// The receiver has all frames before this sequence.
    ///
    /// # Errors
    /// If it says that it has what was not sent, or has forgotten what it confirmed.
    pub(crate) fn confirm(&self, received: u64) -> io::Result<bool> {
        let mut queue = self.queue.lock();
        if received < queue.first || received > queue.end() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the other worker expects frame {received}, but frames {} to {} are on \
                     their way",
                    queue.first,
                    queue.end()
                ),
            ));
        }
        let confirmed = received - queue.first;
        // As many as are in the queue at most.
        let owed: usize = queue
            .frames
            .drain(..confirmed as usize)
            .map(|frame| if frame.owed { frame.bytes.len() } else { 0 })
            .sum();
        queue.owed -= owed;
        queue.drops &= confirmed == 0;
        queue.first = received;
        Ok(confirmed > 0)
    }

    /// Takes in a credit. Returns what tasks have taken since the last, and whether
    /// frames were confirmed.
    ///
    /// # Errors
    /// As [`Self::confirm`], or if a task has taken more than it was sent.
    pub(crate) fn credit(&self, credit: &CreditFrame) -> io::Result<(Vec<Gone>, bool)> {
        let confirmed = self.confirm(credit.received)?;
        let mut queue = self.queue.lock();
        let mut gone = Vec::new();
        for &(task, taken) in &credit.taken {
            let flow = queue.flows.entry(task).or_default();
            if taken.rows > flow.sent.rows || taken.bytes > flow.sent.bytes {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "the other worker says that task {task} has taken {} rows, but {} \
                         were sent",
                        taken.rows, flow.sent.rows
                    ),
                ));
            }
            // A credit of an earlier connection may be read late.
            let rows = taken.rows.saturating_sub(flow.taken.rows);
            let bytes = taken.bytes.saturating_sub(flow.taken.bytes);
            if rows > 0 || bytes > 0 {
                flow.taken.rows += rows;
                flow.taken.bytes += bytes;
                gone.push(Gone { task, rows, bytes });
            }
        }
        Ok((gone, confirmed))
    }

    /// Sends nothing any more. Returns all that was sent and not taken.
    pub(crate) fn close(&self) -> Vec<Gone> {
        let mut queue = self.queue.lock();
        queue.closed = true;
        queue.first = queue.sent();
        queue.waiting = Lanes::default();
        queue.frames = VecDeque::new();
        queue.owed = 0;
        let mut gone = std::mem::take(&mut queue.lost);
        for (&task, flow) in &mut queue.flows {
            let rows = flow.sent.rows - flow.taken.rows;
            let bytes = flow.sent.bytes - flow.taken.bytes;
            flow.taken = flow.sent;
            if rows > 0 || bytes > 0 {
                gone.push(Gone { task, rows, bytes });
            }
        }
        gone
    }
}

impl Queue {
    /// Numbers frames until none waits, the next one has this sequence, or [`AT_A_TIME`] is
    /// reached.
    fn number(&mut self, end: u64) {
        let mut bytes = 0;
        while self.end() < end && bytes < AT_A_TIME {
            let Some((lane, mut frame)) = self.waiting.pop() else {
                return;
            };
            codec::set_stamp(&mut frame, self.outbound.stamp());
            bytes += frame.len();
            self.frames.push_back(Frame {
                bytes: Bytes::from(frame),
                owed: lane == Lane::Owed,
            });
        }
    }

    /// How many frames have been queued.
    fn sent(&self) -> u64 {
        self.end() + self.waiting.len() as u64
    }

    /// The sequence of the next frame.
    fn end(&self) -> u64 {
        self.first + self.frames.len() as u64
    }
}

#[cfg(test)]
mod tests;
