//! Liveness: when all faults have ended, everything completes.

use super::action::Action;
use super::invariants::{Violation, check};
use super::subject::MAX_PENDING;
use super::world::World;
use super::{SPOUTS, WORKERS};

/// Ends all faults, then lets every spout emit what is left until its source is
/// done. In each round all messages arrive, all rows are acked, and if nothing
/// else happens the timeout passes.
pub(crate) fn heal(world: &mut World) -> Result<(), Violation> {
    for worker in 0..WORKERS {
        apply(
            world,
            Action::RestartWorker {
                worker: worker as u8,
            },
        )?;
    }
    while !world.network.deaths.is_empty() {
        apply(world, Action::HearOfDeath { which: 0 })?;
    }
    while (0..SPOUTS).any(|spout| !world.workers[spout].inits.is_empty()) {
        apply(
            world,
            Action::Init {
                which: 0,
                again: false,
            },
        )?;
    }
    let rows: usize = world.truth.sources.iter().map(|source| source.rows).sum();
    // Two timeouts rid the ledgers of what was lost before; then each round
    // completes MAX_PENDING rows of a spout that has as many left.
    for _ in 0..2 + rows.div_ceil(MAX_PENDING as usize) + SPOUTS {
        settle_down(world)?;
        for spout in 0..SPOUTS {
            for _ in 0..world.truth.sources[spout]
                .to_replay
                .len()
                .min(MAX_PENDING as usize)
            {
                let spout = spout as u8;
                apply(
                    world,
                    Action::Emit {
                        spout,
                        targets: 2,
                        first: 0,
                        init_now: true,
                    },
                )?;
            }
        }
        settle_down(world)?;
        for spout in 0..SPOUTS {
            apply(world, Action::Rotate { spout: spout as u8 })?;
        }
    }
    everything_completes(world).map_err(|detail| Violation {
        invariant: "everything_completes",
        detail,
    })
}

/// Every message arrives, and every row is acked.
fn settle_down(world: &mut World) -> Result<(), Violation> {
    let quiet = |world: &World| {
        world.network.messages.is_empty() && world.workers.iter().all(|w| w.held.is_empty())
    };
    while !quiet(world) {
        apply(world, Action::Deliver { which: 0 })?;
        apply(
            world,
            Action::Execute {
                which: 0,
                partner: None,
                children: 0,
                first: 0,
                twice: false,
                then: super::action::Then::Ack,
            },
        )?;
    }
    Ok(())
}

fn everything_completes(world: &World) -> Result<(), String> {
    for (spout, source) in world.truth.sources.iter().enumerate() {
        let pending = world.workers[spout].ledger.as_ref().map(|l| l.pending());
        let pending = pending.unwrap_or_default();
        if source.done.len() != source.rows || !pending.is_empty() {
            return Err(format!("spout {spout}: {source:?}, pending {pending:?}"));
        }
    }
    Ok(())
}

pub(crate) fn apply(world: &mut World, action: Action) -> Result<(), Violation> {
    let step = world.apply(action);
    check(world, &step)
}
