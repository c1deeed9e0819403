//! A folder with a file for each task that keeps values.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::file::FileState;
use crate::{States, Task, TaskState};

/// How the files end.
const EXTENSION: &str = "redb";

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
}

impl States for Folder {
    fn of_task(&self, task: &Task) -> Arc<dyn TaskState> {
        let file = format!("{}.{EXTENSION}", task.index);
        let path = self
            .path
            .join(&task.topology)
            .join(&task.component)
            .join(file);
        let mut used = self.used.lock();
        used.retain(|_, state| state.strong_count() > 0);
        // What is used has the number of tasks with which it was opened: a component that
        // keeps state keeps that number.
        if let Some(state) = used.get(&path).and_then(Weak::upgrade) {
            return state;
        }
        let state = Arc::new(FileState::new(path.clone(), task.tasks));
        used.insert(path, Arc::downgrade(&state));
        state
    }
}
