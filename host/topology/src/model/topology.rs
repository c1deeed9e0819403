//! The whole of a validated topology.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::secret_use::{self, SecretUse};
use super::{Component, ComponentKind, Subscription};

/// A topology that has passed every check. Immutable; made by [`crate::check`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topology {
    pub(crate) name: String,
    pub(crate) acking: bool,
    pub(crate) message_timeout: Option<Duration>,
    pub(crate) dead_letters: bool,
    pub(crate) components: Vec<Component>,
    pub(crate) subscriptions: Vec<Subscription>,
}

impl Topology {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same topology under another name: that under which it was submitted.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Whether trees of rows are tracked. If not, spouts are told at once that
    /// what they emitted is acked, and nothing is replayed.
    pub fn acking(&self) -> bool {
        self.acking
    }

    /// The message time-out of spouts that set none of their own; `None`: never.
    pub fn message_timeout(&self) -> Option<Duration> {
        self.message_timeout
    }

    /// Whether a row that its component cannot process is stored as a dead letter, and then
    /// counts as processed. If not, it fails.
    pub fn dead_letters(&self) -> bool {
        self.dead_letters
    }

    /// Its components, sorted by id.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The component with this id.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components
            .binary_search_by(|component| component.id.as_str().cmp(id))
            .ok()
            .and_then(|position| self.components.get(position))
    }

    /// Its spouts, sorted by id.
    pub fn spouts(&self) -> impl Iterator<Item = &Component> {
        self.of_kind(ComponentKind::Spout)
    }

    /// Its bolts, sorted by id.
    pub fn bolts(&self) -> impl Iterator<Item = &Component> {
        self.of_kind(ComponentKind::Bolt)
    }

    /// Who reads what, in the order of the file.
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// The subscriptions of this bolt, in the order of the file: its inputs
    /// (`context.inputs` in the WIT package).
    pub fn inputs<'a>(&'a self, to: &'a str) -> impl Iterator<Item = &'a Subscription> {
        self.subscriptions.iter().filter(move |s| s.to == to)
    }

    /// The subscriptions to this component's streams, in the order of the file.
    pub fn outputs<'a>(&'a self, from: &'a str) -> impl Iterator<Item = &'a Subscription> {
        self.subscriptions.iter().filter(move |s| s.from == from)
    }

    /// The bolts that do the same whenever they are given the same row again: they, and all
    /// bolts that the row may have come through, see nothing but rows
    /// ([`Component::sees_rows_only`]). What such a bolt has in memory may still differ, by the
    /// rows that came in between.
    pub fn repeatable_bolts(&self) -> BTreeSet<&str> {
        let mut repeatable: BTreeSet<&str> = self.bolts().map(|bolt| bolt.id.as_str()).collect();
        let others = self.bolts().filter(|bolt| !bolt.sees_rows_only());
        let mut left: Vec<&str> = others.map(|bolt| bolt.id.as_str()).collect();
        while let Some(bolt) = left.pop() {
            if repeatable.remove(bolt) {
                left.extend(self.outputs(bolt).map(|to| to.to.as_str()));
            }
        }
        repeatable
    }

    /// Where its components refer to secrets, in the order of their ids.
    pub fn secret_uses(&self) -> Vec<SecretUse> {
        let components = self.components.iter();
        components.flat_map(secret_use::of_component).collect()
    }

    fn of_kind(&self, kind: ComponentKind) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(move |c| c.kind == kind)
    }
}
