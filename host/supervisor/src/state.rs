//! What the tasks of topologies keep (grant `state`), as far as it is the supervisor's: it is
//! removed when that is asked for, and a topology that cannot go on with it is refused.
//!
//! Workers have the files open. So both is only done where there are none: of a topology
//! whose workers have ended, or whose name is reserved.

use std::path::PathBuf;

use stormcell_protocol::DataDir;
use stormcell_protocol::api::{KeptState, Problem};
use stormcell_state::{Folder, StateError};
use stormcell_topology::{Plan, Topology};

use crate::blocking::blocking;
use crate::context::Context;
use crate::problem;
use crate::topologies::NotReserved;

/// The folder of what the tasks of a topology keep, if there is one.
pub(crate) async fn folder(data: &DataDir, topology: &str) -> Option<PathBuf> {
    let folder = Folder::new(data.state()).of_topology(topology);
    let looked = blocking(move || folder.is_dir().then_some(folder)).await;
    looked.unwrap_or_default()
}

/// Removes what the tasks of a topology keep, none of which runs. Returns whether there
/// was anything.
pub(crate) async fn remove(data: &DataDir, topology: &str) -> Result<bool, Problem> {
    let folder = Folder::new(data.state());
    let topology = topology.to_owned();
    match blocking(move || folder.remove(&topology)).await {
        Ok(removed) => removed.map_err(problem::storage),
        Err(error) => Err(problem::internal(error)),
    }
}

/// Removes what the tasks of a topology have kept that there is no more.
pub(crate) async fn remove_left(context: &Context, name: &str) -> Result<KeptState, Problem> {
    // Nobody submits one of this name meanwhile.
    let reserved = context.topologies.reserve(name);
    let _reserved = reserved.map_err(|refused| match refused {
        NotReserved::Taken => problem::conflict(format!(
            "there is a topology `{name}`: what its tasks keep is removed when it is killed, if \
             that is asked for (`stormcell kill {name} --remove-state`)"
        )),
        NotReserved::Full => problem::conflict("there are too many topologies: kill one first"),
        NotReserved::Closed => problem::ending(),
    })?;
    let folder = Folder::new(context.data.state()).of_topology(name);
    if !remove(&context.data, name).await? {
        let mut missing = context.no_topology(name);
        missing.message += "; nor has one of that name kept anything";
        return Err(missing);
    }
    tracing::info!(topology = name, "what its tasks kept is removed");
    Ok(KeptState {
        folder,
        removed: true,
    })
}

/// That a topology that is about to start can go on with what is kept under its name.
pub(crate) async fn check(data: &DataDir, topology: &Topology, plan: &Plan) -> Result<(), Problem> {
    let keeping = topology.components().iter();
    let keeping = keeping.filter(|component| component.grants.state.is_some());
    let tasks: Vec<(String, u32)> = keeping
        .map(|component| {
            let tasks = plan.tasks_of(&component.id).len();
            (
                component.id.clone(),
                u32::try_from(tasks).unwrap_or(u32::MAX),
            )
        })
        .collect();
    let (folder, name) = (Folder::new(data.state()), topology.name().to_owned());
    let checked = blocking(move || {
        let mut components = tasks.iter();
        components.try_for_each(|(component, tasks)| folder.check_tasks(&name, component, *tasks))
    });
    match checked.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(refused(&error, topology.name())),
        Err(error) => Err(problem::internal(error)),
    }
}

fn refused(error: &StateError, name: &str) -> Problem {
    let remedy = match error {
        StateError::OtherTasks { .. } => {
            format!(". To remove it: `stormcell kill {name} --remove-state`")
        }
        _ => String::new(),
    };
    problem::conflict(format!("{error}{remedy}"))
}
