//! What one instance sees of the values of its task: those that are stored, and over them
//! what its call has changed.
//!
//! Invariants: nothing is stored before [`Kept::commit`]; a call can neither make the store
//! hold more than its quota nor change more than a call may.

use std::ops::Bound;
use std::sync::Arc;

use stormcell_state::{Changes, StateError, TaskState};
use stormcell_topology::StateGrant;

/// The most keys that are told at a time.
const PAGE: usize = 1_000;
/// The most keys that a call may change: what is changed is looked through when keys are
/// asked for, which nobody can interrupt.
const CHANGES: usize = 100_000;

/// What an instance may keep.
pub(crate) enum Keeping<'a> {
    /// The values of its task, up to this quota.
    Values(&'a Arc<dyn TaskState>, StateGrant),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    NotGranted(&'static str),
    InvalidKey(String),
    ValueTooLarge(String),
    OverQuota(String),
    Failed(String),
}

impl From<StateError> for Refused {
    fn from(error: StateError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The values of a task as its instance sees them.
pub(crate) struct Kept {
    store: Result<(Arc<dyn TaskState>, StateGrant), &'static str>,
    /// Bytes that one call may change (`limits.output-bytes`).
    of_a_call: u64,
    changes: Changes,
    /// What the changes count, removed keys with their names.
    changed: u64,
    /// By how much the changes alter what the store holds.
    delta: i128,
}

impl Kept {
    pub(crate) fn new(keeping: &Keeping<'_>, of_a_call: u64) -> Self {
        Self {
            store: match keeping {
                Keeping::Values(store, grant) => Ok((Arc::clone(store), *grant)),
                Keeping::Nothing(why) => Err(why),
            },
            of_a_call,
            changes: Changes::new(),
            changed: 0,
            delta: 0,
        }
    }

    /// Forgets what a call has changed and nobody has stored.
    pub(crate) fn forget(&mut self) {
        self.changes.clear();
        self.changed = 0;
        self.delta = 0;
    }

    /// What the call has changed, to be stored; `None`: nothing.
    pub(crate) fn commit(&mut self) -> Option<(Arc<dyn TaskState>, Changes)> {
        let changes = std::mem::take(&mut self.changes);
        self.forget();
        match &self.store {
            Ok((store, _)) if !changes.is_empty() => Some((Arc::clone(store), changes)),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Refused> {
        let store = self.store()?;
        check_key(key)?;
        match self.changes.get(key) {
            Some(changed) => Ok(changed.clone()),
            None => Ok(store.get(key)?),
        }
    }

    pub(crate) fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), Refused> {
        self.store()?;
        check_key(&key)?;
        if value.len() > StateGrant::VALUE {
            return Err(Refused::ValueTooLarge(format!(
                "a value of {} bytes: {} is the most",
                value.len(),
                StateGrant::VALUE
            )));
        }
        self.change(key, Some(value))
    }

    pub(crate) fn remove(&mut self, key: String) -> Result<(), Refused> {
        let store = self.store()?;
        check_key(&key)?;
        if !self.changes.contains_key(&key) && store.size(&key)?.is_none() {
            return Ok(());
        }
        self.change(key, None)
    }

    pub(crate) fn keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<Vec<String>, Refused> {
        let store = self.store()?;
        let most = PAGE.min(most as usize);
        let mut found = Vec::new();
        let mut after = after.map(str::to_owned);
        while found.len() < most {
            let mut page = store.keys(prefix, after.as_deref(), PAGE)?;
            let last = (page.len() == PAGE).then(|| page.last().cloned()).flatten();
            self.merge(prefix, after.as_deref(), last.as_deref(), &mut page);
            found.append(&mut page);
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        found.truncate(most);
        Ok(found)
    }

    /// Makes of the stored keys of a range, from `after` up to `last`, those that there are.
    fn merge(&self, prefix: &str, after: Option<&str>, last: Option<&str>, page: &mut Vec<String>) {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let changed = self.changes.range::<str, _>((from, Bound::Unbounded));
        let changed = changed
            .take_while(|(key, _)| key.starts_with(prefix))
            .take_while(|(key, _)| last.is_none_or(|last| key.as_str() <= last));
        page.retain(|key| !self.changes.contains_key(key));
        page.extend(
            changed
                .filter(|(_, value)| value.is_some())
                .map(|(key, _)| key.clone()),
        );
        page.sort_unstable();
    }

    fn change(&mut self, key: String, value: Option<Vec<u8>>) -> Result<(), Refused> {
        let (store, grant) = self
            .store
            .as_ref()
            .map_err(|why| Refused::NotGranted(why))?;
        let cost =
            |value: Option<usize>| value.map_or(0, |value| StateGrant::cost(key.len(), value));
        let (before, changed_before) = match self.changes.get(&key) {
            Some(changed) => {
                let size = changed.as_ref().map(Vec::len);
                (cost(size), in_a_call(&key, size))
            }
            None => (cost(store.size(&key)?), 0),
        };
        let size = value.as_ref().map(Vec::len);
        let after = cost(size);
        let delta = self.delta + i128::from(after) - i128::from(before);
        if after > before {
            let held = i128::from(store.held()?) + delta;
            if held > i128::from(grant.quota) {
                return Err(Refused::OverQuota(format!(
                    "the task would keep {held} bytes and may keep {}: the sum of its keys and \
                     values, and {} bytes for each key (`quota` of `grants.state`)",
                    grant.quota,
                    StateGrant::ENTRY
                )));
            }
        }
        let changed = self.changed - changed_before + in_a_call(&key, size);
        let one_more = usize::from(changed_before == 0);
        if changed > self.of_a_call || self.changes.len() + one_more > CHANGES {
            return Err(Refused::OverQuota(format!(
                "one call may change {CHANGES} keys and, with their values, {} bytes \
                 (`limits.output-bytes`)",
                self.of_a_call
            )));
        }
        self.delta = delta;
        self.changed = changed;
        self.changes.insert(key, value);
        Ok(())
    }

    fn store(&self) -> Result<&Arc<dyn TaskState>, Refused> {
        match &self.store {
            Ok((store, _)) => Ok(store),
            Err(why) => Err(Refused::NotGranted(why)),
        }
    }
}

/// What a changed key counts in its call.
fn in_a_call(key: &str, value: Option<usize>) -> u64 {
    StateGrant::cost(key.len(), value.unwrap_or(0))
}

fn check_key(key: &str) -> Result<(), Refused> {
    if StateGrant::KEY.contains(&key.len()) {
        return Ok(());
    }
    Err(Refused::InvalidKey(format!(
        "a key of {} bytes: it must have {} to {}",
        key.len(),
        StateGrant::KEY.start(),
        StateGrant::KEY.end()
    )))
}

#[cfg(test)]
mod tests;
