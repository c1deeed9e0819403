//! A whole topology in one process: prepare every task, run, wait until nothing is
//! left to do or somebody stops it, close in the direction of the streams, report.

use std::sync::Arc;
use std::time::Duration;

use stormcell_protocol::control::SpoutMode;
use stormcell_protocol::{Ending, Report};

use crate::closing;
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
        () = nothing_left_or_asked_for(&tasks, &wiring) => Ending::Finished,
        () = control.stopped() => Ending::Stopped,
        () = tasks.replay() => unreachable!("it goes on for ever"),
    };
    if ending == Ending::Stopped {
        settle(&tasks, &wiring, &control).await?;
    }
    close(&tasks, &wiring, ending, &control).await?;
    tasks.answer_replays().await;
    wiring.base.finish.end();
    Ok(wiring.report(ending))
}

/// Waits until nothing is left, and all dead letters that somebody asked for were replayed: a
/// few at a time.
async fn nothing_left_or_asked_for(tasks: &Tasks, wiring: &Wiring) {
    loop {
        nothing_left(wiring).await;
        if !tasks.replay_once().await {
            return;
        }
        tasks.replayed().await;
    }
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
async fn settle(tasks: &Tasks, wiring: &Arc<Wiring>, control: &Control) -> Result<(), RunError> {
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
        () = nothing_left(wiring) => return Ok(()),
        () = tokio::time::sleep(grace) => {}
        () = control.abandoned() => {}
    }
    wiring.say_abandoned().await;
    tasks.abandon();
    Ok(())
}

/// Closes the components one after the other, those upstream first, so that what they
/// emit when they close is still worked on. When the topology is stopped, or somebody stops
/// it meanwhile, all of them together have a bounded time. Tasks that have not closed then
/// are ended in the middle of what they do, and the report says which.
async fn close(
    tasks: &Tasks,
    wiring: &Arc<Wiring>,
    ending: Ending,
    control: &Control,
) -> Result<(), RunError> {
    let finished = ending == Ending::Finished;
    let limit = closing::limit(&wiring.job.topology);
    let over = over(tasks, control, limit);
    tokio::pin!(over);
    let mut order = wiring.flow.closing_order().into_iter();
    for at in order.by_ref() {
        let closed = tasks.close_until(&wiring.nodes[at].tasks, finished, over.as_mut());
        // A task that has failed does not say that it has closed.
        let closed = tokio::select! {
            biased;
            closed = closed => closed,
            failed = tasks.failure() => return Err(failed),
        };
        let Err(mut late) = closed else {
            continue;
        };
        let others: Vec<u32> = order
            .flat_map(|at| wiring.nodes[at].tasks.iter().copied())
            .collect();
        let last_call = tokio::time::sleep(closing::LAST_CALL);
        if let Err(open) = tasks.close_until(&others, finished, last_call).await {
            late.extend(open);
        }
        tasks.end();
        wiring.say_late(&late, limit);
        return Ok(());
    }
    tasks.ended().await
}

/// Returns when closing has taken so long since the topology was stopped. Rows that are
/// worked on meanwhile fail as soon as somebody asks for that.
async fn over(tasks: &Tasks, control: &Control, limit: Duration) {
    control.stopped().await;
    let abandon = async {
        control.abandoned().await;
        tasks.abandon();
        std::future::pending().await
    };
    tokio::select! {
        () = tokio::time::sleep(limit) => {}
        () = abandon => {}
    }
}
