//! From an assignment to what the runtime is given: parse, load, describe, check.

use std::collections::BTreeMap;
use std::sync::Arc;

use stormcell_protocol::control::Assignment;
use stormcell_protocol::record::Modules;
use stormcell_runtime::{Job, Trial};
use stormcell_sandbox::Component;
use stormcell_topology::{ComponentKey, ComponentRef, Description, Parsed, Topology, check, parse};

use crate::{Library, LibraryError};

/// Why an assignment cannot be worked by.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// The topology file has mistakes, or its components do not fit it.
    #[error("{0}")]
    File(String),
    /// It does not say what a component runs.
    #[error("the supervisor has not said which component file {0} runs")]
    NoModule(String),
    /// A component file cannot be used.
    #[error("{whose}: {source}")]
    Library {
        /// The component or grouping.
        whose: String,
        /// What is wrong with it.
        source: Box<LibraryError>,
    },
}

/// What each part of a topology runs.
type Descriptions = BTreeMap<ComponentKey, Result<Description, String>>;

/// Makes the job of the topology `name`, whose file may have another name.
pub(crate) async fn job(
    assignment: &Assignment,
    name: &str,
    library: &Library,
) -> Result<Job, JobError> {
    let parsed = parse(&assignment.file_name, &assignment.file)
        .map_err(|mistakes| JobError::File(mistakes.to_string()))?;
    let mut components = BTreeMap::new();
    let mut descriptions = Descriptions::new();
    for needed in parsed.component_refs() {
        let digest = digest(&assignment.modules, needed)?;
        let (component, description) = load(library, &needed.key, digest).await?;
        components.insert(needed.key.clone(), component);
        descriptions.insert(needed.key.clone(), Ok(description));
    }
    let mut trials = BTreeMap::new();
    for (id, module) in &assignment.modules.components {
        let Some(trial) = &module.trial else {
            continue;
        };
        let key = ComponentKey::Component(id.clone());
        let (component, description) = load(library, &key, &trial.digest).await?;
        let mut descriptions = descriptions.clone();
        descriptions.insert(key, Ok(description));
        let topology = checked(&parsed, &descriptions, name)?;
        let trial = Trial {
            tasks: trial.tasks.clone(),
            component,
            topology,
        };
        trials.insert(id.clone(), trial);
    }
    Ok(Job {
        topology: checked(&parsed, &descriptions, name)?,
        plan: Arc::new(assignment.plan.clone()),
        components,
        trials,
        base_dir: assignment.base_dir.clone(),
    })
}

fn checked(
    parsed: &Parsed,
    descriptions: &Descriptions,
    name: &str,
) -> Result<Arc<Topology>, JobError> {
    let checked =
        check(parsed, descriptions).map_err(|mistakes| JobError::File(mistakes.to_string()))?;
    Ok(Arc::new(checked.topology.with_name(name)))
}

/// The digest of the file that a part of the topology runs.
fn digest<'a>(modules: &'a Modules, needed: &ComponentRef) -> Result<&'a str, JobError> {
    let digest = match &needed.key {
        ComponentKey::Component(id) => modules.components.get(id).map(|module| &module.digest),
        ComponentKey::Grouping(position) => modules.groupings.get(position),
    };
    digest
        .map(String::as_str)
        .ok_or_else(|| JobError::NoModule(whose(&needed.key)))
}

async fn load(
    library: &Library,
    key: &ComponentKey,
    digest: &str,
) -> Result<(Arc<Component>, Description), JobError> {
    let loaded = library.get(digest).await;
    let loaded = loaded.map_err(|source| JobError::Library {
        whose: whose(key),
        source: Box::new(source),
    })?;
    let description = Description::clone(&loaded.description);
    Ok((loaded.component, description))
}

fn whose(key: &ComponentKey) -> String {
    match key {
        ComponentKey::Component(id) => format!("component `{id}`"),
        ComponentKey::Grouping(position) => format!("the grouping of streams[{position}]"),
    }
}
