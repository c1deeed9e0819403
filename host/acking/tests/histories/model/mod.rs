//! A model of a cluster around the ledger: histories of events, what really
//! happened, and the invariants.
//!
//! * [`action`]: the events, drawn at random.
//! * [`world`], [`deliver`], [`faults`], [`worker`], [`network`]: what an event does.
//! * [`truth`]: what really happened, against which the ledger is judged.
//! * [`subject`]: the ledger, whole or broken on purpose.
//! * [`invariants`], [`heal`]: what must hold after each event, and in the end.

pub(crate) mod action;
mod deliver;
mod faults;
mod heal;
mod invariants;
mod network;
pub(crate) mod subject;
mod truth;
mod worker;
mod world;

use action::Action;
use invariants::Violation;
use std::collections::BTreeSet;
use stormcell_acking::Pending;
use subject::{Mutation, Settled};
use truth::Attempt;
use world::World;

const WORKERS: usize = 4;
/// Spout i is on worker i.
const SPOUTS: usize = 2;
const TASKS: usize = 5;

/// What of a worker a message may change: its ledger and how many rows it holds.
type State = (Vec<Pending>, usize);

/// What one event did, for the invariants.
#[derive(Debug, Default)]
struct Step {
    /// What settled, with the attempt as it was before.
    settled: Vec<(Settled, Option<Attempt>)>,
    /// The spout that got no root.
    refused: Option<usize>,
    /// A root id that had been given out before.
    id_came_twice: bool,
    /// The state before and after something that must not change it.
    stale: Vec<(State, State)>,
}

/// Runs a history, checks every invariant after each event, heals, and checks that
/// everything completes. Returns what has happened, by name.
pub(crate) fn run(history: &[Action], mutation: Mutation) -> Result<BTreeSet<String>, Violation> {
    let mut world = World::new(mutation);
    for action in history {
        heal::apply(&mut world, *action)?;
    }
    heal::heal(&mut world)?;
    Ok(world.seen)
}
