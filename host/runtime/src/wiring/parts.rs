//! What one task of this process is made of.

use std::sync::Arc;

use stormcell_acking::EdgeIds;
use stormcell_sandbox as sandbox;
use stormcell_sandbox::{InputStream, Secrets, TaskSpec};
use stormcell_state::TaskState;
use stormcell_topology::{Component, ComponentKey, Subscription, Topology};

use super::routes::Purpose;
use super::{LocalTask, Wiring};
use crate::error::RunError;
use crate::errors::Reporter;
use crate::router::Router;
use crate::sink::Sink;
use crate::task::{DeadLetters, Definition, Exchange, TaskParts, Wires};

impl Wiring {
    /// What this task of this process is made of.
    pub(crate) async fn parts(&self, task: u32) -> Result<TaskParts, RunError> {
        let Exchange { definition, wires } = self.exchange(task).await?;
        let edges = EdgeIds::new(self.seed(Purpose::Edges, task, self.generation()));
        let reporter = definition.reporter.clone();
        let trackers = Arc::clone(&wires.trackers);
        let router = Router::new(wires.streams, edges, wires.trackers, reporter);
        Ok(TaskParts {
            definition,
            router,
            trackers,
            dead_letters: self.dead_letters(),
            abandoned: self.base.abandoned.clone(),
        })
    }

    fn dead_letters(&self) -> Option<DeadLetters> {
        let store = self.base.options.dead_letters.as_ref();
        let store = store.filter(|_| self.job.topology.dead_letters())?;
        Some(DeadLetters::new(store.clone()))
    }

    /// The edges of dead letters that are replayed. `pass` is another number each time.
    pub(crate) fn replay_edges(&self, pass: u32) -> EdgeIds {
        EdgeIds::new(self.seed(Purpose::Replays, pass, self.generation()))
    }

    /// What this task goes on as when its component is exchanged.
    pub(crate) async fn exchange(&self, task: u32) -> Result<Exchange, RunError> {
        let local = self.local_task(task)?;
        let (topology, component) = self.component_of(local, task)?;
        let definition = self.definition(local, task, topology, component)?;
        let streams = self
            .streams(topology, component, local.index, &definition.spec)
            .await?;
        Ok(Exchange {
            definition,
            wires: Wires {
                streams,
                trackers: Arc::clone(&self.trackers),
                pacer: self.pacer(local.at),
                holders: self.holders.clone(),
            },
        })
    }

    /// The ways out of this task in this wiring.
    pub(crate) async fn wires(&self, task: u32) -> Result<Wires, RunError> {
        Ok(self.exchange(task).await?.wires)
    }

    /// The digest of the component that this task runs.
    pub(crate) fn digest(&self, task: u32) -> Option<&str> {
        let component = self.component(self.local.get(&task)?.at);
        let trial = self.job.trials.get(&component.id);
        let loaded = match trial {
            Some(trial) if trial.tasks.contains(&task) => Some(&trial.component),
            _ => {
                let key = ComponentKey::Component(component.id.clone());
                self.job.components.get(&key)
            }
        };
        loaded.map(|component| component.digest())
    }

    fn local_task(&self, task: u32) -> Result<&LocalTask, RunError> {
        self.local.get(&task).ok_or_else(|| RunError::NotLoaded {
            what: format!("task {task}, which this process does not run,"),
        })
    }

    /// The component of a task, as it is described by what the task runs.
    fn component_of(
        &self,
        local: &LocalTask,
        task: u32,
    ) -> Result<(&Topology, &Component), RunError> {
        let component = self.component(local.at);
        match self.job.trials.get(&component.id) {
            Some(trial) if trial.tasks.contains(&task) => {
                let tried = trial.topology.component(&component.id);
                let tried = tried.ok_or_else(|| RunError::NotLoaded {
                    what: format!("the trial of `{}`", component.id),
                })?;
                Ok((trial.topology.as_ref(), tried))
            }
            _ => Ok((self.job.topology.as_ref(), component)),
        }
    }

    fn definition(
        &self,
        local: &LocalTask,
        task: u32,
        topology: &Topology,
        component: &Component,
    ) -> Result<Definition, RunError> {
        let node = &self.nodes[local.at];
        let loaded = match self.job.trials.get(&component.id) {
            Some(trial) if trial.tasks.contains(&task) => Arc::clone(&trial.component),
            _ => {
                let key = ComponentKey::Component(component.id.clone());
                self.loaded(&key, &component.id)?
            }
        };
        let sink = Arc::new(Sink {
            component: component.id.clone(),
            task,
            output: Arc::clone(&self.base.options.output),
            metrics: Arc::clone(&node.metrics),
        });
        let spec = TaskSpec {
            topology: topology.name().to_owned(),
            component: component.id.clone(),
            task,
            task_index: local.index as u32,
            task_count: node.tasks.len() as u32,
            inputs: topology.inputs(&component.id).map(input_stream).collect(),
            outputs: component.description.outputs.clone(),
            components: Arc::clone(&self.told[local.at]),
            config: serde_json::Value::Object(component.config.clone()),
            secrets: Secrets::of_process(),
            limits: component.limits.clone(),
            grants: component.grants.clone(),
            text_form: component.description.text_form,
            base_dir: self.job.base_dir.clone(),
            sink,
            state: component.grants.state.map(|_| self.state(local, component)),
        };
        Ok(Definition {
            component: loaded,
            spec,
            restart: component.restart,
            reporter: Reporter {
                task,
                metrics: Arc::clone(&node.metrics),
                counts: Arc::clone(&local.counts),
            },
        })
    }

    /// Where this task keeps its values.
    fn state(&self, local: &LocalTask, component: &Component) -> Arc<dyn TaskState> {
        self.base.options.state.of_task(&stormcell_state::Task {
            topology: self.job.topology.name().to_owned(),
            component: component.id.clone(),
            index: local.index as u32,
            tasks: self.nodes[local.at].tasks.len() as u32,
            quota: component.grants.state.unwrap_or_default().quota,
        })
    }

    pub(super) fn loaded(
        &self,
        key: &ComponentKey,
        what: &str,
    ) -> Result<Arc<sandbox::Component>, RunError> {
        let loaded = self.job.components.get(key);
        loaded.cloned().ok_or_else(|| RunError::NotLoaded {
            what: what.to_owned(),
        })
    }

    fn generation(&self) -> u32 {
        self.job.plan.generation() as u32
    }
}

pub(super) fn input_stream(subscription: &Subscription) -> InputStream {
    InputStream {
        component: subscription.from.clone(),
        stream: subscription.stream.clone(),
        schema: subscription.schema.clone(),
    }
}
