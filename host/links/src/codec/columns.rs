//! Columns as an Arrow record batch message. Its schema is known to both sides and not
//! sent.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_buffer::Buffer;
use arrow_ipc::reader::RecordBatchDecoder;
use arrow_ipc::writer::{
    DictionaryTracker, EncodedData, IpcDataGenerator, IpcWriteContext, IpcWriteOptions,
};
use arrow_ipc::{MessageHeader, MetadataVersion, RecordBatch as Layout, root_as_message};
use arrow_schema::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use stormcell_batch::{Columns, Schema};

use super::CodecError;

/// A schema, and the same for Arrow.
#[derive(Debug, Clone)]
pub struct KnownSchema {
    schema: Schema,
    arrow: SchemaRef,
}

impl KnownSchema {
    /// Prepares a schema.
    pub fn new(schema: Schema) -> Self {
        let fields = schema.fields().iter();
        let fields = fields.map(|f| Field::new(&f.name, f.kind.arrow(), f.nullable));
        let arrow = Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()));
        Self { schema, arrow }
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}

/// A message: its metadata and its body.
pub(super) struct Encoded(EncodedData);

impl Encoded {
    pub(super) fn metadata(&self) -> &[u8] {
        &self.0.ipc_message
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.0.arrow_data
    }

    /// How many bytes both take, each from a multiple of 8 on.
    pub(super) fn bytes(&self) -> usize {
        self.metadata().len().next_multiple_of(8) + self.body().len()
    }
}

/// The message of columns. Of slices, only what they show is in it.
pub(super) fn encode(columns: &Columns) -> Result<Encoded, CodecError> {
    let arrays = columns.arrays();
    let fields = arrays.iter();
    let fields = fields.map(|array| Field::new("", array.data_type().clone(), true));
    let schema = Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(columns.rows()));
    let batch = RecordBatch::try_new_with_options(schema, arrays.to_vec(), &options)?;
    let options = IpcWriteOptions::try_new(8, false, MetadataVersion::V5)?;
    let (_, message) = IpcDataGenerator::default().encode(
        &batch,
        &mut DictionaryTracker::new(true),
        &options,
        &mut IpcWriteContext::default(),
    )?;
    Ok(Encoded(message))
}

/// The columns of a message. Everything is checked before Arrow sees it that Arrow
/// takes for granted, and Arrow checks the rest: offsets, UTF-8, counts of nulls.
pub(super) fn decode(
    metadata: &[u8],
    body: Buffer,
    schema: &KnownSchema,
    rows: usize,
) -> Result<Columns, CodecError> {
    let message = root_as_message(metadata).map_err(|error| CodecError::Metadata {
        reason: error.to_string(),
    })?;
    let layout = match (message.header_type(), message.header_as_record_batch()) {
        (MessageHeader::RecordBatch, Some(layout)) if message.version() == MetadataVersion::V5 => {
            layout
        }
        (kind, _) => {
            return Err(CodecError::Metadata {
                reason: format!("a message of kind {kind:?}, {:?}", message.version()),
            });
        }
    };
    check_layout(layout, body.len(), schema, rows)?;
    let version = MetadataVersion::V5;
    let none = HashMap::new();
    let arrow = Arc::clone(&schema.arrow);
    let decoder = RecordBatchDecoder::try_new(&body, layout, arrow, &none, &version)?;
    let batch = decoder.read_record_batch()?;
    let (_, arrays, rows) = batch.into_parts();
    Ok(Columns::new(&schema.schema, arrays, rows)?)
}

/// Whether a message has the nodes and buffers of the schema, each as long as it must
/// be and within the body.
fn check_layout(
    layout: Layout<'_>,
    body: usize,
    schema: &KnownSchema,
    rows: usize,
) -> Result<(), CodecError> {
    let wrong = |reason: &str| CodecError::Metadata {
        reason: reason.to_owned(),
    };
    if layout.compression().is_some() || layout.variadicBufferCounts().is_some() {
        return Err(wrong("compressed, or with variadic buffers"));
    }
    if usize::try_from(layout.length()).ok() != Some(rows) {
        return Err(wrong("another number of rows than the frame says"));
    }
    let nodes = layout.nodes().ok_or_else(|| wrong("it has no nodes"))?;
    let buffers = layout.buffers().ok_or_else(|| wrong("it has no buffers"))?;
    if nodes.len() != schema.schema.len() {
        return Err(wrong("another number of columns than the schema has"));
    }
    let mut buffers = buffers.iter();
    let mut next = || -> Result<usize, CodecError> {
        let buffer = buffers.next().ok_or_else(|| wrong("a buffer is missing"))?;
        let outside = || wrong("a buffer is outside of the body");
        let start = usize::try_from(buffer.offset()).map_err(|_| outside())?;
        let length = usize::try_from(buffer.length()).map_err(|_| outside())?;
        match start.checked_add(length) {
            Some(end) if end <= body => Ok(length),
            _ => Err(outside()),
        }
    };
    for (column, node) in nodes.iter().enumerate() {
        let check = |holds: bool, what, expected, found: i64| match holds {
            true => Ok(()),
            false => Err(CodecError::Column {
                column,
                what,
                expected,
                found,
            }),
        };
        let bits = rows.div_ceil(8);
        check(
            usize::try_from(node.length()).ok() == Some(rows),
            "the column",
            rows,
            node.length(),
        )?;
        let nulls = usize::try_from(node.null_count()).ok();
        let possible = nulls.is_some_and(|nulls| nulls <= rows);
        check(possible, "the nulls", rows, node.null_count())?;
        let validity = next()?;
        let enough = nulls == Some(0) || validity >= bits;
        check(enough, "the validity", bits, validity as i64)?;
        match schema.schema.fields()[column].kind.arrow() {
            DataType::Utf8 | DataType::Binary => {
                let offsets = next()?;
                let expected = 4 * (rows + 1);
                let fits = offsets == expected || (rows == 0 && offsets == 0);
                check(fits, "the offsets", expected, offsets as i64)?;
                next()?;
            }
            DataType::Boolean => {
                let values = next()?;
                check(values >= bits, "the values", bits, values as i64)?;
            }
            // All others have 8 bytes a value.
            _ => {
                let values = next()?;
                check(values == 8 * rows, "the values", 8 * rows, values as i64)?;
            }
        }
    }
    Ok(())
}
