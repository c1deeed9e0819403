//! The frame: a length, a kind, and for numbered frames a stamp.

use stormcell_acking::Stamp;

use super::CodecError;

// Columns of numbers are sent as they are in memory.
const _: () = assert!(
    cfg!(target_endian = "little"),
    "stormcell runs on little-endian machines"
);

/// The bytes of the length before each payload.
pub const LENGTH: usize = 4;

/// The longest payload in bytes.
pub const MAX_FRAME: usize = 256 << 20;

/// The bytes of a payload up to and with its stamp.
pub(super) const STAMPED: usize = 16;

/// What a frame says: the first byte of its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// [`Hello`](super::Hello).
    Hello = 1,
    /// Rows, numbered.
    Rows = 2,
    /// What is owed to ledgers, numbered.
    Owed = 3,
    /// [`Welcome`](super::Welcome).
    Welcome = 16,
    /// [`Refused`](super::Refused).
    Refused = 17,
    /// [`CreditFrame`](super::CreditFrame).
    Credit = 18,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Hello,
        Self::Rows,
        Self::Owed,
        Self::Welcome,
        Self::Refused,
        Self::Credit,
    ];
}

/// The kind of a payload.
///
/// # Errors
/// If it is empty or its first byte is that of no kind.
pub fn kind(payload: &[u8]) -> Result<Kind, CodecError> {
    let found = payload.first().copied().unwrap_or(0);
    Kind::ALL
        .into_iter()
        .find(|&kind| kind as u8 == found)
        .ok_or(CodecError::Kind { found })
}

/// The payload after its first byte, if that is of this kind.
pub(super) fn body(payload: &[u8], expected: Kind) -> Result<&[u8], CodecError> {
    match payload.split_first() {
        Some((&found, rest)) if found == expected as u8 => Ok(rest),
        found => Err(CodecError::Kind {
            found: found.map_or(0, |(&byte, _)| byte),
        }),
    }
}

/// A frame that is being written: its length is filled in at the end.
#[derive(Debug)]
pub struct Frame(Vec<u8>);

impl Frame {
    /// A frame of this kind, with room for a payload of so many bytes.
    pub(super) fn new(kind: Kind, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(LENGTH + capacity);
        bytes.extend_from_slice(&[0; LENGTH]);
        bytes.push(kind as u8);
        Self(bytes)
    }

    /// A frame with room for a stamp, see [`set_stamp`].
    pub(super) fn numbered(kind: Kind, capacity: usize) -> Self {
        let mut frame = Self::new(kind, capacity);
        frame.0.resize(LENGTH + STAMPED, 0);
        frame
    }

    pub(super) fn u16(&mut self, number: u16) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn u64(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Zeros up to a multiple of 8 from the start of the payload.
    pub(super) fn align(&mut self) {
        let end = LENGTH + (self.0.len() - LENGTH).next_multiple_of(8);
        self.0.resize(end, 0);
    }

    /// The whole frame.
    pub(super) fn finish(mut self, max: usize) -> Result<Vec<u8>, CodecError> {
        let length = self.0.len() - LENGTH;
        match u32::try_from(length) {
            Ok(short) if length <= max => {
                self.0[..LENGTH].copy_from_slice(&short.to_le_bytes());
                Ok(self.0)
            }
            _ => Err(CodecError::TooLarge {
                bytes: length as u64,
                max: max as u64,
            }),
        }
    }
}

/// Numbers a whole frame (with its length) of rows or of what is owed.
///
/// # Panics
/// If the frame is too short to have a stamp.
pub fn set_stamp(frame: &mut [u8], stamp: Stamp) {
    frame[LENGTH + 4..LENGTH + 8].copy_from_slice(&stamp.incarnation.to_le_bytes());
    frame[LENGTH + 8..LENGTH + STAMPED].copy_from_slice(&stamp.sequence.to_le_bytes());
}

/// The stamp of a payload of rows or of what is owed.
///
/// # Errors
/// If the payload is too short.
pub fn stamp(payload: &[u8]) -> Result<Stamp, CodecError> {
    match payload.split_first_chunk::<STAMPED>() {
        Some(([_, _, _, _, i0, i1, i2, i3, sequence @ ..], _)) => Ok(Stamp {
            incarnation: u32::from_le_bytes([*i0, *i1, *i2, *i3]),
            sequence: u64::from_le_bytes(*sequence),
        }),
        None => Err(CodecError::Length {
            part: "a numbered frame",
            expected: STAMPED as u64,
            found: payload.len() as u64,
        }),
    }
}
