//! What all tasks that emit to a component share about its tasks: made once, by the first
//! that needs it.

use std::sync::OnceLock;

use stormcell_groupings::{KeyGroups, Targets, TargetsError};

/// The tasks of a component, as groupings see them.
#[derive(Default)]
pub(super) struct Subscriber {
    targets: OnceLock<Result<Targets, TargetsError>>,
    groups: OnceLock<Result<KeyGroups, TargetsError>>,
}

impl Subscriber {
    /// These tasks, of which `is_local` says whether they are in this process.
    pub(super) fn targets(
        &self,
        tasks: &[u32],
        is_local: impl FnMut(u32) -> bool,
    ) -> Result<&Targets, TargetsError> {
        let make = || Targets::with_locality(tasks.iter().copied(), is_local);
        self.targets
            .get_or_init(make)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Which of so many tasks has which keys, of a component that has had these numbers of
    /// tasks.
    pub(super) fn groups(&self, counts: &[u32], tasks: usize) -> Result<KeyGroups, TargetsError> {
        self.groups
            .get_or_init(|| key_groups(counts, tasks))
            .clone()
    }
}

fn key_groups(counts: &[u32], tasks: usize) -> Result<KeyGroups, TargetsError> {
    let mut counts = counts.iter().map(|&count| count as usize);
    let first = counts.next().unwrap_or(tasks);
    let mut groups = KeyGroups::new(first)?;
    for count in counts {
        groups = groups.rescaled(count)?;
    }
    Ok(groups)
}
