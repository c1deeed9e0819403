//! How a connection begins.

use bytes::Buf;
use stormcell_acking::WorkerIncarnation;

use super::CodecError;
use super::frame::{Frame, Kind, MAX_FRAME, body};

/// The version of the protocol between workers.
pub const VERSION: u16 = 3;

/// The first frame of a connection: who speaks, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The topology.
    pub topology: String,
    /// Who speaks.
    pub from: WorkerIncarnation,
    /// Who is meant.
    pub to: WorkerIncarnation,
}

impl Hello {
    /// The whole frame.
    ///
    /// # Errors
    /// If the name of the topology is longer than a frame may be.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        let mut frame = Frame::new(Kind::Hello, 19 + self.topology.len());
        frame.u16(VERSION);
        for incarnation in [self.from, self.to] {
            frame.u32(incarnation.worker);
            frame.u32(incarnation.number);
        }
        frame.bytes(self.topology.as_bytes());
        frame.finish(MAX_FRAME)
    }

    /// What a payload says.
    ///
    /// # Errors
    /// If it is no such frame, or of another version.
    pub fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        let mut rest = body(payload, Kind::Hello)?;
        let found = rest.try_get_u16_le()?;
        if found != VERSION {
            return Err(CodecError::Version { found });
        }
        let mut incarnation = || {
            Ok::<_, CodecError>(WorkerIncarnation {
                worker: rest.try_get_u32_le()?,
                number: rest.try_get_u32_le()?,
            })
        };
        Ok(Self {
            from: incarnation()?,
            to: incarnation()?,
            topology: text(rest, "the name of the topology")?,
        })
    }
}

/// The answer to a [`Hello`] that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// The sequence of the first frame that has not been received.
    pub expected: u64,
}

impl Welcome {
    /// The whole frame.
    ///
    /// # Errors
    /// Never: it is short.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        let mut frame = Frame::new(Kind::Welcome, 9);
        frame.u64(self.expected);
        frame.finish(MAX_FRAME)
    }

    /// What a payload says.
    ///
    /// # Errors
    /// If it is no such frame.
    pub fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        let mut rest = body(payload, Kind::Welcome)?;
        let expected = rest.try_get_u64_le()?;
        end(rest)?;
        Ok(Self { expected })
    }
}

/// The answer to a [`Hello`] that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why, for people.
    pub reason: String,
}

impl Refused {
    /// The whole frame.
    ///
    /// # Errors
    /// If the reason is longer than a frame may be.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        let mut frame = Frame::new(Kind::Refused, 1 + self.reason.len());
        frame.bytes(self.reason.as_bytes());
        frame.finish(MAX_FRAME)
    }

    /// What a payload says.
    ///
    /// # Errors
    /// If it is no such frame.
    pub fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        let reason = text(body(payload, Kind::Refused)?, "the reason of a refusal")?;
        Ok(Self { reason })
    }
}

fn text(bytes: &[u8], what: &'static str) -> Result<String, CodecError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(CodecError::Text { what }),
    }
}

/// Nothing may follow.
pub(super) fn end(rest: &[u8]) -> Result<(), CodecError> {
    match rest.len() {
        0 => Ok(()),
        found => Err(CodecError::Length {
            part: "what follows the last field",
            expected: 0,
            found: found as u64,
        }),
    }
}
