//! Which topologies there are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::topology::TopologyHandle;

/// The topologies of a supervisor, by name.
#[derive(Debug, Default)]
pub(crate) struct Topologies {
    known: Mutex<Known>,
    connections: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    running: BTreeMap<String, Arc<TopologyHandle>>,
    /// Names that are in use and have no topology yet, and what is being submitted.
    reserved: BTreeMap<String, Option<Preparing>>,
    closed: bool,
}

/// A name that is being submitted. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved<'a> {
    topologies: &'a Topologies,
    name: String,
}

/// A topology that is being submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preparing {
    /// How many workers are asked for.
    pub(crate) workers: u32,
    /// When it was submitted, in seconds since 1970.
    pub(crate) at: u64,
    /// What is being done, for people.
    pub(crate) doing: String,
}

/// Why a name cannot be reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotReserved {
    /// There is a topology with it.
    Taken,
    /// There are [`MAX_TOPOLOGIES`] topologies.
    Full,
    /// The supervisor is ending.
    Closed,
}

/// A supervisor has at most this many topologies.
pub const MAX_TOPOLOGIES: usize = 1_000;

impl Topologies {
    /// The topology with this name.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<TopologyHandle>> {
        self.known.lock().running.get(name).cloned()
    }

    /// All topologies, by name.
    pub(crate) fn all(&self) -> Vec<Arc<TopologyHandle>> {
        self.known.lock().running.values().cloned().collect()
    }

    /// What is being submitted, by name.
    pub(crate) fn preparing(&self) -> BTreeMap<String, Preparing> {
        let known = self.known.lock();
        let reserved = known.reserved.iter();
        // One that was just added is there.
        let reserved = reserved.filter(|(name, _)| !known.running.contains_key(*name));
        reserved
            .filter_map(|(name, what)| Some((name.clone(), what.clone()?)))
            .collect()
    }

    /// Which submission of each name is there; 0: one is being submitted.
    pub(crate) fn submissions(&self) -> BTreeMap<String, u32> {
        let known = self.known.lock();
        let running = known.running.values();
        let running = running.map(|handle| (handle.name().to_owned(), handle.submission()));
        let reserved = known.reserved.keys().map(|name| (name.clone(), 0));
        running.chain(reserved).collect()
    }

    /// Reserves a name for a new topology.
    pub(crate) fn reserve(&self, name: &str) -> Result<Reserved<'_>, NotReserved> {
        let mut known = self.known.lock();
        if known.closed {
            return Err(NotReserved::Closed);
        }
        if known.running.contains_key(name) || known.reserved.contains_key(name) {
            return Err(NotReserved::Taken);
        }
        if known.running.len() + known.reserved.len() >= MAX_TOPOLOGIES {
            return Err(NotReserved::Full);
        }
        known.reserved.insert(name.to_owned(), None);
        Ok(Reserved {
            topologies: self,
            name: name.to_owned(),
        })
    }

    /// Adds a topology that an earlier supervisor left.
    pub(crate) fn add(&self, topology: TopologyHandle) {
        let name = topology.name().to_owned();
        self.known.lock().running.insert(name, Arc::new(topology));
    }

    /// Forgets a topology.
    pub(crate) fn remove(&self, name: &str) {
        self.known.lock().running.remove(name);
    }

    /// Takes no more topologies.
    pub(crate) fn close(&self) {
        self.known.lock().closed = true;
    }

    /// Forgets all, and takes no more.
    pub(crate) fn take_all(&self) -> Vec<Arc<TopologyHandle>> {
        let mut known = self.known.lock();
        known.closed = true;
        std::mem::take(&mut known.running).into_values().collect()
    }

    /// A number that no other connection has.
    pub(crate) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }
}

impl Reserved<'_> {
    /// Says what is being submitted under the name, and what is done for that now.
    pub(crate) fn prepares(&self, preparing: Preparing) {
        let mut known = self.topologies.known.lock();
        if let Some(reserved) = known.reserved.get_mut(&self.name) {
            *reserved = Some(preparing);
        }
    }

    /// Adds the topology that the name was reserved for. It ends at once if the
    /// supervisor is ending; it is stored, so it comes back with the next one.
    pub(crate) fn add(self, topology: TopologyHandle) -> Arc<TopologyHandle> {
        let topology = Arc::new(topology);
        let mut known = self.topologies.known.lock();
        if !known.closed {
            let name = self.name.clone();
            known.running.insert(name, Arc::clone(&topology));
        }
        drop(known);
        topology
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.topologies.known.lock().reserved.remove(&self.name);
    }
}
