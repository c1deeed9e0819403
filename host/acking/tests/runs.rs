//! A call that names several roots does what the same call for each of them would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;

use proptest::prelude::*;
use stormcell_acking::{
    FailReason, Ledger, LedgerConfig, Outcome, Pending, RootId, Roots, SpoutIndex, Touched, Update,
};

const MAX_PENDING: u32 = 60;

/// A call of a ledger. Roots are counted from the oldest that still matters.
#[derive(Debug, Clone)]
enum Call {
    Open {
        rows: u32,
    },
    Init {
        from: u64,
        rows: u32,
        xor: u64,
    },
    Update {
        from: u64,
        rows: u32,
        xor: u64,
        touched: u64,
    },
    Fail {
        root: u64,
    },
    Extend {
        root: u64,
    },
    FailOldest {
        count: u32,
    },
    WorkerDied {
        bit: u64,
    },
    Rotate,
    TakeSettled,
}

fn call() -> impl Strategy<Value = Call> {
    let bit = || (0..4u32).prop_map(|bit| 1 << bit);
    let touched = prop_oneof![3 => Just(0), 1 => bit()];
    // Few numbers, so that trees are complete now and then.
    let xor = || 0..3u64;
    prop_oneof![
        4 => (1..20u32).prop_map(|rows| Call::Open { rows }),
        6 => (0..80u64, 1..40u32, xor()).prop_map(|(from, rows, xor)| Call::Init { from, rows, xor }),
        8 => (0..80u64, 1..40u32, xor(), touched).prop_map(|(from, rows, xor, touched)| {
            Call::Update { from, rows, xor, touched }
        }),
        2 => (0..80u64).prop_map(|root| Call::Fail { root }),
        2 => (0..80u64).prop_map(|root| Call::Extend { root }),
        1 => (0..20u32).prop_map(|count| Call::FailOldest { count }),
        1 => bit().prop_map(|bit| Call::WorkerDied { bit }),
        2 => Just(Call::Rotate),
        4 => Just(Call::TakeSettled),
    ]
}

/// What a ledger shows of itself.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    pending: Vec<Pending>,
    settled: Vec<(RootId, Outcome)>,
    counts: (usize, usize, u32, u64),
    touched: Touched,
}

struct Subject {
    ledger: Ledger,
    /// Whether calls name all roots at once.
    together: bool,
    opened: u64,
}

impl Subject {
    fn new(together: bool) -> Self {
        let config = LedgerConfig {
            max_pending: NonZeroU32::new(MAX_PENDING),
        };
        Self {
            ledger: Ledger::new(SpoutIndex::new(1).unwrap(), 2, config),
            together,
            opened: 0,
        }
    }

    fn root(&self, at: u64) -> RootId {
        let oldest = self.opened.saturating_sub(u64::from(MAX_PENDING));
        RootId::new(SpoutIndex::new(1).unwrap(), 2, oldest + at)
    }

    fn updates(&self, from: u64, rows: u32, xor: u64, touched: u64) -> Vec<Update> {
        let first = self.root(from);
        let roots = Roots { first, rows };
        let update = |roots| Update::of(roots, xor).touching(Touched::from_bits(touched));
        match self.together {
            true => vec![update(roots)],
            false => roots.iter().map(|root| update(Roots::one(root))).collect(),
        }
    }

    fn open(&mut self, rows: u32) {
        let opened = match self.together {
            true => self.ledger.open(rows).map_or(0, |roots| roots.rows),
            false => (0..rows).map_while(|_| self.ledger.reserve()).count() as u32,
        };
        self.opened += u64::from(opened);
    }

    fn apply(&mut self, call: &Call) -> Shown {
        let mut settled = Vec::new();
        match *call {
            Call::Open { rows } => self.open(rows),
            Call::Init { from, rows, xor } => {
                self.ledger.init_all(&self.updates(from, rows, xor, 0));
            }
            Call::Update {
                from,
                rows,
                xor,
                touched,
            } => self
                .ledger
                .update_all(&self.updates(from, rows, xor, touched)),
            Call::Fail { root } => {
                let root = self.root(root);
                self.ledger.fail(root, FailReason::FailedByBolt);
            }
            Call::Extend { root } => self.ledger.extend(self.root(root)),
            Call::FailOldest { count } => self.ledger.fail_oldest(count, FailReason::Overload),
            Call::WorkerDied { bit } => {
                self.ledger.worker_died(Touched::from_bits(bit));
                self.ledger.reuse(Touched::from_bits(bit));
            }
            Call::Rotate => self.ledger.rotate(),
            Call::TakeSettled => self.ledger.take_settled(&mut settled),
        }
        let each = settled.iter();
        Shown {
            pending: self.ledger.iter().collect(),
            settled: each
                .flat_map(|s| s.roots.iter().map(|root| (root, s.outcome)))
                .collect(),
            counts: (
                self.ledger.pending(),
                self.ledger.settled(),
                self.ledger.room(),
                self.ledger.ignored(),
            ),
            touched: self.ledger.touched(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn calls_for_several_roots_do_what_calls_for_each_would(
        calls in prop::collection::vec(call(), 0..80)
    ) {
        let (mut together, mut apart) = (Subject::new(true), Subject::new(false));
        for call in &calls {
            prop_assert_eq!(together.apply(call), apart.apply(call), "{:?}", call);
        }
    }
}
