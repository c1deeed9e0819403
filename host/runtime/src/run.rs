//! A whole topology in one process: prepare every task, run, wait until nothing is
//! left to do or somebody stops it, close in the direction of the streams, report.

use std::sync::Arc;
use std::time::Duration;

use stormcell_protocol::control::SpoutMode;
use stormcell_protocol::{Ending, Report};

use crate::control::Control;
use crate::error::RunError;
use crate::options::{Job, Options};
use crate::place::Place;
use crate::tasks::Tasks;
use crate::wiring::Wiring;

/// How long rows in flight may take to settle when a topology is stopped that has
/// no message time-out.
const STOP_GRACE: Duration = Duration::from_secs(30);

/// Runs a topology to its end.
///
/// # Errors
/// If a task cannot be prepared, or one has to be given up.
pub async fn run(job: Job, options: Options, control: Control) -> Result<Report, RunError> {
    let tasks = Tasks::prepare(job, options, Place::Alone).await?;
    let wiring = tasks.wiring();
    control.watch(&wiring);
    // Before spouts emit, so that the run does not end without them.
    tasks.replay_once().await;
    tasks.spouts(SpoutMode::Active);
    let ending = tokio::select! {
        biased;
        failed = tasks.failure() => return Err(failed),
        () = nothing_left(&wiring) => Ending::Finished,
        () = control.stopped() => Ending::Stopped,
        () = tasks.replay() => unreachable!("it goes on for ever"),
    };
    if ending == Ending::Stopped {
        settle(&tasks, &wiring).await?;
    }
    close(&tasks, &wiring, ending).await?;
    tasks.answer_replays().await;
    wiring.base.finish.end();
    Ok(wiring.report(ending))
}

/// Waits until every spout is finished and no row is on its way.
async fn nothing_left(wiring: &Wiring) {
    let finish = &wiring.base.finish;
    let in_flight = &wiring.base.in_flight;
    loop {
        while !finish.spouts_finished() {
            finish.changed().await;
        }
        in_flight.empty().await;
        // A row that was on its way may have failed, and its spout emit it again.
        if finish.spouts_finished() && in_flight.rows() == 0 {
            return;
        }
    }
}

/// Has the spouts stop, and waits for what is in flight, but not for ever.
async fn settle(tasks: &Tasks, wiring: &Arc<Wiring>) -> Result<(), RunError> {
    tasks.spouts(SpoutMode::Stopped);
    let topology = &wiring.job.topology;
    let grace = topology
        .spouts()
        .filter_map(|spout| wiring.message_timeout(spout.spout.as_ref()?))
        .max()
        .unwrap_or(STOP_GRACE);
    tokio::select! {
        biased;
        failed = tasks.failure() => return Err(failed),
        () = nothing_left(wiring) => {}
        () = tokio::time::sleep(grace) => tasks.abandon(),
    }
    Ok(())
}

/// Closes the components one after the other, those upstream first, so that what they
/// emit when they close is still worked on.
async fn close(tasks: &Tasks, wiring: &Arc<Wiring>, ending: Ending) -> Result<(), RunError> {
    for at in wiring.flow.closing_order() {
        let closed = tasks.close(&wiring.nodes[at].tasks, ending == Ending::Finished);
        // A task that has failed does not say that it has closed.
        tokio::select! {
            biased;
            () = closed => {}
            failed = tasks.failure() => return Err(failed),
        }
    }
    tasks.ended().await
}
