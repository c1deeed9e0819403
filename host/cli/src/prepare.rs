//! From a topology file to what can run: build, load, describe, check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stormcell_build::{BuildEnv, Builder, Built, Progress, Step};
use stormcell_sandbox::{Component, Sandbox, SandboxConfig};
use stormcell_topology::{Checked, ComponentKey, Description, check};
use tokio::task::JoinSet;

use crate::args::{Building, ComponentLimits};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::status::Status;
use crate::topology_file::TopologyFile;
use crate::{compiled, progress, state, topology_file};

/// A topology that has passed every check, with its components.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The topology and the warnings about it.
    pub(crate) checked: Checked,
    /// The component of each spout, bolt and custom grouping.
    pub(crate) components: BTreeMap<ComponentKey, Arc<Component>>,
    /// The file of each component, by how the topology names it.
    pub(crate) files: BTreeMap<String, ComponentFile>,
    /// The folder that the paths in the topology are relative to.
    pub(crate) base_dir: PathBuf,
}

/// The file of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ComponentFile {
    /// What people call it.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) digest: String,
    /// Its size in bytes.
    pub(crate) size: u64,
}

impl ComponentFile {
    fn new(name: &str, path: PathBuf, component: &Component) -> Self {
        Self {
            name: name.to_owned(),
            path,
            digest: component.digest().to_owned(),
            size: component.size(),
        }
    }
}

/// A component that was loaded and has described itself, or why not.
type Loaded = Result<(Arc<Component>, Description), String>;

/// Builds the components that are source folders, loads all of them, and checks
/// the topology against them.
pub(crate) async fn prepare(
    file: &TopologyFile,
    building: Building,
    limits: SandboxConfig,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Prepared, Failure> {
    let env = state::open(&file.dir, console, interrupt.cancel())?;
    let progress: Arc<dyn Progress> = Arc::from(progress::new(console));
    let refs = file.parsed.component_refs();
    let paths: BTreeMap<&str, PathBuf> = refs
        .iter()
        .map(|r| (r.path.as_str(), file.resolve(&r.path)))
        .collect();
    let files = build(&paths, building, env.clone(), &progress).await?;
    let sandbox = sandbox_like(limits, Some(&env), file.parsed.tasks())?;
    let loaded = load(&sandbox, files.clone(), &progress, interrupt).await?;

    let mut descriptions = BTreeMap::new();
    let mut components = BTreeMap::new();
    for r in refs {
        let described = match loaded.get(r.path.as_str()) {
            Some(Ok((component, description))) => {
                components.insert(r.key.clone(), component.clone());
                Ok(description.clone())
            }
            Some(Err(reason)) => Err(reason.clone()),
            None => Err("it was not loaded".to_owned()),
        };
        descriptions.insert(r.key.clone(), described);
    }
    let checked = check(&file.parsed, &descriptions).map_err(Failure::invalid)?;
    let files = files
        .into_iter()
        .filter_map(|(name, path)| {
            // What could not be loaded has failed the check.
            let (component, _) = loaded.get(name)?.as_ref().ok()?;
            Some((name.to_owned(), ComponentFile::new(name, path, component)))
        })
        .collect();
    Ok(Prepared {
        checked,
        components,
        files,
        // What is granted is opened without following links, this folder too.
        base_dir: std::fs::canonicalize(&file.dir).unwrap_or_else(|_| file.dir.clone()),
    })
}

/// Builds one component if it is a source folder, loads it, and has it describe
/// itself.
pub(crate) async fn prepare_one(
    path: &Path,
    building: Building,
    limits: &ComponentLimits,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<ComponentFile, Failure> {
    let progress: Arc<dyn Progress> = Arc::from(progress::new(console));
    let (env, file) = if path.is_dir() {
        let env = state::open(&topology_file::project(path), console, interrupt.cancel())?;
        let built = build_all(vec![path.to_owned()], building, env.clone(), &progress).await?;
        let built = built.into_iter().next().map(|built| built.component);
        (Some(env), built.unwrap_or_else(|| path.to_owned()))
    } else {
        (
            state::existing(path.parent().unwrap_or(path), console),
            path.to_owned(),
        )
    };
    let sandbox = sandbox(env.as_ref(), limits, 0)?;
    let name = path.display().to_string();
    let files = BTreeMap::from([(name.as_str(), file.clone())]);
    let mut loaded = load(&sandbox, files, &progress, interrupt).await?;
    match loaded.remove(name.as_str()) {
        Some(Ok((component, _))) => Ok(ComponentFile::new(&name, file, &component)),
        Some(Err(reason)) => {
            let status = if file.exists() {
                Status::BadData
            } else {
                Status::NoInput
            };
            Err(Failure::new(status, reason))
        }
        None => Err(Failure::new(
            Status::Internal,
            format!("{name} was not loaded"),
        )),
    }
}

/// The sandbox for so many tasks, with a compile cache if there is a place for it.
pub(crate) fn sandbox(
    env: Option<&BuildEnv>,
    limits: &ComponentLimits,
    tasks: u32,
) -> Result<Sandbox, Failure> {
    sandbox_like(limits.sandbox(), env, tasks)
}

fn sandbox_like(
    limits: SandboxConfig,
    env: Option<&BuildEnv>,
    tasks: u32,
) -> Result<Sandbox, Failure> {
    let config = SandboxConfig {
        cache_dir: compiled::folder(env.map(BuildEnv::cache_dir)),
        ..limits
    };
    Sandbox::new(config.for_tasks(tasks))
        .map_err(|error| Failure::new(Status::Internal, error.to_string()))
}

/// Builds source folders, off the threads of the runtime, or finds what was built.
pub(crate) async fn build_all(
    sources: Vec<PathBuf>,
    building: Building,
    env: BuildEnv,
    progress: &Arc<dyn Progress>,
) -> Result<Vec<Built>, Failure> {
    let progress = progress.clone();
    let named: Vec<String> = sources.iter().map(|s| s.display().to_string()).collect();
    let results = tokio::task::spawn_blocking(move || {
        let mut builder = Builder::new(env);
        if building.no_build {
            builder = builder.without_building();
        }
        builder.build_all(&sources, progress.as_ref())
    })
    .await
    .map_err(|error| Failure::new(Status::Internal, format!("the build failed: {error}")))?;
    let errors: Vec<_> = named
        .iter()
        .zip(&results)
        .filter_map(|(name, result)| result.as_ref().err().map(|error| (name.as_str(), error)))
        .collect();
    if errors.is_empty() {
        Ok(results.into_iter().flatten().collect())
    } else {
        Err(Failure::build(errors))
    }
}

/// The component file of each path that the topology names: the file itself, or
/// what its source folder was built to.
async fn build<'a>(
    paths: &BTreeMap<&'a str, PathBuf>,
    building: Building,
    env: BuildEnv,
    progress: &Arc<dyn Progress>,
) -> Result<BTreeMap<&'a str, PathBuf>, Failure> {
    let (folders, files): (Vec<_>, Vec<_>) = paths
        .iter()
        .map(|(name, path)| (*name, path.clone()))
        .partition(|(_, path)| path.is_dir());
    let sources = folders.iter().map(|(_, path)| path.clone()).collect();
    let built = build_all(sources, building, env, progress).await?;
    let built = folders
        .iter()
        .zip(built)
        .map(|((name, _), built)| (*name, built.component));
    Ok(files.into_iter().chain(built).collect())
}

/// Loads and describes component files, all at once.
async fn load<'a>(
    sandbox: &Sandbox,
    files: BTreeMap<&'a str, PathBuf>,
    progress: &Arc<dyn Progress>,
    interrupt: &Interrupt,
) -> Result<BTreeMap<&'a str, Loaded>, Failure> {
    let many = if files.len() == 1 { "" } else { "s" };
    let step = Step::start(
        progress.as_ref(),
        format!(
            "loading {} component{many}, which compiles those that are new",
            files.len()
        ),
    );
    let mut tasks = JoinSet::new();
    let mut loaded = BTreeMap::new();
    let mut names = BTreeMap::new();
    for (name, path) in files {
        let sandbox = sandbox.clone();
        let handle = tasks.spawn(async move { load_one(&sandbox, &path).await });
        names.insert(handle.id(), name);
    }
    loop {
        let joined = tokio::select! {
            joined = tasks.join_next_with_id() => joined,
            () = interrupt.requested() => {
                return Err(Failure::new(Status::Interrupted, "interrupted"));
            }
        };
        let (id, result) = match joined {
            None => break,
            Some(Ok((id, result))) => (id, result),
            Some(Err(error)) => (error.id(), Err(format!("loading failed: {error}"))),
        };
        if let Some(name) = names.get(&id) {
            step.line(&format!("{name} is loaded"));
            loaded.insert(*name, result);
        }
    }
    step.done();
    Ok(loaded)
}

async fn load_one(sandbox: &Sandbox, path: &Path) -> Loaded {
    let component = sandbox.load(path).await.map_err(|e| e.to_string())?;
    let description = component.describe().await.map_err(|e| e.to_string())?;
    Ok((component, description))
}
