//! The ledger under test, whole or broken on purpose.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use stormcell_acking::{
    FailReason, Inbound, Ledger, LedgerConfig, Outcome, Pending, RootId, SpoutIndex, Stamp,
    Touched, Update, Verdict,
};

/// How many roots a spout may have open.
pub(crate) const MAX_PENDING: u32 = 8;

/// A way to break it. Each is a mistake that somebody could make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mutation {
    None,
    InitCountsAgain,
    InitIsNotAwaited,
    InitOfNoTargetIsIgnored,
    AnUpdateIsLost,
    AFailureIsIgnored,
    SettlesTwice,
    ForgetsASettledRoot,
    NeverTimesOut,
    TimesOutAfterOneTimeout,
    ExtendIsIgnored,
    MaxPendingIsIgnored,
    OldSpoutIncarnationsCount,
    TouchedIsIgnored,
    DeathIsForgotten,
    DeathFailsEverything,
    LinkAcceptsDuplicates,
    LinkAcceptsTheDead,
}

/// A root that has settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settled {
    pub(crate) root: RootId,
    pub(crate) outcome: Outcome,
}

/// A ledger with at most one mistake in it.
#[derive(Debug)]
pub(crate) struct Subject {
    ledger: Ledger,
    mutation: Mutation,
    spout: SpoutIndex,
    incarnation: u32,
    calls: u32,
    inits: BTreeSet<RootId>,
}

impl Subject {
    pub(crate) fn new(spout: SpoutIndex, incarnation: u32, mutation: Mutation) -> Self {
        let max_pending = match mutation {
            Mutation::MaxPendingIsIgnored => None,
            _ => NonZeroU32::new(MAX_PENDING),
        };
        Self {
            ledger: Ledger::new(spout, incarnation, LedgerConfig { max_pending }),
            mutation,
            spout,
            incarnation,
            calls: 0,
            inits: BTreeSet::new(),
        }
    }

    /// True once in a while.
    fn now_and_then(&mut self) -> bool {
        self.calls += 1;
        self.calls.is_multiple_of(5)
    }

    fn is(&self, mutation: Mutation) -> bool {
        self.mutation == mutation
    }

    pub(crate) fn incarnation(&self) -> u32 {
        self.incarnation
    }

    pub(crate) fn pending(&self) -> Vec<Pending> {
        self.ledger.iter().collect()
    }

    pub(crate) fn reserve(&mut self) -> Option<RootId> {
        let root = self.ledger.reserve()?;
        if self.is(Mutation::InitIsNotAwaited) {
            self.ledger.init(root, 0);
        }
        Some(root)
    }

    pub(crate) fn init(&mut self, sent: Update) {
        let again = !self.inits.insert(sent.root);
        match self.mutation {
            Mutation::InitCountsAgain if again => self.ledger.update_all(&[sent]),
            Mutation::InitOfNoTargetIsIgnored if sent.xor == 0 => {}
            _ => self.ledger.init_all(&[self.changed(sent)]),
        }
    }

    pub(crate) fn update_all(&mut self, updates: &[Update]) {
        if self.is(Mutation::AnUpdateIsLost) && self.now_and_then() {
            return;
        }
        let updates = updates.iter().map(|update| self.changed(*update));
        let updates: Vec<_> = updates.collect();
        self.ledger.update_all(&updates);
    }

    fn changed(&self, update: Update) -> Update {
        let Update {
            root, xor, touched, ..
        } = update;
        match self.mutation {
            Mutation::TouchedIsIgnored => Update::new(root, xor),
            Mutation::DeathIsForgotten => {
                Update::new(root, xor).touching(touched.without(Touched::DEAD))
            }
            Mutation::OldSpoutIncarnationsCount => {
                let root = RootId::new(self.spout, self.incarnation, root.counter());
                Update::new(root, xor).touching(touched)
            }
            _ => update,
        }
    }

    pub(crate) fn fail(&mut self, root: RootId) {
        if !self.is(Mutation::AFailureIsIgnored) {
            self.ledger.fail(root, FailReason::FailedByBolt);
        }
    }

    pub(crate) fn fail_all(&mut self) {
        self.ledger.fail_all(FailReason::SpoutRestarted);
    }

    pub(crate) fn extend(&mut self, root: RootId) {
        if !self.is(Mutation::ExtendIsIgnored) {
            self.ledger.extend(root);
        }
    }

    pub(crate) fn rotate(&mut self) {
        match self.mutation {
            Mutation::NeverTimesOut => {}
            Mutation::TimesOutAfterOneTimeout => {
                self.ledger.rotate();
                self.ledger.rotate();
            }
            _ => self.ledger.rotate(),
        }
    }

    pub(crate) fn worker_died(&mut self, bit: Touched) {
        match self.mutation {
            Mutation::DeathFailsEverything if bit != Touched::NONE => {
                self.ledger.fail_all(FailReason::WorkerDied);
            }
            Mutation::DeathIsForgotten => {
                self.ledger.worker_died(bit);
                self.ledger.reuse(bit);
            }
            _ => self.ledger.worker_died(bit),
        }
    }

    pub(crate) fn touched(&self) -> Touched {
        self.ledger.touched()
    }

    pub(crate) fn reuse(&mut self, freed: Touched) {
        self.ledger.reuse(freed);
    }

    pub(crate) fn take_settled(&mut self) -> Vec<Settled> {
        let mut runs = Vec::new();
        self.ledger.take_settled(&mut runs);
        let mut settled = Vec::new();
        for run in runs {
            let outcome = run.outcome;
            settled.extend(run.roots.iter().map(|root| Settled { root, outcome }));
        }
        if self.is(Mutation::SettlesTwice) {
            settled.extend(settled.clone());
        }
        if self.is(Mutation::ForgetsASettledRoot) && !settled.is_empty() && self.now_and_then() {
            settled.pop();
        }
        settled
    }
}

/// The receiving end of a link, whole or broken.
pub(crate) fn receive(link: &mut Inbound, stamp: Stamp, mutation: Mutation) -> Verdict {
    match (link.receive(stamp), mutation) {
        (Verdict::Duplicate, Mutation::LinkAcceptsDuplicates) => Verdict::Accept,
        (Verdict::Dead, Mutation::LinkAcceptsTheDead) => Verdict::Accept,
        (verdict, _) => verdict,
    }
}
