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

use crate::errors::Reporter;
use crate::faults::Dropper;
use crate::outlet::Outlet;
use crate::tracker::Trackers;

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
            for (target, part) in scatter.parts() {
                self.deliver(output, at, target, part, columns, descent);
            }
            self.scatter = scatter;
        }
        if !received {
            let task = direct_task.unwrap_or_default();
            self.reporter.error(format_args!(
                "rows were emitted directly to task {task}, which does not subscribe to the stream"
            ));
        }
    }

    fn deliver(
        &mut self,
        output: usize,
        at: usize,
        target: usize,
        part: Part<'_>,
        columns: &Columns,
        descent: &mut impl Descent,
    ) {
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
        let outlet = &route.outlets[target];
        let problem = match rows {
            Ok(columns) if !outlet.load().queues().over_limit() => {
                let source = self.reporter.task;
                let roots = (!outlet.is_here()).then(|| lineage.clone());
                let sent = outlet.push(route.input, source, Batch::new(columns, lineage));
                if let (Some(lineage), true) = (roots, sent != Touched::NONE) {
                    for update in touches(&lineage, sent) {
                        self.touched.add_update(update);
                    }
                }
                return;
            }
            Ok(_) => format!(
                "rows for `{}` were refused, because too many bytes wait for it: a cycle that \
                 includes it emits more than it takes in",
                route.component
            ),
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
    }

    /// Fails the trees of rows that cannot be sent.
    fn refuse(&mut self, rows: usize, descent: &mut impl Descent, problem: &str) {
        let lineage = descent.lineage(Rows::Range(0..rows), &mut self.edges);
        fail(&self.trackers, &lineage, FailReason::FailedByBolt);
        self.reporter.error(problem);
    }
}

/// Updates that say that the trees of these rows touched these workers.
pub(crate) fn touches(lineage: &Lineage, workers: Touched) -> impl Iterator<Item = Update> {
    roots(lineage).map(move |roots| Update::of(roots, 0).touching(workers))
}

fn fail(trackers: &Trackers, lineage: &Lineage, reason: FailReason) {
    trackers.fail(roots(lineage).flat_map(Roots::iter), reason);
}

fn roots(lineage: &Lineage) -> impl Iterator<Item = Roots> {
    lineage.roots().map(|(first, rows)| Roots {
        first: RootId::from_bits(first),
        rows,
    })
}
