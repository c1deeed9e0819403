//! The values of one task in a file.
//!
//! Each commit is on the disk before it counts. A task has one call at a time, and the rows
//! that come meanwhile go into its next one, so calls grow while the disk is busy.
//!
//! What a file takes of the disk is bounded ([`BoundedFile`]). It is compacted when it is much
//! larger than what is kept in it, after what a call changed was stored and before the call
//! counts as done: so it is the time of this task, and of nobody else.

use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use stormcell_redb_file::{BoundedFile, Fault, Layout, META, begin, guarded};
use stormcell_topology::StateGrant;

use crate::{Changes, Doing, StateError, TaskState};

/// What the files have in common. Another process that still has one ends a task which
/// moves.
const LAYOUT: Layout = Layout {
    format: 1,
    cache: 4 << 20,
    patience: Duration::from_secs(10),
};
/// How many tasks the component has.
const META_TASKS: &str = "tasks";
/// What all keys and values count.
const META_HELD: &str = "held";
/// The values.
const VALUES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("values");

/// The values of one task in a file.
#[derive(Debug)]
pub(crate) struct FileState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    tasks: u32,
    /// Bytes that it may take of the disk.
    most: u64,
    /// `None`: it is not open, or a write failed, after which it must be opened again.
    file: RwLock<Option<BoundedFile>>,
    held: AtomicU64,
}

impl FileState {
    /// Those in this file, of a task of a component with so many tasks, which may keep so
    /// many bytes.
    pub(crate) fn new(path: PathBuf, tasks: u32, quota: u64) -> Self {
        Self(Arc::new(Inner {
            path,
            tasks,
            most: StateGrant::on_disk(quota),
            file: RwLock::default(),
            held: AtomicU64::new(0),
        }))
    }
}

impl TaskState for FileState {
    fn open(&self) -> Doing<'_> {
        if self.0.file.read().is_some() {
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
        Box::pin(blocking(Arc::clone(&inner), move || inner.commit(&changes)))
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
        let mut place = self.file.write();
        if place.is_some() {
            return Ok(());
        }
        self.create()?;
        let (mut file, held) = open_file(&self.path, self.tasks, self.most)?;
        if file.is_loose_at_first(held) {
            file.compact().map_err(|fault| self.failed(fault))?;
        }
        self.held.store(held, Ordering::Relaxed);
        *place = Some(file);
        Ok(())
    }

    /// Makes an empty file, and its folder, unless it is there.
    fn create(&self) -> Result<(), StateError> {
        let made = LAYOUT.create(&self.path, |write| {
            let mut meta = write.open_table(META)?;
            meta.insert(META_TASKS, u64::from(self.tasks))?;
            meta.insert(META_HELD, 0)?;
            write.open_table(VALUES)?;
            Ok(())
        });
        made.map_err(|fault| self.failed(fault))
    }

    fn failed(&self, fault: impl Into<Fault>) -> StateError {
        StateError::of(&self.path, fault)
    }

    fn not_open(&self) -> StateError {
        StateError::NotOpen {
            path: self.path.clone(),
        }
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&redb::ReadOnlyTable<&'static str, &'static [u8]>) -> Result<T, redb::Error>,
    ) -> Result<T, StateError> {
        let place = self.file.read();
        let file = place.as_ref().ok_or_else(|| self.not_open())?;
        let database = file.database().map_err(|fault| self.failed(fault))?;
        let done = guarded(|| work(&database.begin_read()?.open_table(VALUES)?));
        done.map_err(|error| self.failed(error))
    }

    fn commit(&self, changes: &Changes) -> Result<(), StateError> {
        let made = self.try_commit(changes).or_else(|failure| {
            let mut place = self.file.write();
            if place.as_ref().is_some_and(BoundedFile::was_refused) {
                self.commit_in_room(&mut place, changes)
            } else {
                Err(failure)
            }
        });
        match made {
            Ok(held) => {
                self.held.store(held, Ordering::Relaxed);
                self.tidy(held);
                Ok(())
            }
            Err(failure) => {
                // The next instance opens it anew, and reads what was stored before.
                self.file.write().take();
                Err(failure)
            }
        }
    }

    fn try_commit(&self, changes: &Changes) -> Result<u64, StateError> {
        let place = self.file.read();
        let file = place.as_ref().ok_or_else(|| self.not_open())?;
        let database = file.database().map_err(|fault| self.failed(fault))?;
        guarded(|| make(database, changes)).map_err(|error| self.failed(error))
    }

    /// Makes changes for which there was no room, after the file was made as small as it can
    /// be.
    fn commit_in_room(
        &self,
        place: &mut Option<BoundedFile>,
        changes: &Changes,
    ) -> Result<u64, StateError> {
        let file = place.as_mut().ok_or_else(|| self.not_open())?;
        file.make_room().map_err(|fault| self.failed(fault))?;
        let database = file.database().map_err(|fault| self.failed(fault))?;
        guarded(|| make(database, changes)).map_err(|error| match file.was_refused() {
            true => StateError::Full {
                path: self.path.clone(),
                most: self.most,
            },
            false => self.failed(error),
        })
    }

    /// Gives back what the file takes of the disk for nothing, if that pays.
    fn tidy(&self, held: u64) {
        let is_loose = |place: &Option<BoundedFile>| {
            let file = place.as_ref();
            file.is_some_and(|file| file.is_loose(held))
        };
        if !is_loose(&self.file.read()) {
            return;
        }
        let mut place = self.file.write();
        let compacted = place.as_mut().map(BoundedFile::compact);
        if let Some(Err(_)) = compacted {
            // What was stored stays. The next commit says what is wrong.
            place.take();
        }
    }
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

/// Whether the values in a file are those of a task among so many: an error if not.
///
/// # Errors
/// If they are not, or it cannot be read.
pub(crate) fn check_kept(path: &Path, tasks: u32) -> Result<(), StateError> {
    open_file(path, tasks, u64::MAX).map(drop)
}

/// Opens a file as soon as no other process has it, if it was kept by one of so many tasks.
/// Returns what all keys and values count, too.
fn open_file(path: &Path, tasks: u32, most: u64) -> Result<(BoundedFile, u64), StateError> {
    let failed = |fault| StateError::of(path, fault);
    let file = BoundedFile::open(LAYOUT, path, most).map_err(failed)?;
    let database = file.database().map_err(failed)?;
    let read = guarded(|| {
        let meta = database.begin_read()?.open_table(META)?;
        let number = |name| -> Result<u64, redb::Error> {
            Ok(meta.get(name)?.map_or(0, |number| number.value()))
        };
        Ok((number(META_TASKS)?, number(META_HELD)?))
    });
    match read {
        Ok((kept, held)) if kept == u64::from(tasks) => Ok((file, held)),
        Ok((kept, _)) => Err(StateError::OtherTasks {
            path: path.to_owned(),
            kept,
            now: tasks,
        }),
        Err(error) => Err(StateError::of(path, error)),
    }
}

#[cfg(test)]
mod tests;
