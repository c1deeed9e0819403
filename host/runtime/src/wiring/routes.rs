//! The ways out of a task: for each of its output streams, who subscribes and which
//! grouping chooses.

use std::sync::Arc;

use stormcell_acking::EdgeIds;
use stormcell_groupings::{
    All, Direct, Fields, Global, LocalOrShuffle, NoGrouping, PartialKey, Shuffle,
};
use stormcell_sandbox as sandbox;
use stormcell_sandbox::TaskSpec;
use stormcell_topology::{
    Component, ComponentKey, ComponentKind, GroupingSpec, Subscription, Topology,
};

use super::Wiring;
use super::parts::input_stream;
use crate::error::RunError;
use crate::faults::Dropper;
use crate::router::{Chooser, CustomChooser, Route};

/// What a number derived from the seed is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Edges = 1,
    Grouping = 2,
    Fault = 3,
    Replays = 4,
}

impl Wiring {
    /// The ways out of the task of a component, as it is in this topology.
    pub(super) async fn streams(
        &self,
        topology: &Topology,
        component: &Component,
        index: usize,
        spec: &TaskSpec,
    ) -> Result<Vec<Vec<Route>>, RunError> {
        let mut streams: Vec<Vec<Route>> = component
            .description
            .outputs
            .iter()
            .map(|_| Vec::new())
            .collect();
        for (number, subscription) in topology.subscriptions().iter().enumerate() {
            if subscription.from == component.id
                && let Some(routes) = streams.get_mut(subscription.output)
            {
                routes.push(
                    self.route(component, number, subscription, index, spec)
                        .await?,
                );
            }
        }
        Ok(streams)
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
        let local = |task| self.local.contains_key(&task);
        let targets = node.subscriber.targets(&node.tasks, local);
        let targets = targets.map_err(|e| host(e.to_string()))?;
        let schema = &subscription.schema;
        let chooser = match &subscription.grouping {
            GroupingSpec::Shuffle => grouping(Shuffle::new(targets, index)),
            GroupingSpec::LocalOrShuffle => grouping(LocalOrShuffle::new(targets, index)),
            GroupingSpec::None => {
                let seed = self.seed(Purpose::Grouping, spec.task, number as u32);
                grouping(NoGrouping::new(targets, seed))
            }
            GroupingSpec::All => grouping(All),
            GroupingSpec::Global => grouping(Global),
            GroupingSpec::Fields { fields } => {
                let counts = self.job.plan.task_counts(&subscription.to);
                let groups = node.subscriber.groups(counts, node.tasks.len());
                let groups = groups.map_err(|e| host(e.to_string()))?;
                let fields = Fields::with_groups(targets, schema, fields, groups);
                grouping(fields.map_err(|e| host(e.to_string()))?)
            }
            GroupingSpec::PartialKey { fields } => {
                grouping(PartialKey::new(targets, schema, fields).map_err(|e| host(e.to_string()))?)
            }
            GroupingSpec::Direct => Chooser::Direct(Direct::new(targets)),
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
                let mut chooser = CustomChooser::new(loaded, spec, targets);
                chooser.prepare().await.map_err(|error| RunError::Prepare {
                    component: what,
                    task: index as u32,
                    reason: error.whole(),
                })?;
                Chooser::Custom(Box::new(chooser))
            }
        };
        let fault = self
            .base
            .options
            .fault
            .filter(|_| component.kind == ComponentKind::Spout);
        Ok(Route {
            component: Arc::from(subscription.to.as_str()),
            input: input as u32,
            outlets: Arc::clone(&node.outlets),
            chooser,
            dropper: fault.map(|fault| {
                Dropper::new(fault, self.seed(Purpose::Fault, spec.task, number as u32))
            }),
        })
    }

    /// A seed of its own for each task and purpose, and for each run of a worker: edge
    /// ids must not come again.
    pub(super) fn seed(&self, purpose: Purpose, task: u32, number: u32) -> u64 {
        let place = (u64::from(task) << 32) | (u64::from(number) << 4) | purpose as u64;
        let run = u64::from(self.base.place.incarnation());
        let seed = EdgeIds::new(self.base.options.seed).next_id() ^ EdgeIds::new(place).next_id();
        let seed = match run {
            0 => seed,
            run => EdgeIds::new(seed).next_id() ^ EdgeIds::new(run).next_id(),
        };
        EdgeIds::new(seed).next_id()
    }
}

fn grouping(grouping: impl stormcell_groupings::Grouping + Sync + 'static) -> Chooser {
    Chooser::Grouping(Box::new(grouping))
}
