//! From a plan to what connects its tasks: mailboxes, queues, ledgers, routes.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{EdgeIds, Ledger, LedgerConfig, SpoutIndex};
use stormcell_groupings::{
    All, Direct, Fields, Global, LocalOrShuffle, NoGrouping, PartialKey, Shuffle, Targets,
};
use stormcell_sandbox as sandbox;
use stormcell_sandbox::{InputStream, TaskSpec};
use stormcell_topology::{
    Component, ComponentKey, ComponentKind, GroupingSpec, SpoutSettings, Subscription,
};

use crate::error::RunError;
use crate::errors::Reporter;
use crate::faults::Dropper;
use crate::finish::Finish;
use crate::graph::Graph;
use crate::mailbox::{InFlight, Mailbox};
use crate::metrics::ComponentMetrics;
use crate::options::{Job, Options};
use crate::pacing::{Load, Pacer, Queues, Waiters};
use crate::report::{Ending, Report, TreeReport};
use crate::router::{Chooser, CustomChooser, Route, Router};
use crate::sink::Sink;
use crate::task::{Definition, TaskParts};
use crate::tracker::{Tracker, Trackers};

/// What the tasks of one component share.
pub(crate) struct Node {
    pub(crate) metrics: Arc<ComponentMetrics>,
    pub(crate) queues: Arc<Queues>,
    /// The ids of its tasks.
    pub(crate) tasks: Vec<u32>,
    /// A bolt's mailboxes, one a task; empty for a spout.
    pub(crate) mailboxes: Vec<Arc<Mailbox>>,
    /// A spout's ledgers, one a task; empty for a bolt.
    pub(crate) trackers: Vec<Arc<Tracker>>,
}

/// What connects the tasks of a topology. Nodes are in the order of the
/// components of the topology.
pub(crate) struct Wiring {
    pub(crate) job: Job,
    pub(crate) options: Options,
    pub(crate) nodes: Vec<Node>,
    pub(crate) graph: Graph,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) finish: Arc<Finish>,
    trackers: Arc<Trackers>,
    waiters: Arc<Waiters>,
}

/// What a number derived from the seed is for.
#[derive(Clone, Copy)]
enum Purpose {
    Edges = 1,
    Grouping = 2,
    Fault = 3,
}

impl Wiring {
    pub(crate) fn new(job: Job, options: Options) -> Result<Self, RunError> {
        let topology = Arc::clone(&job.topology);
        let components = topology.components();
        let position = |id: &str| components.iter().position(|c| c.id == id);
        let edges = topology
            .subscriptions()
            .iter()
            .filter_map(|s| Some((position(&s.from)?, position(&s.to)?)));
        let graph = Graph::new(components.len(), edges);
        let in_flight = Arc::new(InFlight::default());
        let waiters = Arc::new(Waiters::default());
        let mut trackers = Trackers::default();
        let mut nodes = Vec::with_capacity(components.len());
        for component in components {
            let tasks: Vec<u32> = job.plan.tasks_of(&component.id).collect();
            let queues = Arc::new(Queues::new(tasks.len(), options.max_queued_bytes));
            let kind = match component.kind {
                ComponentKind::Spout => "spout",
                ComponentKind::Bolt => "bolt",
            };
            let metrics =
                ComponentMetrics::new(&component.id, kind, tasks.len() as u32, Arc::clone(&queues));
            let mut mailboxes = Vec::new();
            let mut ledgers = Vec::new();
            for _ in &tasks {
                match &component.spout {
                    None => mailboxes.push(Arc::new(Mailbox::new(
                        Load::new(Arc::clone(&queues), Arc::clone(&waiters)),
                        Arc::clone(&in_flight),
                    ))),
                    Some(settings) => {
                        let index = SpoutIndex::new(trackers.0.len() as u32)?;
                        let max_pending = options.max_pending.or(settings.max_pending);
                        let config = LedgerConfig {
                            max_pending: max_pending.and_then(NonZeroU32::new),
                        };
                        let tracker = Arc::new(Tracker::new(Ledger::new(index, 0, config)));
                        trackers.0.push(Arc::clone(&tracker));
                        ledgers.push(tracker);
                    }
                }
            }
            nodes.push(Node {
                metrics: Arc::new(metrics),
                queues,
                tasks,
                mailboxes,
                trackers: ledgers,
            });
        }
        Ok(Self {
            finish: Arc::new(Finish::new(trackers.0.len())),
            trackers: Arc::new(trackers),
            job,
            options,
            nodes,
            graph,
            in_flight,
            waiters,
        })
    }

    /// After how long a row of this spout fails whose tree is not complete.
    pub(crate) fn message_timeout(&self, spout: &SpoutSettings) -> Option<Duration> {
        self.options.message_timeout.or(spout.message_timeout)
    }

    /// What the task at this position of a component is made of.
    pub(crate) async fn parts(&self, at: usize, index: usize) -> Result<TaskParts, RunError> {
        let component = self.component(at);
        let node = &self.nodes[at];
        let task = node.tasks[index];
        let loaded = self.loaded(
            &ComponentKey::Component(component.id.clone()),
            &component.id,
        )?;
        let sink = Arc::new(Sink {
            component: component.id.clone(),
            task,
            output: Arc::clone(&self.options.output),
            metrics: Arc::clone(&node.metrics),
        });
        let topology = &self.job.topology;
        let inputs = topology.inputs(&component.id).map(input_stream).collect();
        let spec = TaskSpec {
            topology: topology.name().to_owned(),
            component: component.id.clone(),
            task,
            task_index: index as u32,
            task_count: node.tasks.len() as u32,
            inputs,
            outputs: component.description.outputs.clone(),
            components: self
                .job
                .plan
                .components()
                .map(|(id, tasks)| (id.to_owned(), tasks.collect()))
                .collect(),
            config: serde_json::Value::Object(component.config.clone()),
            limits: component.limits.clone(),
            grants: component.grants.clone(),
            text_form: component.description.text_form,
            base_dir: self.job.base_dir.clone(),
            sink,
        };
        let reporter = Reporter {
            task,
            metrics: Arc::clone(&node.metrics),
        };
        let router = self.router(at, index, &spec, reporter.clone()).await?;
        Ok(TaskParts {
            definition: Definition {
                component: loaded,
                spec,
                reporter,
            },
            router,
            trackers: Arc::clone(&self.trackers),
        })
    }

    /// Whom the tasks of a component wait for.
    pub(crate) fn pacer(&self, at: usize) -> Pacer {
        let queues = self
            .graph
            .beyond(at)
            .into_iter()
            .map(|at| {
                let name = self.component(at).id.clone();
                (name, Arc::clone(&self.nodes[at].queues))
            })
            .collect();
        match self.component(at).kind {
            ComponentKind::Spout => Pacer::spout(queues, Arc::clone(&self.waiters)),
            ComponentKind::Bolt => Pacer::bolt(queues, Arc::clone(&self.waiters)),
        }
    }

    pub(crate) fn component(&self, at: usize) -> &Component {
        &self.job.topology.components()[at]
    }

    async fn router(
        &self,
        at: usize,
        index: usize,
        spec: &TaskSpec,
        reporter: Reporter,
    ) -> Result<Router, RunError> {
        let component = self.component(at);
        let mut streams: Vec<Vec<Route>> = component
            .description
            .outputs
            .iter()
            .map(|_| Vec::new())
            .collect();
        for (number, subscription) in self.job.topology.subscriptions().iter().enumerate() {
            if subscription.from == component.id
                && let Some(routes) = streams.get_mut(subscription.output)
            {
                routes.push(
                    self.route(component, number, subscription, index, spec)
                        .await?,
                );
            }
        }
        let edges = EdgeIds::new(self.seed(Purpose::Edges, spec.task, 0));
        Ok(Router::new(
            streams,
            edges,
            Arc::clone(&self.trackers),
            reporter,
        ))
    }

    async fn route(
        &self,
        component: &Component,
        number: usize,
        subscription: &Subscription,
        index: usize,
        spec: &TaskSpec,
    ) -> Result<Route, RunError> {
        let host = |reason: String| RunError::Host {
            component: component.id.clone(),
            task: spec.task,
            reason,
        };
        let topology = &self.job.topology;
        let to = topology
            .components()
            .iter()
            .position(|c| c.id == subscription.to)
            .ok_or_else(|| host(format!("no component `{}`", subscription.to)))?;
        let input = topology.subscriptions()[..number]
            .iter()
            .filter(|earlier| earlier.to == subscription.to)
            .count();
        let node = &self.nodes[to];
        let targets = Targets::new(node.tasks.iter().copied()).map_err(|e| host(e.to_string()))?;
        let schema = &subscription.schema;
        let chooser = match &subscription.grouping {
            GroupingSpec::Shuffle => grouping(Shuffle::new(&targets, index)),
            GroupingSpec::LocalOrShuffle => grouping(LocalOrShuffle::new(&targets, index)),
            GroupingSpec::None => {
                let seed = self.seed(Purpose::Grouping, spec.task, number as u32);
                grouping(NoGrouping::new(&targets, seed))
            }
            GroupingSpec::All => grouping(All),
            GroupingSpec::Global => grouping(Global),
            GroupingSpec::Fields { fields } => {
                grouping(Fields::new(&targets, schema, fields).map_err(|e| host(e.to_string()))?)
            }
            GroupingSpec::PartialKey { fields } => grouping(
                PartialKey::new(&targets, schema, fields).map_err(|e| host(e.to_string()))?,
            ),
            GroupingSpec::Direct => Chooser::Direct(Direct::new(&targets)),
            GroupingSpec::Custom(custom) => {
                let what = format!(
                    "the grouping of `{}` to `{}`",
                    component.id, subscription.to
                );
                let loaded = self.loaded(&ComponentKey::Grouping(number), &what)?;
                let spec = sandbox::GroupingSpec {
                    topology: spec.topology.clone(),
                    grouped: input_stream(subscription),
                    source_task: spec.task,
                    targets: node.tasks.clone(),
                    config: serde_json::Value::Object(custom.config.clone()),
                    limits: custom.limits.clone(),
                    text_form: custom.description.text_form,
                    sink: Arc::clone(&spec.sink),
                };
                let mut chooser = CustomChooser::new(loaded, spec, &targets);
                chooser.prepare().await.map_err(|error| RunError::Prepare {
                    component: what,
                    task: index as u32,
                    reason: error.to_string(),
                })?;
                Chooser::Custom(Box::new(chooser))
            }
        };
        let fault = self
            .options
            .fault
            .filter(|_| component.kind == ComponentKind::Spout);
        Ok(Route {
            component: Arc::from(subscription.to.as_str()),
            input: input as u32,
            mailboxes: node.mailboxes.clone(),
            chooser,
            dropper: fault.map(|fault| {
                Dropper::new(fault, self.seed(Purpose::Fault, spec.task, number as u32))
            }),
        })
    }

    fn loaded(&self, key: &ComponentKey, what: &str) -> Result<Arc<sandbox::Component>, RunError> {
        let loaded = self.job.components.get(key);
        loaded.cloned().ok_or_else(|| RunError::NotLoaded {
            what: what.to_owned(),
        })
    }

    /// A seed of its own for each task and purpose.
    fn seed(&self, purpose: Purpose, task: u32, number: u32) -> u64 {
        let place = (u64::from(task) << 32) | (u64::from(number) << 4) | purpose as u64;
        let mixed = EdgeIds::new(self.options.seed).next_id() ^ EdgeIds::new(place).next_id();
        EdgeIds::new(mixed).next_id()
    }

    /// What the topology has done so far.
    pub(crate) fn report(&self, ending: Ending) -> Report {
        let elapsed = self.finish.elapsed();
        let order = self.graph.closing_order();
        let nodes = || order.iter().map(|&at| &self.nodes[at]);
        let components: Vec<_> = nodes().map(|node| node.metrics.report(elapsed)).collect();
        let spouts = || nodes().filter(|node| !node.trackers.is_empty());
        let pending = spouts()
            .flat_map(|node| &node.trackers)
            .map(|tracker| tracker.lock().pending() as u64)
            .sum();
        let sum = |count: fn(&ComponentMetrics) -> u64| spouts().map(|n| count(&n.metrics)).sum();
        let trees = TreeReport {
            emitted: self.finish.rows_emitted(),
            acked: sum(|m| m.acked.get()),
            failed: sum(|m| m.failed.get()),
            replayed: sum(|m| m.replayed.get()),
            timed_out: sum(|m| m.timed_out.get()),
            pending,
            dropped_by_fault: sum(|m| m.dropped_by_fault.get()),
        };
        let seconds = elapsed.as_secs_f64();
        let rate = |rows: u64| {
            if seconds > 0.0 {
                rows as f64 / seconds
            } else {
                0.0
            }
        };
        Report {
            topology: self.job.topology.name().to_owned(),
            ending,
            elapsed_seconds: seconds,
            rows_per_second: rate(components.iter().map(|c| c.rows_in).sum()),
            spout_rows_per_second: rate(trees.emitted),
            trees,
            components,
        }
    }
}

fn grouping(grouping: impl stormcell_groupings::Grouping + Sync + 'static) -> Chooser {
    Chooser::Grouping(Box::new(grouping))
}

fn input_stream(subscription: &Subscription) -> InputStream {
    InputStream {
        component: subscription.from.clone(),
        stream: subscription.stream.clone(),
        schema: subscription.schema.clone(),
    }
}
