//! The credit: what a receiver has received, and what tasks have taken of it.

use bytes::Buf;

use super::CodecError;
use super::frame::{Frame, Kind, MAX_FRAME, body};
use super::hello::end;

/// What was taken by one task, since the sending incarnation is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// How many rows.
    pub rows: u64,
    /// How many bytes, as the sender counted them.
    pub bytes: u64,
}

/// How far a receiver is. All numbers are totals that only grow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditFrame {
    /// The sequence of the first frame that has not been received.
    pub received: u64,
    /// What each task has taken. A task that is not listed has taken nothing since it
    /// was listed last on this connection.
    pub taken: Vec<(u32, Taken)>,
}

const HEAD: usize = 16;
const ENTRY: usize = 20;

impl CreditFrame {
    /// The whole frame.
    ///
    /// # Errors
    /// If it is longer than a frame may be.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        let mut frame = Frame::new(Kind::Credit, HEAD + ENTRY * self.taken.len());
        frame.align();
        frame.u64(self.received);
        for (task, taken) in &self.taken {
            frame.u32(*task);
            frame.u64(taken.rows);
            frame.u64(taken.bytes);
        }
        frame.finish(MAX_FRAME)
    }

    /// What a payload says.
    ///
    /// # Errors
    /// If it is no such frame.
    pub fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        body(payload, Kind::Credit)?;
        let mut rest = payload.get(8..).unwrap_or_default();
        let received = rest.try_get_u64_le()?;
        let mut taken = Vec::with_capacity(rest.len() / ENTRY);
        while rest.len() >= ENTRY {
            let task = rest.try_get_u32_le()?;
            let rows = rest.try_get_u64_le()?;
            let bytes = rest.try_get_u64_le()?;
            taken.push((task, Taken { rows, bytes }));
        }
        end(rest)?;
        Ok(Self { received, taken })
    }
}
