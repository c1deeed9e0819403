//! The router of a task: what the task emits goes to the mailboxes of those who
//! subscribe to it, or to the links to their workers, and every row sent gets its
//! edge.
//!
//! One emission passes through [`Router::send`]: for each subscriber its grouping
//! chooses, the rows are parted by target, and each part is delivered with the
//! lineage that a [`Descent`] gives it. A part that is all of the emission or a
//! run of it shares the values; only scattered rows are copied.

mod chooser;
mod descent;

use std::sync::Arc;

use stormcell_acking::{EdgeIds, FailReason, Fold, RootId, Roots, Touched, Update};
use stormcell_batch::{Batch, BatchError, Columns, Lineage};
use stormcell_groupings::{Choice, Loads, Part, Scatter};

pub(crate) use chooser::{Chooser, CustomChooser};
pub(crate) use descent::{Descent, FromCall, FromCalls, Parents, Rows, Unanchored};

use crate::account::{Account, Charge, Full};
use crate::errors::Reporter;
use crate::faults::Dropper;
use crate::outlet::Outlet;
use crate::tracker::Trackers;

/// Rows of an emission that is large.
const MANY: usize = 64 << 10;

/// One subscription, as seen by one task that emits.
pub(crate) struct Route {
    /// The component that subscribes.
    pub(crate) component: Arc<str>,
    /// Which of its inputs this is.
    pub(crate) input: u32,
    /// The ways to its tasks, in the order of the targets.
    pub(crate) outlets: Arc<[Outlet]>,
    /// Who gets what.
    pub(crate) chooser: Chooser,
    /// Loses rows, if a test asks for that.
    pub(crate) dropper: Option<Dropper>,
}

/// The rows of one emission on their way to one subscriber.
struct Whole<'a> {
    columns: &'a Columns,
    /// All go to one task.
    alone: bool,
    /// What the values are charged with if parts share them: any part keeps all of them in
    /// memory.
    charge: Option<Arc<Charge>>,
}

impl Whole<'_> {
    /// What the values of this part are charged with, if it shares them with others.
    fn shared(
        &mut self,
        part: &Part<'_>,
        account: &Arc<Account>,
    ) -> Result<Option<Arc<Charge>>, Full> {
        match part {
            Part::Rows(_) => return Ok(None),
            Part::Whole if self.alone => return Ok(None),
            Part::Whole | Part::Slice { .. } => {}
        }
        if self.charge.is_none() {
            self.charge = Some(Arc::new(account.take(self.columns.cost())?));
        }
        Ok(self.charge.clone())
    }
}

/// The queues of a subscriber's tasks, for groupings that look at them.
struct OutletLoads<'a>(&'a [Outlet]);

impl Loads for OutletLoads<'_> {
    fn queued(&self, target: usize) -> u64 {
        self.0.get(target).map_or(0, |outlet| outlet.load().rows())
    }
}

/// Routes what one task emits.
pub(crate) struct Router {
    /// The subscriptions to each output stream.
    streams: Vec<Vec<Route>>,
    edges: EdgeIds,
    trackers: Arc<Trackers>,
    reporter: Reporter,
    choice: Choice,
    scatter: Scatter,
    kept: Vec<u32>,
    /// Which other workers were sent rows of which trees, since the last call of
    /// [`Router::take_touched`].
    touched: Fold,
}

impl Router {
    /// A router for a task. `edges` must be seeded for it alone.
    pub(crate) fn new(
        streams: Vec<Vec<Route>>,
        edges: EdgeIds,
        trackers: Arc<Trackers>,
        reporter: Reporter,
    ) -> Self {
        Self {
            streams,
            edges,
            trackers,
            reporter,
            choice: Choice::default(),
            scatter: Scatter::default(),
            kept: Vec::new(),
            touched: Fold::new(),
        }
    }

    /// From now on rows go these ways. Edge ids go on: they must never come again.
    pub(crate) fn rewire(&mut self, streams: Vec<Vec<Route>>, trackers: Arc<Trackers>) {
        self.streams = streams;
        self.trackers = trackers;
    }

    /// Other counters, after the task's component was exchanged.
    pub(crate) fn set_reporter(&mut self, reporter: Reporter) {
        self.reporter = reporter;
    }

    /// Adds to `fold` which other workers were sent rows of which trees: to be told
    /// to the ledgers together with the acks of the rows that these descend from.
    pub(crate) fn take_touched(&mut self, fold: &mut Fold) {
        for update in self.touched.updates() {
            fold.add_update(*update);
        }
        self.touched.clear();
    }

    /// Where the errors of the task go, and the counters of its component.
    pub(crate) fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Sends rows on an output stream to all its subscribers.
    pub(crate) async fn send(
        &mut self,
        output: usize,
        columns: &Columns,
        direct_task: Option<u32>,
        descent: &mut impl Descent,
    ) {
        self.reporter.metrics.out.add(columns.rows());
        if columns.rows() == 0 {
            return;
        }
        let mut received = direct_task.is_none();
        for at in 0..self.streams.get(output).map_or(0, Vec::len) {
            let route = &mut self.streams[output][at];
            let loads = OutletLoads(&route.outlets);
            let chosen = route
                .chooser
                .choose(columns, direct_task, &loads, &mut self.choice)
                .await;
            match chosen {
                Ok(some) => received |= some,
                Err(reason) => {
                    let to = route.component.clone();
                    self.refuse(
                        columns.rows(),
                        descent,
                        &format!("the custom grouping of its stream to `{to}` failed: {reason}"),
                    );
                    continue;
                }
            }
            let targets = route.outlets.len();
            self.scatter.scatter(&self.choice, columns.rows(), targets);
            let scatter = std::mem::take(&mut self.scatter);
            if let Err(refused) = self.deliver_all(output, at, &scatter, columns, descent) {
                self.overload(output, at, columns.rows(), descent, &refused);
            }
            // A custom grouping may choose a thousand tasks for a row.
            if columns.rows().max(scatter.gathered()) > MANY {
                // What one large emission needed is not kept: neither by each task for ever,
                // nor while the next grouping takes its time.
                self.choice = Choice::default();
                self.kept = Vec::new();
            } else {
                self.scatter = scatter;
            }
        }
        if !received {
            let task = direct_task.unwrap_or_default();
            self.reporter.error(format_args!(
                "rows were emitted directly to task {task}, which does not subscribe to the stream"
            ));
        }
    }

    /// Delivers the parts of an emission to the tasks of one subscriber. When the rows of
    /// the subscriber may not take more, the rest is not delivered.
    fn deliver_all(
        &mut self,
        output: usize,
        at: usize,
        scatter: &Scatter,
        columns: &Columns,
        descent: &mut impl Descent,
    ) -> Result<(), Full> {
        let mut whole = Whole {
            columns,
            alone: scatter.parts().nth(1).is_none(),
            charge: None,
        };
        for (target, part) in scatter.parts() {
            self.deliver(output, at, target, part, &mut whole, descent)?;
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        output: usize,
        at: usize,
        target: usize,
        part: Part<'_>,
        whole: &mut Whole<'_>,
        descent: &mut impl Descent,
    ) -> Result<(), Full> {
        let columns = whole.columns;
        let route = &mut self.streams[output][at];
        let mut part = part;
        if let Some(dropper) = &mut route.dropper {
            self.kept.clear();
            let mut lose = |row: usize, kept: &mut Vec<u32>| {
                if dropper.drops() {
                    descent.lost(row as u32, &mut self.edges);
                } else {
                    kept.push(row as u32);
                }
            };
            let before = part.len(columns.rows());
            match part {
                Part::Whole => (0..before).for_each(|row| lose(row, &mut self.kept)),
                Part::Slice { start, len } => {
                    (start..start + len).for_each(|row| lose(row, &mut self.kept));
                }
                Part::Rows(rows) => {
                    rows.iter()
                        .for_each(|&row| lose(row as usize, &mut self.kept));
                }
            }
            if self.kept.len() < before {
                self.reporter
                    .metrics
                    .dropped_by_fault
                    .add(before - self.kept.len());
                part = Part::Rows(&self.kept);
            }
        }
        let outlet = &route.outlets[target];
        // Before they are copied: no more than a part of all rows takes.
        let account = outlet.load().queues().account();
        account.has_room(columns.bytes() * part.len(columns.rows()) / columns.rows().max(1))?;
        // What goes to another worker is copied into its frame.
        let shared = match outlet.is_here() {
            true => whole.shared(&part, account)?,
            false => None,
        };
        let (rows, lineage) = match part {
            Part::Whole => (
                Ok(columns.clone()),
                descent.lineage(Rows::Range(0..columns.rows()), &mut self.edges),
            ),
            Part::Slice { start, len } => (
                Ok(columns.slice(start, len)),
                descent.lineage(Rows::Range(start..start + len), &mut self.edges),
            ),
            Part::Rows(rows) => (
                columns.gather(rows.to_vec()),
                descent.lineage(Rows::These(rows), &mut self.edges),
            ),
        };
        let problem = match rows {
            Ok(columns) => {
                let source = self.reporter.task;
                let roots = (!outlet.is_here()).then(|| lineage.clone());
                let batch = Batch::new(columns, lineage);
                let sent = match outlet.push(route.input, source, batch, shared) {
                    Ok(sent) => sent,
                    Err((lineage, full)) => {
                        fail(&self.trackers, &lineage, FailReason::Overload);
                        return Err(full);
                    }
                };
                if let (Some(lineage), true) = (roots, sent != Touched::NONE) {
                    for update in touches(&lineage, sent) {
                        self.touched.add_update(update);
                    }
                }
                return Ok(());
            }
            Err(error @ BatchError::TooLarge { .. }) => {
                format!("rows for `{}` were refused: {error}", route.component)
            }
            Err(error) => format!(
                "rows for `{}` do not fit together: {error}",
                route.component
            ),
        };
        fail(&self.trackers, &lineage, FailReason::Overload);
        self.reporter.error(&problem);
        Ok(())
    }

    /// Refuses an emission to one subscriber whose rows may not take more: the trees of all
    /// its rows fail.
    fn overload(
        &mut self,
        output: usize,
        at: usize,
        rows: usize,
        descent: &mut impl Descent,
        full: &Full,
    ) {
        let route = &self.streams[output][at];
        if let Some(outlet) = route.outlets.first() {
            outlet.load().queues().refuse(rows);
        }
        let problem = refused(&route.component, full);
        let lineage = descent.lineage(Rows::Range(0..rows), &mut self.edges);
        fail(&self.trackers, &lineage, FailReason::Overload);
        self.reporter.error(&problem);
    }

    /// Fails the trees of rows that cannot be sent.
    fn refuse(&mut self, rows: usize, descent: &mut impl Descent, problem: &str) {
        let lineage = descent.lineage(Rows::Range(0..rows), &mut self.edges);
        fail(&self.trackers, &lineage, FailReason::FailedByBolt);
        self.reporter.error(problem);
    }
}

/// What is said of rows for a component that may not take more.
pub(crate) fn refused(component: &str, full: &Full) -> String {
    format!(
        "rows for `{component}` were refused, and their trees fail: {full}. Raise \
         `limits.row-memory` of `{component}`, or lower `max-pending` of the spouts before it; if \
         it is part of a cycle, see that it emits no more than it takes in"
    )
}

/// Updates that say that the trees of these rows touched these workers.
pub(crate) fn touches(lineage: &Lineage, workers: Touched) -> impl Iterator<Item = Update> {
    roots(lineage).map(move |roots| Update::of(roots, 0).touching(workers))
}

/// Fails the trees of rows.
pub(crate) fn fail(trackers: &Trackers, lineage: &Lineage, reason: FailReason) {
    trackers.fail(roots(lineage).flat_map(Roots::iter), reason);
}

fn roots(lineage: &Lineage) -> impl Iterator<Item = Roots> {
    lineage.roots().map(|(first, rows)| Roots {
        first: RootId::from_bits(first),
        rows,
    })
}
