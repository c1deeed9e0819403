//! What must hold after every event, one function each.

use super::subject::MAX_PENDING;
use super::truth::has_cause;
use super::world::World;
use super::{SPOUTS, Step};
use std::collections::BTreeSet;
use stormcell_acking::{FailReason, Outcome, RootId};

type Invariant = fn(&World, &Step) -> Result<(), String>;

/// An invariant that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Violation {
    pub(crate) invariant: &'static str,
    pub(crate) detail: String,
}

macro_rules! named {
    ($($invariant:ident),* $(,)?) => { [$((stringify!($invariant), $invariant as Invariant)),*] };
}

/// Checks them all; returns the first that does not hold.
pub(crate) fn check(world: &World, step: &Step) -> Result<(), Violation> {
    let all = named![
        no_false_ack,
        each_root_settles_exactly_once_an_attempt,
        pending_within_max_and_empty_after_two_timeouts_of_quiet,
        nothing_from_an_old_incarnation_changes_state,
        duplicates_only_after_a_fault,
        a_complete_tree_is_not_left_pending,
        a_failure_settles_its_root_at_once,
        a_death_fails_exactly_the_trees_that_touched_the_worker,
    ];
    all.into_iter().try_for_each(|(invariant, holds)| {
        holds(world, step).map_err(|detail| Violation { invariant, detail })
    })
}

fn ensure(holds: bool, detail: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(detail()) }
}

/// A root is acked only if every row of its tree was sent, received and acked.
fn no_false_ack(_: &World, step: &Step) -> Result<(), String> {
    for (settled, attempt) in &step.settled {
        if let (Outcome::Acked, Some(attempt)) = (settled.outcome, attempt) {
            ensure(attempt.unprocessed.is_empty() && attempt.init, || {
                format!("{} is acked, unprocessed: {attempt:?}", settled.root)
            })?;
        }
    }
    Ok(())
}

/// Each attempt has a root of its own, which is pending until it settles, once.
fn each_root_settles_exactly_once_an_attempt(world: &World, step: &Step) -> Result<(), String> {
    ensure(!step.id_came_twice, || "an id came twice".to_owned())?;
    for (settled, attempt) in &step.settled {
        let open = attempt.as_ref().is_some_and(|a| a.end.is_none());
        ensure(open, || format!("{settled:?} was not open: {attempt:?}"))?;
    }
    for spout in 0..SPOUTS {
        let pending = world.workers[spout].ledger.iter().flat_map(|l| l.pending());
        let pending: BTreeSet<RootId> = pending.map(|pending| pending.root).collect();
        let attempts = world.truth.attempts.iter();
        let open = attempts.filter(|(_, a)| a.spout == spout && a.end.is_none());
        let open: BTreeSet<RootId> = open.map(|(root, _)| *root).collect();
        ensure(pending == open, || {
            format!("pending {pending:?}, not settled {open:?}")
        })?;
    }
    Ok(())
}

/// The limit is kept, and is the only reason for which a root is refused; nothing
/// stays for more than two timeouts.
fn pending_within_max_and_empty_after_two_timeouts_of_quiet(
    world: &World,
    step: &Step,
) -> Result<(), String> {
    for (spout, worker) in world.workers.iter().enumerate() {
        let pending = worker.ledger.as_ref().map_or(0, |l| l.pending().len());
        ensure(pending <= MAX_PENDING as usize, || {
            format!("{pending} are pending")
        })?;
        let full = pending == MAX_PENDING as usize;
        ensure(full || step.refused != Some(spout), || {
            format!("a root was refused with {pending} pending")
        })?;
    }
    for (root, attempt) in &world.truth.attempts {
        let open = attempt.end.is_none();
        ensure(!open || attempt.timeouts < 2, || {
            format!("{root} is pending after two timeouts")
        })?;
    }
    Ok(())
}

/// What comes from an incarnation that the receiver knows to be dead, or is about
/// a root of an earlier incarnation of the spout or one that has settled, is as if
/// it had not come.
fn nothing_from_an_old_incarnation_changes_state(_: &World, step: &Step) -> Result<(), String> {
    step.stale.iter().try_for_each(|(before, after)| {
        ensure(before == after, || format!("{before:?} became {after:?}"))
    })
}

/// A root fails, and its row is emitted again, only if there is a cause for it.
fn duplicates_only_after_a_fault(world: &World, step: &Step) -> Result<(), String> {
    for (settled, attempt) in &step.settled {
        if let (Outcome::Failed(reason), Some(attempt)) = (settled.outcome, attempt) {
            let worker = &world.workers[attempt.spout];
            let caused = has_cause(attempt, reason, |other| worker.knows_dead(other));
            let death = reason == FailReason::WorkerDied; // Has its own invariant.
            ensure(caused || death, || {
                format!("{settled:?} without a cause: {attempt:?}")
            })?;
        }
    }
    Ok(())
}

/// A tree of which nothing was lost, in which every row is acked, and about which
/// no message is on its way, is acked. Duplicates and disorder do not prevent it.
fn a_complete_tree_is_not_left_pending(world: &World, _: &Step) -> Result<(), String> {
    let complete = world.truth.attempts.iter().filter(|(_, attempt)| {
        let open = attempt.end.is_none();
        open && attempt.init && attempt.unprocessed.is_empty() && !attempt.lost_something
    });
    let mut complete = complete.map(|(root, _)| *root).peekable();
    if complete.peek().is_none() {
        return Ok(());
    }
    let messages = world.network.messages.iter();
    let on_their_way: BTreeSet<_> = messages.flat_map(|m| m.payload.roots()).collect();
    complete.try_for_each(|root| {
        ensure(on_their_way.contains(&root), || {
            format!("{root} is complete and pending")
        })
    })
}

/// A root whose failure has arrived is not pending any more.
fn a_failure_settles_its_root_at_once(world: &World, _: &Step) -> Result<(), String> {
    let mut attempts = world.truth.attempts.iter();
    attempts.try_for_each(|(root, attempt)| {
        let waits = attempt.end.is_none() && (attempt.fail_arrived || attempt.instance_crashed);
        ensure(!waits, || format!("{root} has failed and is pending"))
    })
}

/// As soon as a ledger knows both of a death and that a tree has touched the dead
/// incarnation, in whichever order, the tree has failed; no other tree has.
fn a_death_fails_exactly_the_trees_that_touched_the_worker(
    world: &World,
    step: &Step,
) -> Result<(), String> {
    for (root, attempt) in &world.truth.attempts {
        let worker = &world.workers[attempt.spout];
        let dead = attempt.touched.iter().find(|t| worker.knows_dead(**t));
        ensure(attempt.end.is_some() || dead.is_none(), || {
            format!("{root} has touched {dead:?} and is pending")
        })?;
    }
    for (settled, attempt) in &step.settled {
        if let (Outcome::Failed(FailReason::WorkerDied), Some(attempt)) = (settled.outcome, attempt)
        {
            let worker = &world.workers[attempt.spout];
            let caused = has_cause(attempt, FailReason::WorkerDied, |t| worker.knows_dead(t));
            ensure(caused, || {
                format!("{settled:?} touched no dead worker: {attempt:?}")
            })?;
        }
    }
    Ok(())
}
