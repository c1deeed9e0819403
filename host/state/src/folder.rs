//! A folder with a file for each task that keeps values.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::file::{FileState, check_kept};
use crate::{StateError, States, Task, TaskState};

/// How the files end.
const EXTENSION: &str = "redb";
/// Before the name of a topology: what its tasks kept is being removed. No topology has
/// such a name.
const REMOVED: &str = ".removed-";

/// A folder in which tasks keep their values: those of a task are in
/// `TOPOLOGY/COMPONENT/INDEX.redb`.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Those that somebody has.
    used: Mutex<HashMap<PathBuf, Weak<FileState>>>,
}

impl Folder {
    /// This folder, which need not be there. There must not be two of one folder in a
    /// process.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            used: Mutex::default(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the tasks of a topology keep their values.
    pub fn of_topology(&self, topology: &str) -> PathBuf {
        self.path.join(topology)
    }

    /// That the values that are kept for a component, if there are any, are those of so many
    /// tasks. Its tasks must not run: it waits for who has a file open.
    ///
    /// # Errors
    /// If they are those of another number of tasks, or a file cannot be read.
    pub fn check_tasks(
        &self,
        topology: &str,
        component: &str,
        tasks: u32,
    ) -> Result<(), StateError> {
        let folder = self.of_topology(topology).join(component);
        let failed = |error: io::Error| StateError::of(&folder, error);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            // One speaks for all: no task is started with a file of another number.
            if path.extension().is_some_and(|found| found == EXTENSION) {
                return check_kept(&path, tasks);
            }
        }
        Ok(())
    }

    /// Removes what the tasks of a topology keep. None of them may run. Returns whether
    /// there was anything.
    ///
    /// It is moved out of the way as a whole first: wherever this ends, all of it is there
    /// or nothing is. What could not be deleted then is deleted the next time.
    ///
    /// # Errors
    /// If it cannot be moved or deleted.
    pub fn remove(&self, topology: &str) -> Result<bool, StateError> {
        let folder = self.of_topology(topology);
        let removed = self.path.join(format!("{REMOVED}{topology}"));
        let failed = |error: io::Error| StateError::of(&folder, error);
        delete(&removed).map_err(failed)?;
        match fs::rename(&folder, &removed) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            renamed => renamed.map_err(failed)?,
        }
        let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
        synced.and_then(|()| delete(&removed)).map_err(failed)?;
        Ok(true)
    }
}

/// Deletes a folder, if it is there.
fn delete(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        deleted => deleted,
    }
}

impl States for Folder {
    fn of_task(&self, task: &Task) -> Arc<dyn TaskState> {
        let file = format!("{}.{EXTENSION}", task.index);
        let path = self
            .of_topology(&task.topology)
            .join(&task.component)
            .join(file);
        let mut used = self.used.lock();
        used.retain(|_, state| state.strong_count() > 0);
        // What is used has the number of tasks with which it was opened: a component that
        // keeps state keeps that number.
        if let Some(state) = used.get(&path).and_then(Weak::upgrade) {
            return state;
        }
        let state = Arc::new(FileState::new(path.clone(), task.tasks, task.quota));
        used.insert(path, Arc::downgrade(&state));
        state
    }
}

#[cfg(test)]
mod tests;
