//! Values that are kept in the memory of the process.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use parking_lot::Mutex;
use stormcell_topology::StateGrant;

use crate::{Changes, Doing, StateError, States, Task, TaskState};

/// Values of tasks that are kept for as long as this is there.
#[derive(Debug, Default)]
pub struct MemoryStates(Mutex<HashMap<(String, String, u32), Arc<MemoryState>>>);

impl States for MemoryStates {
    fn of_task(&self, task: &Task) -> Arc<dyn TaskState> {
        let key = (task.topology.clone(), task.component.clone(), task.index);
        Arc::clone(self.0.lock().entry(key).or_default()) as _
    }
}

/// Values of one task that are kept for as long as this is there.
#[derive(Debug, Default)]
pub struct MemoryState(Mutex<Values>);

#[derive(Debug, Default)]
struct Values {
    by_key: BTreeMap<String, Vec<u8>>,
    held: u64,
}

impl Values {
    fn change(&mut self, key: String, value: Option<Vec<u8>>) {
        let cost = |value: &Vec<u8>| StateGrant::cost(key.len(), value.len());
        let added = value.as_ref().map_or(0, cost);
        let removed = self.by_key.get(&key).map_or(0, cost);
        self.held = self.held + added - removed;
        match value {
            Some(value) => self.by_key.insert(key, value),
            None => self.by_key.remove(&key),
        };
    }
}

impl TaskState for MemoryState {
    fn open(&self) -> Doing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.0.lock().by_key.get(key).cloned())
    }

    fn size(&self, key: &str) -> Result<Option<usize>, StateError> {
        Ok(self.0.lock().by_key.get(key).map(Vec::len))
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
        let values = self.0.lock();
        let keys = values.by_key.range::<str, _>((from, Bound::Unbounded));
        Ok(keys
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(prefix))
            .take(most)
            .cloned()
            .collect())
    }

    fn held(&self) -> Result<u64, StateError> {
        Ok(self.0.lock().held)
    }

    fn commit(&self, changes: Changes) -> Doing<'_> {
        let mut values = self.0.lock();
        for (key, value) in changes {
            values.change(key, value);
        }
        Box::pin(std::future::ready(Ok(())))
    }
}
