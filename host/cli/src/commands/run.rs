//! `stormcell run`: a topology in this process.

mod replays;
mod sink;
mod watch;

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use stormcell_runtime::{Control, Ending, Job, Options, RunError};
use stormcell_sandbox::{SandboxConfig, Secrets};
use stormcell_state::MemoryStates;
use stormcell_topology::units::Size;
use stormcell_topology::{admission, plan};
use stormcell_worker::machine_memory;

use crate::args::RunArgs;
use crate::commands::validate;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::prepare::{self, Prepared};
use crate::status::Status;
use crate::{state, summary, topology_file};
use sink::Sink;

/// Builds, checks and runs a topology, and reports.
pub(crate) async fn run(
    args: &RunArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let file = topology_file::open(&args.topology)?;
    let folder = state::dead_letters(&file.dir, console);
    let options_for_letters = state::options_for(&folder, console);
    let letters = folder.store(file.parsed.name());
    if args.replay_only && !replays::are_asked(&letters)? {
        return Ok(replays::none(file.parsed.name(), &options_for_letters));
    }
    let memory = args.memory.map_or_else(machine_memory, Size::get);
    let limits = SandboxConfig {
        memory,
        ..args.component_limits.sandbox()
    };
    let prepared = prepare::prepare(&file, args.building, limits, console, &interrupt).await?;
    validate::warn(&prepared.checked.warnings, console);

    let control = Control::new();
    let sink = Arc::new(Sink::new(console.clone(), control.clone()));
    // Which seed does not matter, only that it is another one each time.
    let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(0));
    let options = Options {
        fault: args.fault,
        seed,
        message_timeout: args.message_timeout,
        max_pending: args.max_pending,
        output: sink.clone(),
        dead_letters: Some(letters.clone()),
        state: match args.keep_state {
            true => Arc::new(state::of_tasks(&file.dir, console)),
            false => Arc::new(MemoryStates::default()),
        },
        replay_only: args.replay_only,
    };
    let warnings = prepared.checked.warnings.to_json();
    let acking = prepared.checked.topology.acking();
    let job = job(prepared);
    admission::admit(&job.topology, &job.plan, memory).map_err(|refused| {
        let what_to_do = "lower `limits: {memory: ...}` of its components, or raise --memory";
        Failure::new(Status::BadData, format!("{refused}\n{what_to_do}"))
    })?;
    // A few files at most, and nothing else goes on yet.
    Secrets::of_process()
        .check(&job.topology)
        .map_err(|missing| Failure::new(Status::Failed, missing.to_string()))?;

    let stopper = tokio::spawn(stop_when_asked(
        control.clone(),
        interrupt.clone(),
        args.time,
    ));
    let watcher = watch::start(console, control.clone());
    let result = stormcell_runtime::run(job, options, control).await;
    watcher.stop().await;
    let interrupted = interrupt.is_requested();
    stopper.abort();
    sink.finish();

    let report = result.map_err(|error| failure(&error))?;
    // Some may be left if it was stopped, or if another process replays them.
    let left = args.replay_only && replays::are_asked(&letters)?;
    let lossless = summary::is_lossless(&report, acking) && !left;
    for message in summary::errors(&report) {
        console.warning(&message);
    }
    let status = match (lossless, interrupted && report.ending == Ending::Stopped) {
        (_, true) => Status::Interrupted,
        (true, false) => Status::Ok,
        (false, false) => Status::Failed,
    };
    let mut text = String::new();
    if sink.has_printed() {
        text.push('\n');
    }
    text.push_str(&summary::whole(&report, args.fault.is_some()));
    text.push_str(&summary::dead_letters(&report, &options_for_letters));
    text.push_str(&summary::replayed_letters(&report, &options_for_letters));
    if left {
        text.push_str("dead letters are still to be replayed; run it again with --replay-only\n");
    }
    let json = json!({
        "succeeded": lossless,
        "seed": seed,
        "report": report,
        "warnings": warnings,
    });
    Ok(CommandOutput { text, json, status })
}

fn job(prepared: Prepared) -> Job {
    let plan = plan(&prepared.checked.topology, 1);
    Job {
        topology: Arc::new(prepared.checked.topology),
        plan: Arc::new(plan),
        components: prepared.components,
        trials: BTreeMap::new(),
        base_dir: prepared.base_dir,
    }
}

/// Stops the topology when its time is over or somebody presses Ctrl-C. If its time was over
/// before that, what is in flight is not waited for any more.
async fn stop_when_asked(control: Control, interrupt: Interrupt, time: Option<Duration>) {
    tokio::select! {
        () = interrupt.requested() => return control.stop(),
        () = tokio::time::sleep(time.unwrap_or_default()), if time.is_some() => {}
    }
    control.stop();
    interrupt.requested().await;
    control.abandon();
}

fn failure(error: &RunError) -> Failure {
    let status = match error {
        RunError::Prepare { .. } | RunError::GivenUp { .. } => Status::Failed,
        RunError::TooManySpoutTasks(_) => Status::BadData,
        _ => Status::Internal,
    };
    Failure::new(status, error.to_string())
}
