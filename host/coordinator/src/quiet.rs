//! Whether anything is left to do, by two rounds of probes (Mattern's four counters;
//! see `stormcell_protocol::control::Probe`).

use std::collections::BTreeMap;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::control::{Probe, Reply, Request};

use crate::Action;
use crate::limits::PROBE_PAUSE;
use crate::requests::{Asking, Requests, Round};

/// What must hold in every worker, beside that no row is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calm {
    /// No row waits, is worked on or is on its way.
    Idle,
    /// And every tree is settled.
    Settled,
    /// And every spout has ended.
    Ended,
}

impl Calm {
    pub(crate) fn holds(self, probe: &Probe) -> bool {
        probe.idle
            && match self {
                Self::Idle => true,
                Self::Settled => probe.settled,
                Self::Ended => probe.settled && probe.ended,
            }
    }
}

type Probes = BTreeMap<WorkerIncarnation, Probe>;

/// Probes workers until nothing is left to do.
#[derive(Debug)]
pub(crate) struct Quiet {
    calm: Calm,
    round: Round,
    /// What the round before found, if nothing was left by it.
    before: Option<Probes>,
    not_before: Duration,
}

impl Quiet {
    pub(crate) fn new(calm: Calm) -> Self {
        Self {
            calm,
            round: Round::default(),
            before: None,
            not_before: Duration::ZERO,
        }
    }

    /// Goes on probing these workers. Says whether nothing is left to do.
    pub(crate) fn go_on(
        &mut self,
        now: Duration,
        asking: &[Asking],
        requests: &mut Requests,
        out: &mut Vec<Action>,
    ) -> bool {
        if now < self.not_before || !self.round.go_on(asking, |_| Request::Probe, requests, out) {
            return false;
        }
        let found = std::mem::take(&mut self.round);
        let probes: Option<Probes> = found
            .answers()
            .map(|(worker, answer)| match answer {
                Ok(Reply::Probed(probe)) => Some((worker, probe.clone())),
                _ => None,
            })
            .collect();
        let calm = probes.filter(|probes| self.is_calm(probes));
        let quiet = calm.is_some() && calm == self.before;
        if !quiet {
            // The second round may begin at once, another attempt only after a while.
            self.not_before = match calm {
                Some(_) => now,
                None => now + PROBE_PAUSE,
            };
            self.before = calm;
        }
        quiet
    }

    fn is_calm(&self, probes: &Probes) -> bool {
        probes.iter().all(|(from, probe)| {
            self.calm.holds(probe)
                && probe.links.iter().all(|link| {
                    let Some(other) = probes.get(&link.peer) else {
                        // What went to a worker that is dead is not on its way.
                        return true;
                    };
                    let theirs = other.links.iter().find(|theirs| theirs.peer == *from);
                    theirs.map_or((0, 0), |theirs| (theirs.received, theirs.sent))
                        == (link.sent, link.received)
                })
        })
    }
}

#[cfg(test)]
mod tests;
