//! Spouts and bolts seen alike.

use serde_json::{Map, Value};

use super::{GrantsEntry, LimitsEntry, RestartEntry, SpoutEntry, TopologyFile};
use crate::model::ComponentKind;
use crate::source::Pointer;
use crate::units::Period;

/// What a spout and a bolt have in common.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    /// Which of the two it is.
    pub(crate) kind: ComponentKind,
    /// Where it is in the file.
    pub(crate) at: Pointer,
    /// Its id.
    pub(crate) id: &'a str,
    /// Its file or folder.
    pub(crate) component: &'a str,
    /// How many tasks it has.
    pub(crate) parallelism: u32,
    /// Its configuration.
    pub(crate) config: &'a Map<String, Value>,
    /// What it may reach.
    pub(crate) grants: &'a GrantsEntry,
    /// What its tasks may use.
    pub(crate) limits: &'a LimitsEntry,
    /// How often its tasks may be given a new instance.
    pub(crate) restart: &'a RestartEntry,
    /// The whole of a spout.
    pub(crate) spout: Option<&'a SpoutEntry>,
    /// How often a bolt is ticked.
    pub(crate) tick: Option<Period>,
}

impl TopologyFile {
    /// The spouts and then the bolts, in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let spouts = self.spouts.iter().enumerate().map(|(i, spout)| Entry {
            kind: ComponentKind::Spout,
            at: Pointer::root().key("spouts").index(i),
            id: &spout.id,
            component: &spout.component,
            parallelism: spout.parallelism.unwrap_or(1),
            config: &spout.config,
            grants: &spout.grants,
            limits: &spout.limits,
            restart: &spout.restart,
            spout: Some(spout),
            tick: None,
        });
        let bolts = self.bolts.iter().enumerate().map(|(i, bolt)| Entry {
            kind: ComponentKind::Bolt,
            at: Pointer::root().key("bolts").index(i),
            id: &bolt.id,
            component: &bolt.component,
            parallelism: bolt.parallelism.unwrap_or(1),
            config: &bolt.config,
            grants: &bolt.grants,
            limits: &bolt.limits,
            restart: &bolt.restart,
            spout: None,
            tick: bolt.tick,
        });
        spouts.chain(bolts)
    }

    /// How many tasks its spouts and bolts have together.
    pub(crate) fn tasks(&self) -> u32 {
        let parallelism = self.entries().map(|entry| entry.parallelism);
        parallelism.fold(0, u32::saturating_add)
    }

    /// The spout or bolt with this id, the first if there are several.
    pub(crate) fn entry(&self, id: &str) -> Option<Entry<'_>> {
        self.entries().find(|entry| entry.id == id)
    }
}
