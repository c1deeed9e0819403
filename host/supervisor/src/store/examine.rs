//! Reading a store that may be damaged, without touching its file.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{
    Database, ReadableDatabase as _, ReadableTable as _, StorageBackend as _, StorageError,
    TableError,
};
use stormcell_protocol::record::Record;

use super::{FORMAT, META, StoreError, TOPOLOGIES, failed};

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
        error => failed(path, &error),
    })?;
    match read.format {
        Some(FORMAT) => {}
        Some(format) if format > FORMAT => {
            return Err(StoreError::Newer {
                path: path.to_owned(),
                format,
            });
        }
        Some(format) => return Err(damaged(format!("its format is {format}"))),
        None => return Err(damaged("it does not say its format".to_owned())),
    }
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
    let read = database.begin_read()?;
    let format = match read.open_table(META) {
        Ok(table) => table.get("format")?.map(|format| format.value()),
        Err(TableError::TableDoesNotExist(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let mut records = Vec::new();
    // A later format may have other tables.
    if format == Some(FORMAT) {
        for entry in read.open_table(TOPOLOGIES)?.iter()? {
            let (name, json) = entry?;
            records.push((name.value().to_owned(), json.value().to_vec()));
        }
    }
    Ok(Read { format, records })
}

/// Does something with redb, which may panic on a file that is damaged.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let reason = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("it makes no sense");
        Err(redb::Error::from(StorageError::Corrupted(
            reason.to_owned(),
        )))
    })
}
