//! Random outcomes of a bolt against the real ledger: whatever it emits, keeps,
//! acks and fails, each tree settles exactly once, and as the bolt said.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use stormcell_acking::{EdgeIds, Ledger, LedgerConfig, Outcome, SpoutIndex, Update};
use stormcell_batch::{
    Batch, Columns, ColumnsBuilder, Field, Lineage, Run, Schema, Value, ValueType,
};
use stormcell_groupings::Global;
use stormcell_sandbox::Budget;
use stormcell_topology::ComponentKind;

use super::*;
use crate::account::Account;
use crate::errors::Reporter;
use crate::mailbox::{InFlight, Mailbox, Most, Taken};
use crate::metrics::ComponentMetrics;
use crate::outlet::Outlet;
use crate::pacing::{Load, Queues, Waiters};
use crate::router::{Chooser, Route};
use crate::task::work::Work;
use crate::tracker::{LedgerPlace, Tracker};

fn columns(rows: usize) -> Columns {
    let schema = Schema::new([Field::new("n", ValueType::Int)]);
    let mut builder = ColumnsBuilder::new(&schema);
    for row in 0..rows {
        builder.push(vec![Value::Int(row as i64)]);
    }
    builder.finish().unwrap()
}

/// One bolt between a spout, which is the test, and a sink, which is the test.
struct Bench {
    tracker: Arc<Tracker>,
    trackers: Trackers,
    router: Router,
    sink: Arc<Mailbox>,
    /// What all rows are charged to.
    account: Arc<Account>,
    kept: KeptRows,
    fold: Fold,
    edges: EdgeIds,
}

impl Bench {
    fn new() -> Self {
        let ledger = Ledger::new(SpoutIndex::new(0).unwrap(), 0, LedgerConfig::default());
        let tracker = Arc::new(Tracker::new(ledger));
        let account = Arc::new(Account::new(Arc::new(Budget::new(1 << 30))));
        let queues = Arc::new(Queues::new(1, Arc::clone(&account)));
        let load = Load::new(Arc::clone(&queues), Arc::new(Waiters::default()));
        let sink = Arc::new(Mailbox::new(load, Arc::new(InFlight::default())));
        let route = Route {
            component: Arc::from("sink"),
            input: 0,
            outlets: Arc::new([Outlet::Here(Arc::clone(&sink))]),
            chooser: Chooser::Grouping(Box::new(Global)),
            dropper: None,
        };
        let reporter = Reporter {
            task: 1,
            metrics: Arc::new(ComponentMetrics::new("bolt", ComponentKind::Bolt, queues)),
            counts: Arc::default(),
        };
        let ledgers = vec![LedgerPlace::Here(Arc::clone(&tracker))];
        let trackers = Arc::new(Trackers::new(ledgers.clone(), Vec::new(), None));
        let router = Router::new(vec![vec![route]], EdgeIds::new(2), trackers, reporter);
        Self {
            trackers: Trackers::new(ledgers, Vec::new(), None),
            tracker,
            router,
            sink,
            kept: KeptRows::charged_to(&account),
            account,
            fold: Fold::new(),
            edges: EdgeIds::new(1),
        }
    }

    /// Opens a tree for each row.
    fn emit(&mut self, rows: usize, in_runs: bool) -> Lineage {
        let mut ledger = self.tracker.lock();
        if in_runs {
            let roots = ledger.open(rows as u32).unwrap();
            let edge = self.edges.next_id();
            ledger.init_all(&[Update::of(roots, edge)]);
            let root = roots.first.to_bits();
            let rows = roots.rows;
            return Lineage::Runs(vec![Run { root, rows, edge }]);
        }
        let (mut roots, mut edges) = (Vec::new(), Vec::new());
        for _ in 0..rows {
            let root = ledger.reserve().unwrap();
            let edge = self.edges.next_id();
            ledger.init(root, edge);
            roots.push(root.to_bits());
            edges.push(edge);
        }
        Lineage::One { roots, edges }
    }

    async fn carry_out(&mut self, outcome: BoltOutcome, call: &mut CallRows) {
        check(&outcome, call, &self.kept, 1 << 20).unwrap();
        carry_out(
            outcome,
            &[],
            call,
            &mut self.kept,
            &mut self.router,
            &self.trackers,
            &mut self.fold,
        )
        .await;
        self.kept.settle();
    }

    /// The sink acks everything that it was sent.
    fn drain_sink(&mut self, rows: usize) {
        let size = Most {
            rows,
            bytes: 1 << 30,
        };
        while let Taken::Rows(deliveries) = self.sink.take(size) {
            let work = Work::new(deliveries).unwrap();
            self.sink.done(work.rows());
            self.fold.clear();
            CallRows::new(0, work.lineage()).ack_all(&mut self.fold);
            self.trackers.update(self.fold.updates());
        }
    }

    fn settled(&self) -> Vec<(u64, Outcome)> {
        let mut settled = Vec::new();
        self.tracker.lock().take_settled(&mut settled);
        settled
            .iter()
            .flat_map(|s| s.roots.iter().map(|root| (root.to_bits(), s.outcome)))
            .collect()
    }
}

/// What a bolt does in one call, in numbers that are mapped to what it holds.
#[derive(Debug, Clone)]
struct Step {
    rows: usize,
    /// For each emitted row, its anchors.
    anchors: Vec<Vec<u8>>,
    keeps: Vec<u8>,
    acks: Vec<u8>,
    fails: Vec<u8>,
    keep_all: bool,
    /// Whether the rows come in a run.
    in_runs: bool,
    /// Whether each row of the call is passed on, in order.
    passes_on: bool,
    /// How many rows the sink takes at a time.
    taken: usize,
}

fn step() -> impl Strategy<Value = Step> {
    let few = || prop::collection::vec(any::<u8>(), 0..3);
    let anchors = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..6);
    let what = (1usize..12, anchors, few(), few(), few());
    let how = (any::<[bool; 3]>(), 1usize..12);
    (what, how).prop_map(
        |((rows, anchors, keeps, acks, fails), ([keep_all, in_runs, passes_on], taken))| Step {
            rows,
            anchors,
            keeps,
            acks,
            fails,
            keep_all,
            in_runs,
            passes_on,
            taken,
        },
    )
}

fn outcome(step: &Step, first: u32, kept: &KeptRows, all: &BTreeSet<u32>) -> BoltOutcome {
    let mut held: Vec<u32> = all.iter().copied().filter(|&h| kept.contains(h)).collect();
    held.extend((0..step.rows as u32).map(|row| first + row));
    let pick = |number: &u8| held[usize::from(*number) % held.len()];
    let (mut offsets, mut handles) = (vec![0], Vec::new());
    for anchors in &step.anchors {
        handles.extend(anchors.iter().map(pick));
        offsets.push(handles.len() as u32);
    }
    let each = step.anchors.iter().all(|anchors| anchors.len() == 1);
    let emission = Emission {
        output: 0,
        columns: columns(step.anchors.len()),
        anchors: if each {
            Anchors::Each(handles)
        } else {
            Anchors::Lists { offsets, handles }
        },
        direct_task: None,
    };
    let mut emissions = vec![emission];
    if step.passes_on {
        emissions.push(Emission {
            output: 0,
            columns: columns(step.rows),
            anchors: Anchors::Each((first..first + step.rows as u32).collect()),
            direct_task: None,
        });
    }
    let acked: BTreeSet<u32> = step.acks.iter().map(pick).collect();
    let failed: BTreeSet<u32> = step.fails.iter().map(pick).collect();
    BoltOutcome {
        emissions,
        kept: if step.keep_all {
            Kept::All
        } else {
            Kept::These(
                step.keeps
                    .iter()
                    .map(|keep| first + u32::from(*keep) % step.rows as u32)
                    .collect(),
            )
        },
        acked: acked.difference(&failed).copied().collect(),
        failed: failed
            .into_iter()
            .map(|row| FailedRow {
                row,
                reason: "test".into(),
            })
            .collect(),
        extended: Vec::new(),
    }
}

proptest! {
    #[test]
    fn each_tree_settles_once_and_as_the_bolt_said(steps in prop::collection::vec(step(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut bench = Bench::new();
            let mut handles = BTreeSet::new();
            let mut root_of: BTreeMap<u32, u64> = BTreeMap::new();
            let mut failed_roots = BTreeSet::new();
            let mut all_roots = BTreeSet::new();
            let mut settled = Vec::new();
            for step in &steps {
                let lineage = bench.emit(step.rows, step.in_runs);
                let first = bench.kept.handles(step.rows);
                for row in 0..step.rows {
                    let handle = first + row as u32;
                    let root = lineage.of(row).next().unwrap().0;
                    handles.insert(handle);
                    root_of.insert(handle, root);
                    all_roots.insert(root);
                }
                let outcome = outcome(step, first, &bench.kept, &handles);
                failed_roots.extend(outcome.failed.iter().map(|f| root_of[&f.row]));
                let mut call = CallRows::new(first, lineage);
                bench.carry_out(outcome, &mut call).await;
                bench.drain_sink(step.taken);
                settled.extend(bench.settled());
            }
            // At the end the bolt acks what it still holds.
            let rest: Vec<u32> = handles.iter().copied().filter(|&h| bench.kept.contains(h)).collect();
            let pending: BTreeSet<u64> = rest.iter().map(|h| root_of[h]).collect();
            for (root, _) in &settled {
                // A tree that has settled while a row of it was held has failed.
                assert!(!pending.contains(root) || failed_roots.contains(root));
            }
            let last = BoltOutcome {
                emissions: Vec::new(),
                kept: Kept::None,
                acked: rest,
                failed: Vec::new(),
                extended: Vec::new(),
            };
            bench.carry_out(last, &mut CallRows::new(0, Lineage::Untracked { rows: 0 })).await;
            bench.drain_sink(1 << 20);
            settled.extend(bench.settled());
            assert_eq!(settled.len(), all_roots.len());
            for (root, outcome) in settled {
                assert!(all_roots.remove(&root), "settled twice");
                let failed = matches!(outcome, Outcome::Failed(_));
                assert_eq!(failed, failed_roots.contains(&root));
            }
            assert_eq!(bench.tracker.lock().pending(), 0);
            assert_eq!(bench.account.used(), 0, "everything was given back");
        });
    }
}

#[test]
fn a_handle_that_the_task_does_not_hold_is_refused() {
    let kept = KeptRows::default();
    let call = CallRows::new(10, Lineage::Untracked { rows: 2 });
    let good = BoltOutcome {
        emissions: Vec::new(),
        kept: Kept::None,
        acked: vec![11],
        failed: Vec::new(),
        extended: vec![10],
    };
    assert!(check(&good, &call, &kept, 1 << 20).is_ok());
    let fail = |row| FailedRow {
        row,
        reason: "".into(),
    };
    let anchored = Emission {
        output: 0,
        columns: columns(1),
        anchors: Anchors::Each(vec![12]),
        direct_task: None,
    };
    let bad = [
        (
            BoltOutcome {
                acked: vec![9],
                ..good.clone()
            },
            "acked row 9",
        ),
        (
            BoltOutcome {
                failed: vec![fail(12)],
                ..good.clone()
            },
            "failed row 12",
        ),
        (
            BoltOutcome {
                extended: vec![0],
                ..good.clone()
            },
            "extended row 0",
        ),
        (
            BoltOutcome {
                kept: Kept::These(vec![3]),
                ..good.clone()
            },
            "kept row 3",
        ),
        (
            BoltOutcome {
                emissions: vec![anchored],
                ..good.clone()
            },
            "anchored to row 12",
        ),
        (
            BoltOutcome {
                failed: vec![fail(11)],
                ..good
            },
            "row 11 twice",
        ),
    ];
    for (outcome, what) in bad {
        let fault = check(&outcome, &call, &kept, 1 << 20).unwrap_err();
        assert_eq!(fault.kind, FaultKind::InvalidOutput);
        assert!(fault.message.contains(what), "{}", fault.message);
    }
}

#[test]
fn halves_hold_all_rows_in_order() {
    let delivery = |input, rows| crate::mailbox::Delivery {
        input,
        source_task: 1,
        batch: Batch::new(columns(rows), Lineage::Untracked { rows }),
        credit: None,
        held: None,
    };
    let work = Work::new(vec![delivery(1, 3), delivery(0, 2), delivery(1, 2)]).unwrap();
    assert_eq!(work.rows(), 7);
    let (first, second) = work.halves();
    let rows = |work: &Work| -> Vec<(u32, u32, usize)> {
        let batches = work.batches(5);
        batches
            .iter()
            .map(|b| (b.input, b.first_row, b.columns.rows()))
            .collect()
    };
    assert_eq!(rows(&first), [(0, 5, 2), (1, 7, 1)]);
    assert_eq!(rows(&second), [(1, 5, 4)]);
}

/// A bolt that anchors each row to a thousand rows of a thousand trees each makes a million
/// places in trees of a few bytes. That is refused before any is made.
#[test]
fn rows_are_anchored_to_no_more_trees_than_fit() {
    let many = |rows: u64, roots: u64| {
        let mut lineage = stormcell_batch::LineageBuilder::default();
        for row in 0..rows {
            lineage.push((0..roots).map(|root| (row * roots + root, 1)));
        }
        CallRows::new(0, lineage.finish())
    };
    let anchored = |rows: u32| BoltOutcome {
        emissions: vec![Emission {
            output: 0,
            columns: columns(rows as usize),
            anchors: Anchors::Lists {
                offsets: (0..=rows).map(|row| row * 100).collect(),
                handles: (0..rows).flat_map(|_| 0..100).collect(),
            },
            direct_task: None,
        }],
        kept: Kept::None,
        acked: Vec::new(),
        failed: Vec::new(),
        extended: Vec::new(),
    };
    let kept = KeptRows::default();
    let call = many(100, 100);
    // A row has 100 * 100 places of 16 bytes.
    assert!(check(&anchored(10), &call, &kept, 1_600_000).is_ok());
    let fault = check(&anchored(10), &call, &kept, 1_599_999).unwrap_err();
    assert_eq!(fault.kind, FaultKind::OutputBytes);
    assert!(fault.message.contains("limits.output-bytes"), "{fault}");
}

/// Nobody takes what the bolt emits: it is refused when there is no room, and its trees fail
/// at once. What was taken is charged, and nothing else is.
#[tokio::test]
async fn rows_for_which_there_is_no_room_fail_at_once() {
    const LIMIT: u64 = 100_000;
    let mut bench = Bench::new();
    bench.account.set_limit(LIMIT, LIMIT);
    let (mut emitted, mut settled) = (0, Vec::new());
    for in_runs in [true, false].repeat(200) {
        let lineage = bench.emit(8, in_runs);
        emitted += 8;
        let mut call = CallRows::new(0, lineage);
        let outcome = BoltOutcome {
            emissions: vec![Emission {
                output: 0,
                columns: columns(8),
                anchors: Anchors::Each((0..8).collect()),
                direct_task: None,
            }],
            kept: Kept::None,
            acked: Vec::new(),
            failed: Vec::new(),
            extended: Vec::new(),
        };
        bench.carry_out(outcome, &mut call).await;
        settled.extend(bench.settled());
        assert!(bench.account.used() <= LIMIT);
    }
    let refused = bench.sink.load.queues().refused() as usize;
    assert!(refused > emitted / 4, "{refused}");
    assert!(bench.account.used() > LIMIT / 2);
    let overload = Outcome::Failed(FailReason::Overload);
    assert!(settled.iter().all(|(_, outcome)| *outcome == overload));
    assert_eq!(settled.len(), refused);
    let errors = bench.router.reporter().metrics.errors.report();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let said = &errors[0].message;
    assert!(said.contains("rows for `sink` were refused"), "{said}");
    assert!(said.contains("limits.row-memory"), "{said}");
    bench.drain_sink(5);
    assert_eq!(
        bench.settled().len(),
        emitted - refused,
        "all others are acked"
    );
    assert_eq!(bench.account.used(), 0);
}

/// A row that is in many trees, extended as often as a call may name it, made gigabytes.
#[test]
fn a_row_is_extended_once_however_often_it_is_named() {
    let call = CallRows::new(
        7,
        Lineage::One {
            roots: vec![70, 80, 90],
            edges: vec![1, 2, 3],
        },
    );
    let mut kept = KeptRows::default();
    kept.keep(
        &CallRows::new(
            3,
            Lineage::One {
                roots: vec![30],
                edges: vec![4],
            },
        ),
        0,
    );
    let handles = [3, 8, 7].repeat(1_000);
    let roots = [30, 70, 80].map(RootId::from_bits);
    assert_eq!(extended_roots(handles, &call, &kept), roots);
}
