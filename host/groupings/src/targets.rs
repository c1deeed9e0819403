//! Targets: the tasks of a subscriber, among which a grouping chooses.

use std::sync::Arc;

/// The most tasks that one subscriber may have: as many as there are key groups,
/// so that every task of a [`crate::Fields`] grouping gets keys.
pub const MAX_TARGETS: usize = 16_384;

/// The tasks of one subscriber, ascending, and which of them are in the process
/// of the emitting task. There is at least one and at most [`MAX_TARGETS`].
///
/// Everything else in this crate names a target by its index here. Immutable and cheap
/// to clone: all emitting tasks share one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    tasks: Arc<[u32]>,
    local: Arc<[bool]>,
}

/// Why tasks cannot be targets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetsError {
    /// There is none.
    #[error("a subscriber has no task, expected at least one")]
    Empty,
    /// More than [`MAX_TARGETS`].
    #[error("a subscriber has {found} tasks, over the limit of {MAX_TARGETS}")]
    TooMany {
        /// How many.
        found: usize,
    },
    /// A task id that is not greater than the one before it.
    #[error("task {second} follows task {first}, expected ascending task ids")]
    NotAscending {
        /// The one before.
        first: u32,
        /// The one that is not greater.
        second: u32,
    },
}

impl Targets {
    /// Tasks that are all in the process of the emitting task.
    ///
    /// # Errors
    /// If there is none, too many, or the ids are not ascending.
    pub fn new(tasks: impl IntoIterator<Item = u32>) -> Result<Self, TargetsError> {
        Self::with_locality(tasks, |_| true)
    }

    /// Tasks of which those that `is_local` says are in the process of the
    /// emitting task.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_locality(
        tasks: impl IntoIterator<Item = u32>,
        is_local: impl FnMut(u32) -> bool,
    ) -> Result<Self, TargetsError> {
        let tasks: Vec<u32> = tasks.into_iter().collect();
        if tasks.is_empty() {
            return Err(TargetsError::Empty);
        }
        if tasks.len() > MAX_TARGETS {
            return Err(TargetsError::TooMany { found: tasks.len() });
        }
        if let Some(pair) = tasks.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(TargetsError::NotAscending {
                first: pair[0],
                second: pair[1],
            });
        }
        let local = tasks.iter().copied().map(is_local).collect();
        Ok(Self {
            tasks: tasks.into(),
            local,
        })
    }

    /// The task ids, ascending.
    pub fn tasks(&self) -> &[u32] {
        &self.tasks
    }

    /// Of each task, whether it is in the process of the emitting task.
    pub fn local(&self) -> &[bool] {
        &self.local
    }

    /// How many there are: at least one.
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// The index of the target with this task id.
    pub fn index_of(&self, task: u32) -> Option<usize> {
        self.tasks.binary_search(&task).ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_targets_is_refused() {
        let refused = |tasks: Vec<u32>| Targets::new(tasks).unwrap_err().to_string();
        assert_eq!(
            refused(vec![]),
            "a subscriber has no task, expected at least one"
        );
        assert_eq!(
            refused(vec![1, 3, 3]),
            "task 3 follows task 3, expected ascending task ids"
        );
        assert_eq!(
            refused((0..20_000).collect()),
            "a subscriber has 20000 tasks, over the limit of 16384"
        );
    }

    #[test]
    fn a_task_is_found_by_its_id() {
        let targets = Targets::with_locality([3, 7, 9], |task| task > 5).unwrap();
        assert_eq!(targets.index_of(7), Some(1));
        assert_eq!(targets.index_of(8), None);
        assert_eq!(targets.local(), [false, true, true]);
        assert_eq!(targets.len(), 3);
    }
}
