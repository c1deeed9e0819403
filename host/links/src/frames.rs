//! Whole frames from a stream.

use std::io;

use arrow_buffer::{Buffer, MutableBuffer};
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

use crate::codec::{CodecError, LENGTH, MAX_FRAME};

/// Reads frames. A payload lies in memory of its own, aligned, so that arrays can stay
/// in it.
pub(crate) struct FrameReader<R> {
    stream: BufReader<R>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Frames of less than this are read several at a time.
    const BUFFER: usize = 64 << 10;
    /// So much memory is taken for a frame before any of it has come.
    const TRUST: usize = 1 << 20;
    /// The longest first frame of a connection.
    pub(crate) const MAX_GREETING: usize = 64 << 10;

    pub(crate) fn new(stream: R) -> Self {
        Self {
            stream: BufReader::with_capacity(Self::BUFFER, stream),
        }
    }

    /// The payload of the next frame.
    ///
    /// # Errors
    /// If the stream ends or fails, or the frame is too long.
    pub(crate) async fn next(&mut self) -> io::Result<Buffer> {
        self.next_up_to(MAX_FRAME).await
    }

    /// The payload of the next frame, of so many bytes at most.
    pub(crate) async fn next_up_to(&mut self, max: usize) -> io::Result<Buffer> {
        let length = self.stream.read_u32_le().await? as usize;
        if length > max {
            return Err(invalid(CodecError::TooLarge {
                bytes: (length + LENGTH) as u64,
                max: max as u64,
            }));
        }
        let mut payload = MutableBuffer::from_len_zeroed(length.min(Self::TRUST));
        let mut read = 0;
        loop {
            self.stream.read_exact(&mut payload[read..]).await?;
            read = payload.len();
            if read == length {
                return Ok(payload.into());
            }
            payload.resize(length.min(2 * read), 0);
        }
    }
}

/// What came is not what should come.
pub(crate) fn invalid(error: CodecError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
