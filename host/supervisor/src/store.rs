//! The store: the records of all topologies, in one redb file.
//!
//! Invariants:
//! - a change is durable when the call that makes it returns, and a change that fails has
//!   changed nothing that is read later;
//! - a file that is damaged, cut short or of a newer format is never written to: it is
//!   first read as a copy in memory, every checksum and every record of it;
//! - an error of the disk does not end the store: the file is opened anew at the next
//!   change, which redb demands after an error.
//!
//! The format: table `meta` holds `format` (see [`FORMAT`]), table `topologies` a record
//! by the name of its topology, as JSON ([`Record`]).

mod examine;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use redb::{Database, ReadableDatabase as _, TableDefinition, WriteTransaction};
use stormcell_protocol::record::Record;
use stormcell_redb_file::{Fault, Layout, close, guarded};

use crate::blocking::blocking;

/// The version of the format of the file.
pub const FORMAT: u64 = 1;

/// The file. The data folder is locked, so no other process has it.
const LAYOUT: Layout = Layout {
    format: FORMAT,
    cache: 16 << 20,
    patience: Duration::ZERO,
};
const TOPOLOGIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("topologies");

/// Why the store cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What the file holds is not what was written to it.
    #[error(
        "the store {} is damaged: {reason}. It was not changed. Restore it from a backup, or move \
         it away and start again: component files are kept, topologies must be submitted again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A later version wrote the file.
    #[error(
        "the store {} has format {format}, and this version reads format {FORMAT}: use the version \
         of stormcell that wrote it, or move the file away and submit the topologies again",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u64,
    },
    /// It cannot be read or written.
    #[error("cannot use the store {}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason and what to do.
        reason: String,
    },
}

/// How the database is opened, also after an error.
type Open = Box<dyn Fn() -> Result<Database, Fault> + Send>;

/// The store of a supervisor. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Store {
    path: Arc<Path>,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    open: Open,
    /// `None` after an error, until it is opened again.
    database: Option<Database>,
}

impl Store {
    /// Opens the store in this file, or makes it. Returns it with all it holds. Blocks.
    ///
    /// # Errors
    /// If the file is damaged or of a newer format, or cannot be used.
    pub fn open(path: &Path) -> Result<(Self, BTreeMap<String, Record>), StoreError> {
        let failed = |fault| failed(path, fault);
        LAYOUT.create(path, tables).map_err(failed)?;
        let bytes =
            stormcell_regular_file::read(path, u64::MAX).map_err(|error| failed(error.into()))?;
        let records = examine::examine(path, bytes)?;
        let file = path.to_owned();
        let store = Self::with(path, Box::new(move || LAYOUT.open(&file)))?;
        Ok((store, records))
    }

    fn with(path: &Path, open: Open) -> Result<Self, StoreError> {
        let database = open().map_err(|fault| failed(path, fault))?;
        Ok(Self {
            path: path.into(),
            inner: Arc::new(Mutex::new(Inner {
                open,
                database: Some(database),
            })),
        })
    }

    /// Stores a record in place of the one of the same name.
    ///
    /// # Errors
    /// If it cannot be written: then nothing has changed.
    pub async fn put(&self, record: &Record) -> Result<(), StoreError> {
        let name = record.submitted.name.clone();
        let json = serde_json::to_vec(record).map_err(|error| StoreError::Io {
            path: self.path.to_path_buf(),
            reason: format!("the record of `{name}` cannot be written as JSON: {error}"),
        })?;
        self.run(move |database| change(database, &name, Some(&json)))
            .await
    }

    /// Removes the record of this name, if there is one.
    ///
    /// # Errors
    /// If it cannot be removed: then nothing has changed.
    pub async fn remove(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.run(move |database| change(database, &name, None))
            .await
    }

    /// What is stored under this name.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn get(&self, name: &str) -> Result<Option<Record>, StoreError> {
        let key = name.to_owned();
        let json = self
            .run(move |database| {
                let read = database.begin_read()?;
                let table = read.open_table(TOPOLOGIES)?;
                Ok(table.get(key.as_str())?.map(|json| json.value().to_vec()))
            })
            .await?;
        json.map(|json| examine::record(&self.path, name, &json))
            .transpose()
    }

    /// Closes the file, for good: from now on every call fails.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        let closed = blocking(move || {
            let mut inner = inner.lock();
            inner.open = Box::new(|| {
                let closed = "it was closed: the supervisor is ending";
                Err(Fault::Io(closed.to_owned()))
            });
            if let Some(database) = inner.database.take() {
                close(database);
            }
        });
        // An error would mean a panic, which is caught above.
        let _ = closed.await;
    }

    /// Does something with the database, on a thread for blocking work. After an error
    /// the database is closed, and opened again for the next call.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        let result = blocking(move || inner.lock().run(work)).await;
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(fault)) => Err(failed(&self.path, fault)),
            Err(error) => Err(failed(&self.path, Fault::Io(error.to_string()))),
        }
    }
}

impl Inner {
    fn run<T>(
        &mut self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, Fault> {
        let database = match self.database.take() {
            Some(database) => database,
            None => (self.open)()?,
        };
        let result = guarded(|| work(&database));
        match &result {
            Ok(_) => self.database = Some(database),
            Err(_) => close(database),
        }
        Ok(result?)
    }
}

/// Makes the tables of an empty store.
fn tables(write: &WriteTransaction) -> Result<(), redb::Error> {
    write.open_table(TOPOLOGIES)?;
    Ok(())
}

/// One durable change.
fn change(database: &Database, name: &str, json: Option<&[u8]>) -> Result<(), redb::Error> {
    // Numbers of incarnations that were forgotten would be used twice.
    let write = stormcell_redb_file::begin(database)?;
    {
        let mut table = write.open_table(TOPOLOGIES)?;
        match json {
            Some(json) => table.insert(name, json)?,
            None => table.remove(name)?,
        };
    }
    write.commit()?;
    Ok(())
}

/// What is wrong with the file.
fn failed(path: &Path, fault: Fault) -> StoreError {
    let path = path.to_owned();
    match fault {
        Fault::Damaged(reason) => StoreError::Damaged { path, reason },
        Fault::Newer { format, .. } => StoreError::Newer { path, format },
        Fault::Io(reason) => StoreError::Io { path, reason },
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish()
    }
}

#[cfg(test)]
pub(crate) mod tests;
