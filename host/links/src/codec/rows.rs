//! A frame of rows.
//!
//! ```text
//!  0 kind, 3 zeros       20 input               40 bytes as the sender counts (u64)
//!  4 stamp: incarnation  24 source task         48 length of the metadata
//!  8 stamp: sequence     28 rows                52 zero
//! 16 task                32 form of lineage     56 lineage
//!                        36 pairs of lineage       Arrow: metadata, then body
//! ```
//! Every part starts at a multiple of 8 from the start of the payload, so that arrays
//! can lie in the frame as it was read.

use arrow_buffer::Buffer;
use bytes::Buf;
use stormcell_acking::Stamp;
use stormcell_batch::Batch;

use super::CodecError;
use super::columns::{self, KnownSchema};
use super::frame::{Frame, Kind, STAMPED, body, stamp};
use super::lineage::{self, Shape};
use crate::Rows;

const HEAD: usize = 56;

/// The whole frame of rows, without its stamp. `max` is the longest payload allowed.
///
/// # Errors
/// If it would be too long.
pub fn encode_rows(rows: &Rows, max: usize) -> Result<Vec<u8>, CodecError> {
    let Rows { batch, cost, .. } = rows;
    let shape = Shape::of(&batch.lineage)?;
    let bytes = batch.columns.bytes() as u64;
    let about = HEAD as u64 + 24 * batch.rows() as u64 + bytes;
    let too_large = |bytes| CodecError::TooLarge {
        bytes,
        max: max as u64,
    };
    let count = u32::try_from(batch.rows()).map_err(|_| too_large(about))?;
    let lineage_bytes = shape.bytes(count);
    // Before memory is taken for it.
    let least = HEAD as u64 + lineage_bytes + bytes;
    if least > 2 * max as u64 {
        return Err(too_large(least));
    }
    let arrow = columns::encode(&batch.columns)?;
    let metadata = u32::try_from(arrow.metadata().len()).map_err(|_| too_large(least))?;
    let length = HEAD + lineage_bytes as usize + arrow.bytes();
    let mut frame = Frame::numbered(Kind::Rows, length);
    frame.u32(rows.task);
    frame.u32(rows.input);
    frame.u32(rows.source_task);
    frame.u32(count);
    frame.u32(shape.form());
    frame.u32(shape.pairs);
    frame.u64(*cost);
    frame.u32(metadata);
    frame.u32(0);
    lineage::encode(&batch.lineage, &mut frame);
    frame.bytes(arrow.metadata());
    frame.align();
    frame.bytes(arrow.body());
    frame.finish(max)
}

/// A frame of rows of which the head has been read.
#[derive(Debug)]
pub struct RowsHead {
    /// The number of the frame.
    pub stamp: Stamp,
    /// The task that gets the rows.
    pub task: u32,
    /// Which of its inputs.
    pub input: u32,
    /// The task that emitted them.
    pub source_task: u32,
    /// How many.
    pub rows: u32,
    /// Their bytes, as the sender counts them.
    pub bytes: u64,
    shape: Shape,
    metadata: u32,
}

impl RowsHead {
    /// The head of a payload.
    ///
    /// # Errors
    /// If it is no such frame.
    pub fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        body(payload, Kind::Rows)?;
        let stamp = stamp(payload)?;
        let mut rest = &payload[STAMPED..];
        let task = rest.try_get_u32_le()?;
        let input = rest.try_get_u32_le()?;
        let source_task = rest.try_get_u32_le()?;
        let rows = rest.try_get_u32_le()?;
        let form = rest.try_get_u32_le()?;
        let pairs = rest.try_get_u32_le()?;
        let bytes = rest.try_get_u64_le()?;
        let metadata = rest.try_get_u32_le()?;
        rest.try_get_u32_le()?;
        Ok(Self {
            stamp,
            task,
            input,
            source_task,
            rows,
            bytes,
            shape: Shape::from_parts(form, pairs)?,
            metadata,
        })
    }

    /// The rows of the payload that this is the head of. Arrays that need not be
    /// aligned differently share its memory.
    ///
    /// # Errors
    /// If they are not of this schema, or not valid.
    pub fn batch(&self, payload: &Buffer, schema: &KnownSchema) -> Result<Batch, CodecError> {
        let lineage_bytes = self.shape.bytes(self.rows);
        let metadata = u64::from(self.metadata);
        let body = HEAD as u64 + lineage_bytes + metadata.next_multiple_of(8);
        if body > payload.len() as u64 {
            return Err(CodecError::Length {
                part: "the head with lineage and metadata",
                expected: body,
                found: payload.len() as u64,
            });
        }
        // Not longer than the payload, so they fit.
        let (lineage_bytes, body) = (lineage_bytes as usize, body as usize);
        let lineage = &payload[HEAD..][..lineage_bytes];
        let lineage = lineage::decode(lineage, self.shape, self.rows)?;
        let metadata = &payload[HEAD + lineage_bytes..][..metadata as usize];
        let columns = columns::decode(metadata, payload.slice(body), schema, self.rows as usize)?;
        Ok(Batch::new(columns, lineage))
    }
}
