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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{per_row, targets};

    proptest! {
        #[test]
        fn the_named_task_gets_the_rows_or_nobody_does(
            count in 1_usize..50,
            task in 0_u32..200,
            size in 0_usize..50,
        ) {
            let targets = targets(count);
            let mut choice = Choice::default();
            let found = Direct::new(&targets).choose(task, size, &mut choice);
            prop_assert_eq!(found, targets.tasks().contains(&task));
            for list in per_row(&choice, size, count) {
                let tasks: Vec<u32> = list.iter().map(|&t| targets.tasks()[t as usize]).collect();
                prop_assert_eq!(tasks, if found { vec![task] } else { vec![] });
            }
        }
    }
}
