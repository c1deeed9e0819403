//! Direct: the emitter names the task.
//!
//! Law: the rows go to the named task if it is one of the subscriber's, and
//! nowhere otherwise. A direct stream may have several subscribers, and a named
//! task belongs to one of them at most, so "nowhere" is no error for one
//! subscriber. That no subscriber at all has the task is for the caller to report.
//! (Storm's `Task.getOutgoingTasks(outTaskId, ...)`.)

use crate::{Choice, Targets};

/// The direct grouping.
#[derive(Debug, Clone)]
pub struct Direct {
    targets: Targets,
}

impl Direct {
    /// A direct grouping to these targets.
    pub fn new(targets: &Targets) -> Self {
        Self {
            targets: targets.clone(),
        }
    }

    /// Chooses for a batch of `rows` rows that was emitted to this task. Returns
    /// whether the task is one of the targets.
    pub fn choose(&self, task: u32, rows: usize, out: &mut Choice) -> bool {
        let target = self.targets.index_of(task);
        match target {
            Some(target) if rows > 0 => out.whole(target as u32),
            _ => out.nowhere(),
        }
        target.is_some()
    }
}
