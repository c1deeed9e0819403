//! The values of one task in a file.
//!
//! Each commit is on the disk before it counts. A task has one call at a time, and the rows
//! that come meanwhile go into its next one, so calls grow while the disk is busy.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use redb::{
    Database, Durability, ReadableDatabase as _, ReadableTable as _, StorageError, TableDefinition,
    TableError,
};
use stormcell_topology::StateGrant;

use crate::{Changes, Doing, StateError, TaskState};

/// The version of the format of the file.
const FORMAT: u64 = 1;
/// Numbers: those below.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// [`FORMAT`].
const META_FORMAT: &str = "format";
/// How many tasks the component has.
const META_TASKS: &str = "tasks";
/// What all keys and values count.
const META_HELD: &str = "held";
/// The values.
const VALUES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("values");

/// More memory than this is not used to keep pages of the file.
const CACHE: usize = 4 << 20;
/// For how long another process may still have the file: one that ends a task which moves.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether it still has.
const LOOK: Duration = Duration::from_millis(2);

/// The values of one task in a file.
#[derive(Debug)]
pub(crate) struct FileState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    tasks: u32,
    /// `None`: it is not open, or a write failed, after which it must be opened again.
    database: RwLock<Option<Database>>,
    held: AtomicU64,
}

impl FileState {
    /// Those in this file, of a task of a component with so many tasks.
    pub(crate) fn new(path: PathBuf, tasks: u32) -> Self {
        Self(Arc::new(Inner {
            path,
            tasks,
            database: RwLock::default(),
            held: AtomicU64::new(0),
        }))
    }
}

impl TaskState for FileState {
    fn open(&self) -> Doing<'_> {
        if self.0.database.read().is_some() {
            return Box::pin(std::future::ready(Ok(())));
        }
        let inner = Arc::clone(&self.0);
        Box::pin(blocking(Arc::clone(&inner), move || inner.open()))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.0.read(|values| {
            let value = values.get(key)?;
            Ok(value.map(|value| value.value().to_vec()))
        })
    }

    fn size(&self, key: &str) -> Result<Option<usize>, StateError> {
        self.0.read(|values| {
            let value = values.get(key)?;
            Ok(value.map(|value| value.value().len()))
        })
    }

    fn keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>, StateError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.0.read(|values| {
            let mut keys = Vec::new();
            for entry in values.range::<&str>((from, Bound::Unbounded))?.take(most) {
                let (key, _) = entry?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                keys.push(key.value().to_owned());
            }
            Ok(keys)
        })
    }

    fn held(&self) -> Result<u64, StateError> {
        Ok(self.0.held.load(Ordering::Relaxed))
    }

    fn commit(&self, changes: Changes) -> Doing<'_> {
        let inner = Arc::clone(&self.0);
        Box::pin(blocking(Arc::clone(&inner), move || inner.commit(changes)))
    }
}

/// Does what waits for the disk beside the tasks.
async fn blocking(
    inner: Arc<Inner>,
    work: impl FnOnce() -> Result<(), StateError> + Send + 'static,
) -> Result<(), StateError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        Err(StateError::Io {
            path: inner.path.clone(),
            reason: error.to_string(),
        })
    })
}

impl Inner {
    fn open(&self) -> Result<(), StateError> {
        let mut place = self.database.write();
        if place.is_some() {
            return Ok(());
        }
        self.create()?;
        let (database, meta) = open_file(&self.path)?;
        check_tasks(&self.path, &meta, self.tasks)?;
        self.held.store(meta.held, Ordering::Relaxed);
        *place = Some(database);
        Ok(())
    }

    /// Makes an empty file, and its folder, unless it is there. It is made beside its place
    /// and then put there whole, so that a file in its place that is empty or cut short is
    /// always damage.
    fn create(&self) -> Result<(), StateError> {
        let failed = |error: io::Error| StateError::io(&self.path, &error);
        if self.path.try_exists().map_err(failed)? {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let new = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(folder)
            .map_err(failed)?;
        let made = guarded(|| {
            let database = Database::builder().create(new.path())?;
            let write = begin(&database)?;
            {
                let mut meta = write.open_table(META)?;
                meta.insert(META_FORMAT, FORMAT)?;
                meta.insert(META_TASKS, u64::from(self.tasks))?;
                meta.insert(META_HELD, 0)?;
                write.open_table(VALUES)?;
            }
            write.commit()?;
            Ok(())
        });
        made.map_err(|error| self.failed(&error))?;
        new.as_file().sync_all().map_err(failed)?;
        new.persist_noclobber(&self.path)
            .map_err(|error| failed(error.error))?;
        // The folder may be new as well.
        for folder in self.path.ancestors().skip(1).take(3) {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(failed)?;
        }
        Ok(())
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&redb::ReadOnlyTable<&'static str, &'static [u8]>) -> Result<T, redb::Error>,
    ) -> Result<T, StateError> {
        let place = self.database.read();
        let database = place.as_ref().ok_or_else(|| StateError::NotOpen {
            path: self.path.clone(),
        })?;
        let done = guarded(|| work(&database.begin_read()?.open_table(VALUES)?));
        done.map_err(|error| self.failed(&error))
    }

    fn commit(&self, changes: Changes) -> Result<(), StateError> {
        let made = {
            let place = self.database.read();
            let database = place.as_ref().ok_or_else(|| StateError::NotOpen {
                path: self.path.clone(),
            })?;
            guarded(|| make(database, &changes))
        };
        match made {
            Ok(held) => {
                self.held.store(held, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                // The next instance opens it anew, and reads what was stored before.
                close(self.database.write().take());
                Err(self.failed(&error))
            }
        }
    }

    fn failed(&self, error: &redb::Error) -> StateError {
        StateError::redb(&self.path, error)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        close(self.database.get_mut().take());
    }
}

/// Closing writes, and what cannot be written may make it panic. What was committed is
/// stored all the same.
fn close(database: Option<Database>) {
    drop(guarded(|| {
        drop(database);
        Ok(())
    }));
}

/// Makes changes; what all keys and values count then.
fn make(database: &Database, changes: &Changes) -> Result<u64, redb::Error> {
    let write = begin(database)?;
    let mut held;
    {
        let mut meta = write.open_table(META)?;
        let mut values = write.open_table(VALUES)?;
        held = meta.get(META_HELD)?.map_or(0, |held| held.value());
        for (key, value) in changes {
            let before = match value {
                Some(value) => values.insert(key.as_str(), value.as_slice())?,
                None => values.remove(key.as_str())?,
            };
            let cost = |value: &[u8]| StateGrant::cost(key.len(), value.len());
            let removed = before.map_or(0, |before| cost(before.value()));
            let added = value.as_deref().map_or(0, cost);
            held = (held + added).saturating_sub(removed);
        }
        meta.insert(META_HELD, held)?;
    }
    write.commit()?;
    Ok(held)
}

/// Begins a change that is durable when it is committed. What the values are is for their
/// authors to choose, so it is committed in two phases: after a power cut it cannot be
/// taken for another one by its checksum.
fn begin(database: &Database) -> Result<redb::WriteTransaction, redb::Error> {
    let mut write = database.begin_write()?;
    write.set_durability(Durability::Immediate)?;
    write.set_two_phase_commit(true);
    Ok(write)
}

/// Whether the values in a file are those of a task among so many: an error if not.
///
/// # Errors
/// If they are not, or it cannot be read.
pub(crate) fn check_kept(path: &Path, tasks: u32) -> Result<(), StateError> {
    let (database, meta) = open_file(path)?;
    close(Some(database));
    check_tasks(path, &meta, tasks)
}

fn check_tasks(path: &Path, meta: &Meta, tasks: u32) -> Result<(), StateError> {
    if meta.tasks == u64::from(tasks) {
        return Ok(());
    }
    Err(StateError::OtherTasks {
        path: path.to_owned(),
        kept: meta.tasks,
        now: tasks,
    })
}

/// Opens a file as soon as no other process has it, if its format is known.
fn open_file(path: &Path) -> Result<(Database, Meta), StateError> {
    let since = Instant::now();
    let opened = loop {
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE);
        match guarded(|| Ok(builder.open(path)?)) {
            Err(redb::Error::DatabaseAlreadyOpen) if since.elapsed() < PATIENCE => {
                std::thread::sleep(LOOK);
            }
            opened => break opened,
        }
    };
    let database = opened.map_err(|error| StateError::redb(path, &error))?;
    let meta = guarded(|| read_meta(&database)).map_err(|error| StateError::redb(path, &error))?;
    match meta.format {
        0 => Err(StateError::damaged(path, "it does not say its format")),
        FORMAT => Ok((database, meta)),
        format => Err(StateError::Newer {
            path: path.to_owned(),
            format,
            known: FORMAT,
        }),
    }
}

struct Meta {
    /// 0: it does not say.
    format: u64,
    tasks: u64,
    held: u64,
}

fn read_meta(database: &Database) -> Result<Meta, redb::Error> {
    let read = database.begin_read()?;
    let meta = match read.open_table(META) {
        Err(TableError::TableDoesNotExist(_)) => {
            return Ok(Meta {
                format: 0,
                tasks: 0,
                held: 0,
            });
        }
        meta => meta?,
    };
    let number = |name| -> Result<u64, redb::Error> {
        Ok(meta.get(name)?.map_or(0, |number| number.value()))
    };
    Ok(Meta {
        format: number(META_FORMAT)?,
        tasks: number(META_TASKS)?,
        held: number(META_HELD)?,
    })
}

/// Does something with redb, which may panic on a file that is damaged.
fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
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

#[cfg(test)]
mod tests;
