//! Changing tasks while they run: another plan, another component.

use std::sync::Arc;

use stormcell_sandbox::CallError;
use tokio::sync::oneshot;

use super::{Handle, Tasks};
use crate::error::RunError;
use crate::options::Job;
use crate::task::{BoltCommand, SpoutCommand};
use crate::wiring::{LocalEnd, LocalTask, Wiring};

impl Tasks {
    /// Works by another plan from now on. Tasks that run and stay go on with what they
    /// hold; tasks of the plan that do not run are prepared; tasks that run and are
    /// not in the plan are closed. Nothing should be in flight, and spouts paused.
    ///
    /// # Errors
    /// If a task cannot be prepared: the process can only end then.
    pub async fn replan(&self, job: Job) -> Result<(), RunError> {
        let _changing = self.changing.lock().await;
        let before = self.wiring();
        let gone: Vec<u32> = {
            let handles = self.handles.lock();
            let planned = |task| job.plan.task(task);
            let stays = |task: u32| planned(task).is_some_and(|t| self.base.place.runs(t.worker));
            handles.keys().copied().filter(|&t| !stays(t)).collect()
        };
        self.close(&gone, false).await;
        let wiring = Arc::new(Wiring::new(job, Arc::clone(&self.base), Some(&before))?);
        if let Some(incoming) = &self.incoming {
            incoming.set(&wiring);
        }
        *self.wiring.write() = Arc::clone(&wiring);
        let mut rewired = Vec::new();
        let mut missing = Vec::new();
        for (&task, local) in &wiring.local {
            let handle = self.handles.lock().get(&task).cloned();
            let (done, told) = oneshot::channel();
            match (handle, &local.end) {
                (Some(Handle::Bolt(mailbox)), LocalEnd::Bolt(_)) => {
                    let wires = Box::new(wiring.wires(task).await?);
                    mailbox.command(BoltCommand::Rewire(wires, done));
                }
                (Some(Handle::Spout(commands)), LocalEnd::Spout(tracker)) => {
                    let wires = Box::new(wiring.wires(task).await?);
                    let command = SpoutCommand::Rewire(wires, Arc::clone(tracker), done);
                    // A task that is gone is reported by the spawner.
                    let _ = commands.send(command);
                }
                _ => {
                    missing.push(task);
                    continue;
                }
            }
            rewired.push(told);
        }
        for told in rewired {
            let _ = told.await;
        }
        self.add(&wiring, missing.into_iter()).await
    }

    /// Has tasks of a component run what `job` says, each from one call to the next.
    /// Tasks that are not here are passed over. Returns how long each took no rows, in
    /// microseconds.
    ///
    /// # Errors
    /// If an instance cannot be prepared: no task is changed then.
    pub async fn swap(&self, job: Job, tasks: &[u32]) -> Result<Vec<u64>, RunError> {
        let _changing = self.changing.lock().await;
        let before = self.wiring();
        let mut wiring = Wiring::new(job, Arc::clone(&self.base), Some(&before))?;
        let tasks: Vec<u32> = tasks
            .iter()
            .copied()
            .filter(|task| wiring.local.contains_key(task))
            .collect();
        for task in &tasks {
            if let Some(LocalTask { counts, .. }) = wiring.local.get_mut(task) {
                *counts = Arc::default();
            }
        }
        let wiring = Arc::new(wiring);
        let mut bolts = Vec::new();
        let mut spouts = Vec::new();
        for &task in &tasks {
            let handle = self.handles.lock().get(&task).cloned();
            let exchange = wiring.exchange(task).await?;
            match handle {
                Some(Handle::Bolt(mailbox)) => {
                    let definition = &exchange.definition;
                    let made = definition.component.bolt(&definition.spec).await;
                    let instance = made.map_err(|error| prepare_error(&exchange, &error))?;
                    bolts.push((mailbox, exchange, instance));
                }
                Some(Handle::Spout(commands)) => spouts.push((task, commands, exchange)),
                None => {}
            }
        }
        let mut pauses = self.swap_spouts(spouts, &before).await?;
        if let Some(incoming) = &self.incoming {
            incoming.set(&wiring);
        }
        *self.wiring.write() = Arc::clone(&wiring);
        let mut told = Vec::new();
        for (mailbox, exchange, instance) in bolts {
            let (done, pause) = oneshot::channel();
            mailbox.command(BoltCommand::Exchange(
                Box::new(exchange),
                Box::new(instance),
                done,
            ));
            told.push(pause);
        }
        for pause in told {
            // A task that has failed says nothing; its failure is reported elsewhere.
            if let Ok(pause) = pause.await {
                pauses.push(pause.as_micros() as u64);
            }
        }
        Ok(pauses)
    }

    /// Spouts are exchanged one after the other. If one cannot be, those before it go
    /// back to what they were.
    async fn swap_spouts(
        &self,
        spouts: Vec<(
            u32,
            tokio::sync::mpsc::UnboundedSender<SpoutCommand>,
            crate::task::Exchange,
        )>,
        before: &Wiring,
    ) -> Result<Vec<u64>, RunError> {
        let mut pauses = Vec::new();
        let mut changed = Vec::new();
        for (task, commands, exchange) in spouts {
            let (done, told) = oneshot::channel();
            let _ = commands.send(SpoutCommand::Exchange(Box::new(exchange), done));
            match told.await {
                Ok(Ok(pause)) => {
                    pauses.push(pause.as_micros() as u64);
                    changed.push((task, commands));
                }
                Ok(Err(error)) => {
                    for (task, commands) in changed {
                        let (done, told) = oneshot::channel();
                        let back = Box::new(before.exchange(task).await?);
                        let _ = commands.send(SpoutCommand::Exchange(back, done));
                        let _ = told.await;
                    }
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        Ok(pauses)
    }
}

fn prepare_error(exchange: &crate::task::Exchange, error: &CallError) -> RunError {
    RunError::Prepare {
        component: exchange.definition.spec.component.clone(),
        task: exchange.definition.spec.task,
        reason: error.whole(),
    }
}
