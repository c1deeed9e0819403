//! What workers say to each other, as bytes. Pure.
//!
//! A frame is a length (`u32`, without itself) and a payload whose first byte is its
//! [`Kind`]. Numbers are little-endian. Who sends rows opens the connection:
//!
//! ```text
//! sender                                receiver
//! Hello: version, topology, from, to →
//!                                       ← Welcome: the next sequence expected
//!                                         (or Refused: why)
//! Rows, Owed: numbered              →
//!                                       ← Credit: received, taken
//! ```
//!
//! Law: what was encoded decodes to the same; decoding any other bytes is an error, or
//! gives something valid, and never panics nor takes more memory than a small multiple
//! of the length of the frame.

mod columns;
mod credit;
mod frame;
mod hello;
mod lineage;
mod owed;
mod rows;

pub use columns::KnownSchema;
pub use credit::{CreditFrame, Taken};
pub use frame::{Frame, Kind, LENGTH, MAX_FRAME, kind, set_stamp, stamp};
pub use hello::{Hello, Refused, VERSION, Welcome};
pub use owed::{decode_owed, encode_owed};
pub use rows::{RowsHead, encode_rows};

/// Why bytes are not a frame, or something cannot be made one.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The first byte is not that of a kind that is expected here.
    #[error("a frame of the unknown or unexpected kind {found}")]
    Kind {
        /// The byte.
        found: u8,
    },
    /// The other process speaks another version.
    #[error(
        "the other worker speaks version {found} of the protocol between workers, this one \
         version {VERSION}: run all workers of a topology with one version of stormcell"
    )]
    Version {
        /// The version of the other process.
        found: u16,
    },
    /// The frame ends too early.
    #[error("the frame ends too early: {0}")]
    Short(#[from] bytes::TryGetError),
    /// A part has another length than the frame says.
    #[error("{part} takes {expected} bytes, but the frame has {found}")]
    Length {
        /// Which part.
        part: &'static str,
        /// How long it should be.
        expected: u64,
        /// How long it is.
        found: u64,
    },
    /// A number is none of those that are allowed.
    #[error("{what} cannot be {found}")]
    Value {
        /// What the number stands for.
        what: &'static str,
        /// The number.
        found: u64,
    },
    /// A text is not UTF-8.
    #[error("{what} is not UTF-8")]
    Text {
        /// Which text.
        what: &'static str,
    },
    /// The metadata of the columns are not those of an Arrow record batch.
    #[error("the columns are not an Arrow record batch: {reason}")]
    Metadata {
        /// What is wrong.
        reason: String,
    },
    /// A column does not fit its field.
    #[error("column {column}: {what} takes {expected} bytes or rows, but has {found}")]
    Column {
        /// Which column, from 0.
        column: usize,
        /// Which part of it.
        what: &'static str,
        /// How much it should be.
        expected: usize,
        /// How much it is.
        found: i64,
    },
    /// Arrow refuses the columns.
    #[error("the columns are not valid: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The columns do not fit the schema.
    #[error(transparent)]
    Schema(#[from] stormcell_batch::BatchError),
    /// It would be too long a frame.
    #[error("a frame has at most {max} bytes, this one would have {bytes}")]
    TooLarge {
        /// How long it would be, about.
        bytes: u64,
        /// How long it may be.
        max: u64,
    },
}

#[cfg(test)]
mod tests;
