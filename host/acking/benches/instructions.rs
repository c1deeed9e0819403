//! The instructions that acking takes, a tree: opening, updating, settling, and what
//! goes over the whole ledger. `tests/instructions/run acking/`
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::process::ExitCode;

use stormcell_acking::{
    Branch, EdgeIds, Fold, Inbound, Input, Ledger, LedgerConfig, Outbound, RootId, SpoutIndex,
    Touched, Update, Verdict,
};
use stormcell_instructions::{Counter, HotPath, Program};

/// Trees of a call.
const TREES: u32 = 1_024;
/// Trees that are pending while a call opens, updates and settles its own.
const PENDING: [u32; 2] = [128, 100_000];
/// Words of a sentence.
const WORDS: usize = 9;

fn spout() -> SpoutIndex {
    SpoutIndex::new(0).unwrap()
}

/// A spout task with its ledger.
struct Spout {
    ledger: Ledger,
    ids: EdgeIds,
    opened: u64,
}

impl Spout {
    fn new() -> Self {
        Self {
            ledger: Ledger::new(spout(), 1, LedgerConfig::default()),
            ids: EdgeIds::new(7),
            opened: 0,
        }
    }

    /// Opens a tree with one edge, which is returned. Its id is the next one.
    fn open(&mut self) -> Branch {
        assert!(self.ledger.reserve().is_some());
        let root = RootId::new(spout(), 1, self.opened);
        self.opened += 1;
        let edge = self.ids.next_id();
        self.ledger.init(root, edge);
        Branch { root, edge }
    }
}

/// A spout task with so many trees, and the updates that complete them: each touches the
/// worker with one of 16 bits.
fn pending(trees: u32) -> (Spout, Vec<Update>) {
    let mut spout = Spout::new();
    let updates = (0..trees)
        .map(|tree| {
            let Branch { root, edge } = spout.open();
            Update::new(root, edge).touching(Touched::from_bits(1 << (tree % 16)))
        })
        .collect();
    assert_eq!(spout.ledger.pending(), trees as usize);
    (spout, updates)
}

/// A tree opened, updated until it is complete, and taken: the life of a row of a chain.
fn life(counter: &mut Counter, others: u32) {
    let (mut spout, _) = pending(others);
    let (mut branches, mut settled) = (Vec::new(), Vec::new());
    counter.count(|| {
        branches.clear();
        settled.clear();
        branches.extend((0..TREES).map(|_| spout.open()));
        for branch in &branches {
            spout.ledger.update(branch.root, branch.edge);
        }
        spout.ledger.take_settled(&mut settled);
        assert_eq!(spout.ledger.pending(), others as usize);
    });
}

/// The same for rows that stay together from the spout to the last ack.
fn life_in_a_run(counter: &mut Counter) {
    let (mut spout, _) = pending(PENDING[0]);
    let mut settled = Vec::new();
    counter.count(|| {
        settled.clear();
        let roots = spout.ledger.open(TREES).unwrap();
        let edge = Update::of(roots, spout.ids.next_id());
        spout.ledger.init_all(&[edge]);
        spout.ledger.update_all(&[edge]);
        spout.ledger.take_settled(&mut settled);
        assert_eq!(spout.ledger.pending(), PENDING[0] as usize);
    });
}

/// The same for trees that stay together: rows of batches that go down a chain whole.
fn life_of_runs(counter: &mut Counter, rows: u32) {
    let (Spout { mut ledger, .. }, _) = pending(PENDING[0]);
    let mut ids = EdgeIds::new(8);
    let (mut sent, mut settled) = (Vec::new(), Vec::new());
    counter.count(|| {
        sent.clear();
        settled.clear();
        for _ in 0..TREES / rows {
            sent.push(Update::of(ledger.open(rows).unwrap(), ids.next_id()));
        }
        ledger.init_all(&sent);
        ledger.update_all(&sent);
        ledger.take_settled(&mut settled);
        assert_eq!(ledger.pending(), PENDING[0] as usize);
    });
}

fn open(counter: &mut Counter) {
    counter.count_each(Spout::new, |spout| {
        for _ in 0..TREES {
            spout.open();
        }
    });
}

/// Updates that settle nothing: more rows of the trees are on their way.
fn update(counter: &mut Counter) {
    let (mut spout, mut updates) = pending(TREES);
    for update in &mut updates {
        update.xor = spout.ids.next_id();
    }
    counter.count(|| spout.ledger.update_all(&updates));
    assert_eq!(spout.ledger.pending(), TREES as usize);
}

/// Updates that settle every tree.
fn settle(counter: &mut Counter) {
    counter.count_each(
        || pending(TREES),
        |(spout, updates)| {
            let mut settled = Vec::with_capacity(TREES as usize);
            spout.ledger.update_all(updates);
            spout.ledger.take_settled(&mut settled);
            assert_eq!(spout.ledger.pending(), 0);
            settled
        },
    );
}

/// No tree is old enough to fail.
fn rotate_young(counter: &mut Counter) {
    counter.count_each(
        || pending(TREES).0.ledger,
        |ledger| {
            ledger.rotate();
            assert_eq!(ledger.pending(), TREES as usize);
        },
    );
}

/// Every tree fails.
fn rotate_old(counter: &mut Counter) {
    let old = || {
        let mut ledger = pending(TREES).0.ledger;
        ledger.rotate();
        ledger
    };
    counter.count_each(old, |ledger| {
        ledger.rotate();
        assert_eq!(ledger.settled(), TREES as usize);
    });
}

/// One of 16 workers dies, so a 16th of the trees fails.
fn worker_died(counter: &mut Counter) {
    let touched = || {
        let (Spout { mut ledger, .. }, updates) = pending(TREES);
        for update in updates {
            ledger.touch(update.root, update.touched);
        }
        ledger
    };
    counter.count_each(touched, |ledger| {
        ledger.worker_died(Touched::from_bits(1));
        assert_eq!(ledger.settled(), TREES as usize / 16);
    });
}

/// Rows of as many trees, each of which anchors one row and is acked: a chain.
fn fold_chain(counter: &mut Counter) {
    let mut ids = EdgeIds::new(7);
    let rows: Vec<Branch> = branches(&mut ids);
    let (mut fold, mut child) = (Fold::new(), Vec::with_capacity(1));
    counter.count(|| {
        fold.clear();
        for row in &rows {
            child.clear();
            let mut input = Input::new(std::slice::from_ref(row));
            input.anchor(&mut child, ids.next_id());
            input.ack(&mut fold);
        }
        fold.updates().len()
    });
}

/// Words that are acked, nine a tree: one update leaves for each tree.
fn fold_words(counter: &mut Counter) {
    let mut ids = EdgeIds::new(7);
    let sentences = branches(&mut ids);
    let words: Vec<Branch> = sentences
        .iter()
        .flat_map(|&Branch { root, .. }| [root; WORDS])
        .map(|root| Branch {
            root,
            edge: ids.next_id(),
        })
        .collect();
    let mut fold = Fold::new();
    counter.count(|| {
        fold.clear();
        for word in &words {
            Input::new(std::slice::from_ref(word)).ack(&mut fold);
        }
        assert_eq!(fold.updates().len(), TREES as usize);
    });
}

fn branches(ids: &mut EdgeIds) -> Vec<Branch> {
    (0..u64::from(TREES))
        .map(|tree| Branch {
            root: RootId::new(spout(), 1, tree),
            edge: ids.next_id(),
        })
        .collect()
}

/// Numbered messages sent and received in order.
fn link(counter: &mut Counter) {
    let (mut outbound, mut inbound) = (Outbound::new(1), Inbound::new());
    counter.count(|| {
        for _ in 0..TREES {
            let stamp = outbound.stamp();
            assert_eq!(inbound.receive(stamp), Verdict::Accept);
        }
    });
}

fn main() -> ExitCode {
    let mut paths: Vec<HotPath> = PENDING
        .into_iter()
        .map(|others| {
            let name = format!("acking/life/{others}-pending");
            HotPath::new(name, TREES, move |counter| life(counter, others))
        })
        .collect();
    let path = |name, run: fn(&mut Counter)| HotPath::new(format!("acking/{name}"), TREES, run);
    paths.extend([
        path("life/in-a-run", life_in_a_run),
        path("life/runs-of-64", |counter| life_of_runs(counter, 64)),
        path("open", open),
        path("update", update),
        path("settle", settle),
        path("rotate/nothing-old", rotate_young),
        path("rotate/all-old", rotate_old),
        path("worker-died", worker_died),
        path("fold/a-tree-a-row", fold_chain),
        HotPath::new(
            "acking/fold/nine-rows-a-tree",
            TREES * WORDS as u32,
            fold_words,
        ),
        path("link-numbers", link),
    ]);
    Program::new("acking", env!("CARGO_TARGET_TMPDIR"), paths).main()
}
