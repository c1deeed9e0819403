//! Submitting a topology.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api::{Problem, Submit, Submitted};
use stormcell_protocol::record::{self, Desired, Record};
use stormcell_topology::{Style, admission, check_name, plan};
use tokio::time::{Instant, sleep};

use crate::context::Context;
use crate::topologies::{MAX_TOPOLOGIES, NotReserved};
use crate::topology::{Begin, TopologyHandle};
use crate::{prepare, problem, secrets, state};

/// How long workers of an earlier topology of the same name may take to end.
const ENDING: Duration = Duration::from_secs(10);
/// How often they are looked at in that time.
const LOOK: Duration = Duration::from_millis(50);

/// Checks what was submitted, stores it, and starts it.
pub(crate) async fn submit(context: &Arc<Context>, submit: Submit) -> Result<Submitted, Problem> {
    submit.check().map_err(problem::invalid)?;
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
    let prepared = prepare::submitted(&context.components, &parsed, &submit.components).await?;
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
    let record = Record {
        submitted: record::Submitted {
            name: name.clone(),
            file: submit.file,
            file_name: submit.file_name,
            base_dir: submit.base_dir,
            message_timeout: submit.message_timeout_ms.map(Duration::from_millis),
            max_pending: submit.max_pending,
            at: context.clock.now().unix,
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
        closing: None,
        remove_state: false,
    };
    end_leftovers(context, &name).await?;
    state::check(&context.data, &topology, &record.plan).await?;
    context.store.put(&record).await.map_err(problem::storage)?;
    let begin = Begin::Submitted(record, topology);
    let handle = reserved.add(TopologyHandle::start(context, begin));
    Ok(Submitted {
        topology: handle.summary().await?,
        warnings,
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
