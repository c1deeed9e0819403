//! What stands in for the state of a task in a test.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::surroundings;
use crate::state::StateError;

/// Values by key, with the bounds of the host but for the quota.
pub(crate) struct State(BTreeMap<String, Vec<u8>>);

impl State {
    const LONGEST_KEY: usize = 1 << 10;
    const LONGEST_VALUE: usize = 1 << 20;
    const PAGE: u32 = 1_000;

    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        check_key(key)?;
        Ok(self.0.get(key).cloned())
    }

    pub(crate) fn set(&mut self, key: &str, value: &[u8]) -> Result<(), StateError> {
        check_key(key)?;
        if value.len() > Self::LONGEST_VALUE {
            let what = format!("a value of {} bytes: 1 MiB is the most", value.len());
            return Err(StateError::ValueTooLarge(what));
        }
        self.0.insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &str) -> Result<(), StateError> {
        check_key(key)?;
        self.0.remove(key);
        Ok(())
    }

    pub(crate) fn keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<Vec<String>, StateError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let keys = self.0.range::<str, _>((from, Bound::Unbounded));
        let keys = keys.map(|(key, _)| key.clone());
        let keys = keys.take_while(|key| key.starts_with(prefix));
        Ok(keys.take(most.min(Self::PAGE) as usize).collect())
    }
}

fn check_key(key: &str) -> Result<(), StateError> {
    if (1..=State::LONGEST_KEY).contains(&key.len()) {
        return Ok(());
    }
    Err(StateError::InvalidKey(format!(
        "a key of {} bytes: it must have 1 to 1024",
        key.len()
    )))
}

/// Takes all that components keep in this thread: the next one begins without state.
/// Changes take effect at once in a test, also those of a call that fails.
pub fn take_state() -> BTreeMap<String, Vec<u8>> {
    surroundings::with(|around| std::mem::take(&mut around.state.0))
}
