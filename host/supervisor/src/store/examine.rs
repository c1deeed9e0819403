//! Reading a store that may be damaged, without touching its file.

use std::collections::BTreeMap;
use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, StorageBackend as _};
use stormcell_protocol::record::Record;
use stormcell_redb_file::{format, guarded};

use super::{FORMAT, LAYOUT, StoreError, TOPOLOGIES, failed};

/// Reads everything of a store from a copy of its file: every checksum is verified and
/// every record understood.
pub(super) fn examine(path: &Path, bytes: Vec<u8>) -> Result<BTreeMap<String, Record>, StoreError> {
    let damaged = |reason: String| StoreError::Damaged {
        path: path.to_owned(),
        reason,
    };
    if bytes.is_empty() {
        return Err(damaged("it is empty".to_owned()));
    }
    let read = guarded(|| read(bytes)).map_err(|error| match error {
        // Of a copy in memory, only what is not in it cannot be read.
        redb::Error::Io(_) => damaged("it refers to what is beyond its end".to_owned()),
        error => failed(path, error.into()),
    })?;
    LAYOUT
        .check_format(read.format)
        .map_err(|fault| failed(path, fault))?;
    read.records
        .into_iter()
        .map(|(name, json)| {
            let record = record(path, &name, &json)?;
            Ok((name, record))
        })
        .collect()
}

/// The record that this JSON is.
pub(super) fn record(path: &Path, name: &str, json: &[u8]) -> Result<Record, StoreError> {
    let damaged = |reason: String| StoreError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let record: Record = serde_json::from_slice(json)
        .map_err(|error| damaged(format!("the record of `{name}` is not understood: {error}")))?;
    if record.submitted.name != name {
        return Err(damaged(format!(
            "the record of `{name}` is that of `{}`",
            record.submitted.name
        )));
    }
    Ok(record)
}

struct Read {
    format: Option<u64>,
    records: Vec<(String, Vec<u8>)>,
}

fn read(bytes: Vec<u8>) -> Result<Read, redb::Error> {
    let copy = InMemoryBackend::new();
    copy.set_len(bytes.len() as u64)?;
    copy.write(0, &bytes)?;
    drop(bytes);
    let database = Database::builder()
        .set_check_integrity_on_open(true)
        .create_with_backend(copy)?;
    let format = format(&database)?;
    let mut records = Vec::new();
    // A later format may have other tables.
    if format == Some(FORMAT) {
        for entry in database.begin_read()?.open_table(TOPOLOGIES)?.iter()? {
            let (name, json) = entry?;
            records.push((name.value().to_owned(), json.value().to_vec()));
        }
    }
    Ok(Read { format, records })
}
