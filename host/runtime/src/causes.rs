//! Why trees failed, until their spout hears of it: who failed a row, and what went wrong.
//!
//! A ledger knows only that a bolt failed a row. What it said is kept beside it, by root, and
//! bounded: a spout that is slow to hear of a million failed rows does not fill the memory
//! with their tracebacks.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use stormcell_acking::RootId;
use stormcell_topology::plain_text;

/// The bytes of one cause at most.
const LONGEST: usize = 4 << 10;

/// The bytes of all causes of a ledger at most, each counted for every tree that has it. Those
/// that do not fit are not told.
const ALL: usize = 1 << 20;

/// Why rows failed, as it is told: by a task of this component.
pub(crate) fn cause(component: &str, task: u32, what: &str) -> Arc<str> {
    bounded(&format!("`{component}`, task {task}: {what}"))
}

/// A cause within its bound.
pub(crate) fn bounded(text: &str) -> Arc<str> {
    plain_text::bounded(LONGEST, text).into()
}

/// Of a cause, the component that failed the row, and what went wrong there.
pub(crate) fn parts(cause: &str) -> Option<(&str, &str)> {
    let (component, rest) = cause.strip_prefix('`')?.split_once("`, task ")?;
    let (_task, what) = rest.split_once(": ")?;
    Some((component, what))
}

/// The causes of the trees of one ledger.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    by_root: HashMap<RootId, Arc<str>>,
    bytes: usize,
}

impl Causes {
    /// Notes why a tree fails, unless that is noted, or there is no room. Returns whether it
    /// was noted.
    pub(crate) fn note(&mut self, root: RootId, cause: &Arc<str>) -> bool {
        if self.bytes + cause.len() > ALL {
            return false;
        }
        match self.by_root.entry(root) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(Arc::clone(cause));
                self.bytes += cause.len();
                true
            }
        }
    }

    /// Takes why a tree failed.
    pub(crate) fn take(&mut self, root: RootId) -> Option<Arc<str>> {
        // Most trees fail by a time-out, or not at all.
        if self.by_root.is_empty() {
            return None;
        }
        let cause = self.by_root.remove(&root)?;
        self.bytes -= cause.len();
        Some(cause)
    }
}

#[cfg(test)]
mod tests {
    use stormcell_acking::SpoutIndex;

    use super::*;

    fn root(tree: u64) -> RootId {
        RootId::new(SpoutIndex::new(0).expect("an index"), 1, tree)
    }

    #[test]
    fn the_first_cause_of_a_tree_is_told_once() {
        let mut causes = Causes::default();
        assert_eq!(causes.take(root(1)), None);
        let (first, second) = (cause("a", 3, "no"), cause("b", 4, "never"));
        assert!(causes.note(root(1), &first));
        assert!(!causes.note(root(1), &second));
        assert_eq!(causes.take(root(1)).as_deref(), Some("`a`, task 3: no"));
        assert_eq!(causes.take(root(1)), None);
    }

    #[test]
    fn a_cause_is_taken_apart_as_it_was_made() {
        for what in ["no", "", "a `b`, task 7: c\nd"] {
            assert_eq!(parts(&cause("split-1", 3, what)), Some(("split-1", what)));
        }
        assert_eq!(parts("it timed out"), None);
    }

    #[test]
    fn causes_are_bounded_one_by_one_and_together() {
        let mut causes = Causes::default();
        let long = cause("a", 3, &"x".repeat(100_000));
        assert!(long.len() <= LONGEST, "{}", long.len());
        let noted = (0..10_000).filter(|&tree| causes.note(root(tree), &long));
        let noted = noted.count();
        assert!(noted * long.len() <= ALL && noted > 100, "{noted}");
        for tree in 0..10_000 {
            causes.take(root(tree));
        }
        assert_eq!(causes.bytes, 0);
        assert!(causes.note(root(1), &long));
    }
}
