//! A stream into a file of a folder with a quota.

use std::io;

use bytes::Bytes;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::{Quota, Reserved};

/// Writes only what there is room for. When there is none the stream fails, as it does
/// when a disk is full, and is closed.
pub(crate) struct QuotaStream {
    file: DynOutputStream,
    quota: Quota,
    /// How far its first byte is behind the end of the file.
    hole: u64,
    /// Room for what is being written.
    reserved: Option<Reserved>,
    room: Room,
}

#[derive(PartialEq, Eq)]
enum Room {
    /// There is some, as far as is known.
    Known,
    /// There seems to be none: it is to be counted.
    ToCount,
    /// It was counted.
    Counted,
    /// There was none: it is closed.
    None,
}

impl QuotaStream {
    pub(crate) fn new(file: DynOutputStream, quota: Quota, hole: u64) -> Self {
        Self {
            file,
            quota,
            hole,
            reserved: None,
            room: Room::Known,
        }
    }

    fn is_counted(&self) -> bool {
        self.room == Room::Counted
    }

    fn full(&mut self) -> StreamError {
        self.room = Room::None;
        StreamError::LastOperationFailed(full().into())
    }
}

/// What a disk says that is full.
fn full() -> io::Error {
    rustix::io::Errno::NOSPC.into()
}

#[async_trait]
impl OutputStream for QuotaStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if self.room == Room::None {
            return Err(StreamError::Closed);
        }
        let grows = self.hole.saturating_add(bytes.len() as u64);
        let Some(reserved) = self.quota.reserve_at_once(grows, self.is_counted()) else {
            // Somebody else has filled it since this was asked.
            return Err(self.full());
        };
        self.file.write(bytes)?;
        self.hole = 0;
        self.room = Room::Known;
        self.reserved = Some(reserved);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        match self.room {
            Room::None => Err(StreamError::Closed),
            _ => self.file.flush(),
        }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.room == Room::None {
            return Err(StreamError::Closed);
        }
        let most = self.file.check_write()?;
        if most == 0 {
            return Ok(0);
        }
        // What was written last is done.
        self.reserved = None;
        let room = self.quota.room(self.is_counted()).saturating_sub(self.hole);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        match (room, &self.room) {
            (0, Room::Counted) => Err(self.full()),
            (0, _) => {
                self.room = Room::ToCount;
                Ok(0)
            }
            (room, _) => Ok(room.min(most)),
        }
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        if self.room == Room::None {
            return Err(StreamError::Closed);
        }
        self.file.ready().await;
        self.reserved = None;
        let grows = self.hole.saturating_add(bytes.len() as u64);
        let Some(_reserved) = self.quota.reserve(grows).await else {
            return Err(self.full());
        };
        self.hole = 0;
        self.file.blocking_write_and_flush(bytes).await
    }

    async fn cancel(&mut self) {
        self.file.cancel().await;
        self.reserved = None;
    }
}

#[async_trait]
impl Pollable for QuotaStream {
    async fn ready(&mut self) {
        self.file.ready().await;
        if self.room == Room::ToCount {
            self.quota.count().await;
            self.room = Room::Counted;
        }
    }
}
