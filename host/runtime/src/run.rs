//! The life of a topology: prepare every task, run, wait until nothing is left to
//! do or somebody stops it, close in the direction of the streams, report.

use std::sync::Arc;
use std::time::Duration;

use stormcell_sandbox::CloseReason;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};

use crate::control::Control;
use crate::error::RunError;
use crate::options::{Job, Options};
use crate::report::{Ending, Report};
use crate::task::{BoltTask, SpoutCommand, SpoutSetup, SpoutTask};
use crate::wiring::Wiring;

/// How long rows in flight may take to settle when a topology is stopped that has
/// no message time-out.
const STOP_GRACE: Duration = Duration::from_secs(30);

/// Runs a topology to its end.
///
/// # Errors
/// If a task cannot be prepared, or one has to be given up.
pub async fn run(job: Job, options: Options, control: Control) -> Result<Report, RunError> {
    let wiring = Arc::new(Wiring::new(job, options)?);
    let mut running = Running::prepare(Arc::clone(&wiring)).await?;
    control.watch(&wiring);
    let ending = tokio::select! {
        biased;
        failed = running.failure() => return Err(failed),
        () = nothing_left(&wiring) => Ending::Finished,
        () = control.stopped() => Ending::Stopped,
    };
    if ending == Ending::Stopped {
        running.settle().await?;
    }
    running.close(ending).await?;
    wiring.finish.end();
    Ok(wiring.report(ending))
}

/// Waits until every spout is finished and no row is on its way.
async fn nothing_left(wiring: &Wiring) {
    loop {
        while !wiring.finish.spouts_finished() {
            wiring.finish.changed().await;
        }
        wiring.in_flight.empty().await;
        // A row that was on its way may have failed, and its spout emit it again.
        if wiring.finish.spouts_finished() && wiring.in_flight.rows() == 0 {
            return;
        }
    }
}

/// The running tasks of a topology.
struct Running {
    wiring: Arc<Wiring>,
    tasks: JoinSet<Result<(), RunError>>,
    /// How to command the tasks of each component; empty for a bolt.
    commands: Vec<Vec<mpsc::UnboundedSender<SpoutCommand>>>,
}

impl Running {
    /// Prepares every task, and starts them when all are prepared.
    async fn prepare(wiring: Arc<Wiring>) -> Result<Self, RunError> {
        let mut bolts = JoinSet::new();
        let mut spouts = JoinSet::new();
        let mut commands = Vec::new();
        for (at, node) in wiring.nodes.iter().enumerate() {
            let mut senders = Vec::new();
            for index in 0..node.tasks.len() {
                if node.mailboxes.is_empty() {
                    let (sender, receiver) = mpsc::unbounded_channel();
                    senders.push(sender);
                    spouts.spawn(prepare_spout(Arc::clone(&wiring), at, index, receiver));
                } else {
                    bolts.spawn(prepare_bolt(Arc::clone(&wiring), at, index));
                }
            }
            commands.push(senders);
        }
        let (mut ready_bolts, mut ready_spouts) = (Vec::new(), Vec::new());
        while let Some(bolt) = bolts.join_next().await {
            ready_bolts.push(joined(bolt)?);
        }
        while let Some(spout) = spouts.join_next().await {
            ready_spouts.push(joined(spout)?);
        }
        wiring.finish.begin();
        let mut tasks = JoinSet::new();
        for bolt in ready_bolts {
            tasks.spawn(bolt.run());
        }
        for spout in ready_spouts {
            tasks.spawn(spout.run());
        }
        Ok(Self {
            wiring,
            tasks,
            commands,
        })
    }

    /// Waits for a task that ends before it was closed; for ever if none does.
    async fn failure(&mut self) -> RunError {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(Ok(()))) => {}
                Some(ended) => {
                    if let Err(error) = joined(ended) {
                        return error;
                    }
                }
                None => std::future::pending().await,
            }
        }
    }

    /// Has the spouts stop, and waits for what is in flight, but not for ever.
    async fn settle(&mut self) -> Result<(), RunError> {
        self.command(|| SpoutCommand::Stop);
        let topology = &self.wiring.job.topology;
        let grace = topology
            .spouts()
            .filter_map(|spout| self.wiring.message_timeout(spout.spout.as_ref()?))
            .max()
            .unwrap_or(STOP_GRACE);
        let wiring = Arc::clone(&self.wiring);
        let settled = tokio::select! {
            biased;
            failed = self.failure() => return Err(failed),
            () = nothing_left(&wiring) => true,
            () = tokio::time::sleep(grace) => false,
        };
        if !settled {
            self.command(|| SpoutCommand::Abandon);
            // Their trees fail anyway; to work them off could take very long.
            for node in &wiring.nodes {
                node.mailboxes.iter().for_each(|mailbox| mailbox.discard());
            }
        }
        Ok(())
    }

    fn command(&self, command: impl Fn() -> SpoutCommand) {
        for sender in self.commands.iter().flatten() {
            // A task that is gone is reported by its handle.
            let _ = sender.send(command());
        }
    }

    /// Closes the components one after the other, those upstream first, so that
    /// what they emit when they close is still worked on.
    async fn close(&mut self, ending: Ending) -> Result<(), RunError> {
        let reason = match ending {
            Ending::Finished => CloseReason::Finished,
            Ending::Running | Ending::Stopped => CloseReason::Stopped,
        };
        let wiring = Arc::clone(&self.wiring);
        for at in wiring.graph.closing_order() {
            let mut closing: Vec<oneshot::Receiver<()>> = Vec::new();
            for mailbox in &wiring.nodes[at].mailboxes {
                closing.push(mailbox.close(reason));
            }
            for sender in &self.commands[at] {
                let (done, closed) = oneshot::channel();
                let _ = sender.send(SpoutCommand::Close(reason, done));
                closing.push(closed);
            }
            let closed = async {
                for closed in closing {
                    let _ = closed.await;
                }
            };
            // A task that has failed does not say that it has closed.
            tokio::select! {
                biased;
                () = closed => {}
                failed = self.failure() => return Err(failed),
            }
        }
        while let Some(ended) = self.tasks.join_next().await {
            joined(ended)?;
        }
        Ok(())
    }
}

async fn prepare_bolt(wiring: Arc<Wiring>, at: usize, index: usize) -> Result<BoltTask, RunError> {
    let parts = wiring.parts(at, index).await?;
    let mailbox = Arc::clone(&wiring.nodes[at].mailboxes[index]);
    let tick = wiring.component(at).tick;
    BoltTask::prepare(parts, mailbox, wiring.pacer(at), tick).await
}

async fn prepare_spout(
    wiring: Arc<Wiring>,
    at: usize,
    index: usize,
    commands: mpsc::UnboundedReceiver<SpoutCommand>,
) -> Result<SpoutTask, RunError> {
    let parts = wiring.parts(at, index).await?;
    let component = wiring.component(at);
    let Some(settings) = &component.spout else {
        return Err(RunError::Host {
            component: component.id.clone(),
            task: parts.definition.spec.task,
            reason: "a spout without settings".to_owned(),
        });
    };
    let setup = SpoutSetup {
        tracker: Arc::clone(&wiring.nodes[at].trackers[index]),
        pacer: wiring.pacer(at),
        commands,
        finish: Arc::clone(&wiring.finish),
        acking: wiring.job.topology.acking(),
        message_timeout: wiring.message_timeout(settings),
        max_replays: settings.max_replays,
    };
    SpoutTask::prepare(parts, setup).await
}

/// What a task returned, or what it panicked with.
fn joined<T>(result: Result<Result<T, RunError>, JoinError>) -> Result<T, RunError> {
    result.unwrap_or_else(|error| {
        let reason = match error.try_into_panic() {
            Ok(panic) => panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
                .unwrap_or_else(|| "a panic".to_owned()),
            Err(error) => error.to_string(),
        };
        Err(RunError::Host {
            component: "unknown".to_owned(),
            task: 0,
            reason,
        })
    })
}
