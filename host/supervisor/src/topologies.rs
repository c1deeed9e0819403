//! Which topologies there are.

use std::collections::{BTreeMap, BTreeSet};
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
    reserved: BTreeSet<String>,
    closed: bool,
}

/// A name that is being submitted. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved<'a> {
    topologies: &'a Topologies,
    name: String,
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

    /// Reserves a name for a new topology.
    pub(crate) fn reserve(&self, name: &str) -> Result<Reserved<'_>, NotReserved> {
        let mut known = self.known.lock();
        if known.closed {
            return Err(NotReserved::Closed);
        }
        if known.running.contains_key(name) || known.reserved.contains(name) {
            return Err(NotReserved::Taken);
        }
        if known.running.len() + known.reserved.len() >= MAX_TOPOLOGIES {
            return Err(NotReserved::Full);
        }
        known.reserved.insert(name.to_owned());
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
