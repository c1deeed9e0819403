//! Submitting a topology.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::MAX_WORKERS;
use stormcell_protocol::api::{Problem, Submit, Submitted};
use stormcell_protocol::record::{self, Desired, Record};
use stormcell_topology::{Style, admission, check_name, plan};
use tokio::time::{Instant, sleep};

use crate::blocking::blocking;
use crate::context::Context;
use crate::topologies::{MAX_TOPOLOGIES, NotReserved, Preparing};
use crate::topology::{Begin, TopologyHandle};
use crate::{prepare, problem, secrets, state, submissions};

/// How long workers of an earlier topology of the same name may take to end.
const ENDING: Duration = Duration::from_secs(10);
/// How often they are looked at in that time.
const LOOK: Duration = Duration::from_millis(50);

/// Checks what was submitted, stores it, and starts it.
pub(crate) async fn submit(context: &Arc<Context>, submit: Submit) -> Result<Submitted, Problem> {
    if !(1..=MAX_WORKERS).contains(&submit.workers) {
        return Err(problem::invalid(format!(
            "{} workers are asked for: a topology has 1 to {MAX_WORKERS}",
            submit.workers
        )));
    }
    if !submit.base_dir.is_absolute() {
        return Err(problem::invalid(format!(
            "`base_dir` is `{}`: expected the whole path of the folder that the topology file \
             lies in, from `/` on",
            submit.base_dir.display()
        )));
    }
    let parsed = prepare::read(&submit.file_name, &submit.file)?;
    let name = submit
        .name
        .clone()
        .unwrap_or_else(|| parsed.name().to_owned());
    check_name(&name).map_err(|error| problem::invalid(format!("the name: {error}")))?;
    let reserved = context
        .topologies
        .reserve(&name)
        .map_err(|refused| match refused {
            NotReserved::Taken => problem::exists(&name),
            NotReserved::Full => problem::conflict(format!(
                "there are {MAX_TOPOLOGIES} topologies already, which is the most that a \
                 supervisor has: kill one first"
            )),
            NotReserved::Closed => problem::ending(),
        })?;
    let at = context.clock.now().unix;
    let says = |doing: String| {
        reserved.prepares(Preparing {
            workers: submit.workers,
            at,
            doing,
        });
    };
    let prepared =
        prepare::submitted(&context.components, &parsed, &submit.components, &says).await?;
    says("storing the topology".to_owned());
    let topology = Arc::new(prepared.topology.with_name(name.as_str()));
    let plan = plan(
        &topology,
        usize::try_from(submit.workers).unwrap_or(usize::MAX),
    );
    admission::admit(&topology, &plan, context.worker_memory)
        .map_err(|refused| problem::conflict(format!("{refused}\n{}", admission::MAKE_IT_FIT)))?;
    secrets::check(context, &topology).await?;
    let mut warnings = Vec::new();
    if !prepared.warnings.is_empty() {
        warnings.push(prepared.warnings.render(Style::Plain));
    }
    if plan.workers() < submit.workers {
        warnings.push(format!(
            "{} workers are asked for, and `{name}` has only {} tasks: {} workers are used",
            submit.workers,
            plan.tasks().len(),
            plan.workers()
        ));
    }
    end_leftovers(context, &name).await?;
    state::check(&context.data, &topology, &plan).await?;
    let submission = begin_logs(context, &name, at).await?;
    let record = Record {
        submitted: record::Submitted {
            name: name.clone(),
            file: submit.file,
            file_name: submit.file_name,
            base_dir: submit.base_dir,
            message_timeout: submit.message_timeout_ms.map(Duration::from_millis),
            max_pending: submit.max_pending,
            at,
            submission,
        },
        desired: if submit.inactive {
            Desired::Inactive
        } else {
            Desired::Active
        },
        plan,
        modules: prepared.modules,
        next_incarnation: 1,
        deployments: Vec::new(),
        last_report: None,
        counted: record::Counted::default(),
        closing: None,
        remove_state: false,
    };
    if let Err(error) = context.store.put(&record).await {
        // It has written nothing.
        let (data, name) = (context.data.clone(), name.clone());
        drop(blocking(move || submissions::remove(&data, &name, submission)).await);
        return Err(problem::storage(error));
    }
    let begin = Begin::Submitted(record, topology);
    let handle = reserved.add(TopologyHandle::start(context, begin));
    Ok(Submitted {
        topology: handle.summary().await?,
        warnings,
    })
}

/// Makes room for the logs of a new submission, and says its number.
async fn begin_logs(context: &Context, name: &str, at: u64) -> Result<u32, Problem> {
    context.keep_logs_within().await;
    let (data, topology) = (context.data.clone(), name.to_owned());
    let begun = blocking(move || submissions::begin(&data, &topology, at)).await;
    begun.map_err(io::Error::other).flatten().map_err(|error| {
        problem::storage(format!(
            "cannot make a folder for the logs of `{name}` in {}: {error}",
            context.data.all_logs(name).display()
        ))
    })
}

/// Ends workers that an earlier topology of this name left behind, as after its record
/// was lost: the numbers of their runs are about to be given again.
async fn end_leftovers(context: &Arc<Context>, name: &str) -> Result<(), Problem> {
    let failed = |reason: String| {
        problem::conflict(format!(
            "a worker of an earlier topology `{name}` is still alive and could not be ended: \
             {reason}; end its process, or submit under another name (--name)"
        ))
    };
    let processes = &context.processes;
    let locks = processes.locks(name).map_err(|e| failed(e.to_string()))?;
    for worker in locks {
        let deadline = Instant::now() + ENDING;
        loop {
            let found = processes
                .adopt(name, worker, Box::new(|_, _| {}))
                .map_err(|error| error.to_string());
            let why = match found {
                Ok(None) => break,
                Ok(Some(found)) => {
                    let WorkerIncarnation { worker, number } = found.worker;
                    tracing::warn!(
                        topology = name,
                        worker,
                        number,
                        "ending a worker left behind"
                    );
                    let ended = processes.end(name, found.worker);
                    ended.err().map_or_else(
                        || format!("process {} does not end", found.pid),
                        |error| error.to_string(),
                    )
                }
                Err(why) => why,
            };
            if Instant::now() >= deadline {
                return Err(failed(why));
            }
            sleep(LOOK).await;
        }
    }
    Ok(())
}
