//! Builds several components: what is out of date, two at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::env::remove_file;
use crate::moment::Moment;
use crate::progress::{Progress, Step};
use crate::toolchain::{Toolchain, all_toolchains};
use crate::{BuildEnv, BuildError, Inputs, Language, component, digest, env, lock, upkeep};

mod last;

pub(crate) use last::{Last, PREFIX as BUILT};

/// How many builds run at once: each uses several cores itself at times.
const AT_ONCE: usize = 2;

/// A component that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The source folder.
    pub source: PathBuf,
    /// Its language.
    pub language: Language,
    /// The component: a file in [`BuildEnv::components_dir`].
    pub component: PathBuf,
    /// Whether it was there already, so that nothing was built.
    pub up_to_date: bool,
    /// How long it took, without waiting for tools to be installed.
    pub elapsed: Duration,
}

/// Builds components.
pub struct Builder {
    env: BuildEnv,
    toolchains: Vec<Arc<dyn Toolchain>>,
    /// Whether the tools of each toolchain are there.
    tools: Vec<OnceLock<Result<(), BuildError>>>,
    builds: bool,
}

impl Builder {
    /// One for every language.
    pub fn new(env: BuildEnv) -> Self {
        Self::with_toolchains(env, all_toolchains())
    }

    /// One for these languages.
    pub fn with_toolchains(env: BuildEnv, toolchains: Vec<Arc<dyn Toolchain>>) -> Self {
        let tools = toolchains.iter().map(|_| OnceLock::new()).collect();
        Self {
            env,
            toolchains,
            tools,
            builds: true,
        }
    }

    /// One that builds nothing and runs no tool: it finds what was built before, and what
    /// is not up to date is an error.
    #[must_use]
    pub fn without_building(mut self) -> Self {
        self.builds = false;
        self
    }

    /// Where everything is kept.
    pub fn env(&self) -> &BuildEnv {
        &self.env
    }

    /// Builds these source folders, two at a time, each only once however often
    /// it is named; tools are installed once a language. The results are in the
    /// order of `sources`; one that fails does not keep the others from being
    /// built, so that all errors are seen at once.
    pub fn build_all(
        &self,
        sources: &[PathBuf],
        progress: &dyn Progress,
    ) -> Vec<Result<Built, BuildError>> {
        let mut jobs: Vec<PathBuf> = sources.iter().map(|source| canonical(source)).collect();
        jobs.sort();
        jobs.dedup();
        let results = Mutex::new(BTreeMap::new());
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(jobs.len()) {
                scope.spawn(|| {
                    while let Some(source) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let result = self.build(source, progress);
                        results
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .insert(source.clone(), result);
                    }
                });
            }
        });
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        sources
            .iter()
            .map(|source| {
                results
                    .get(&canonical(source))
                    .cloned()
                    .unwrap_or(Err(BuildError::Cancelled))
            })
            .collect()
    }

    /// Builds one source folder, or finds that nothing has to be done.
    ///
    /// # Errors
    /// What went wrong.
    pub fn build(&self, source: &Path, progress: &dyn Progress) -> Result<Built, BuildError> {
        self.env.cancel().check()?;
        let source = canonical(source);
        let language = Language::detect(&source)?;
        let (toolchain, tools) = self
            .toolchains
            .iter()
            .zip(&self.tools)
            .find(|(toolchain, _)| toolchain.language() == language)
            .ok_or_else(|| BuildError::Project {
                path: source.join(language.project_file()),
                message: format!("components in {language} are not built here"),
            })?;
        let name = env::source_name(&source);
        let inputs = toolchain.inputs(&source, &self.env)?;
        let work = Work {
            env: &self.env,
            source: &source,
            language,
            name: &name,
            inputs: &inputs,
        };
        let found = |component| Built {
            source: source.clone(),
            language,
            component,
            up_to_date: true,
            elapsed: Duration::ZERO,
        };
        if !self.builds {
            return work.find().map(found);
        }
        if let Some(component) = work.up_to_date(is_usable)? {
            return Ok(found(component));
        }
        tools
            .get_or_init(|| self.install_tools(toolchain.as_ref(), progress))
            .clone()?;

        let step = Step::start(progress, format!("building {name} ({language})"));
        let _lock = lock::acquire(
            &self.env.locks_dir(),
            &env::source_key(&source),
            self.env.cancel(),
            || step.line("waiting for another build of the same folder"),
        )?;
        // Another process may just have built it.
        let before = work.up_to_date(is_usable)?;
        let present = before.is_some();
        let component = match before {
            Some(component) => component,
            None => work.build(toolchain.as_ref(), &step)?,
        };
        let elapsed = step.done();
        Ok(Built {
            source: source.clone(),
            language,
            component,
            up_to_date: present,
            elapsed,
        })
    }

    fn install_tools(
        &self,
        toolchain: &dyn Toolchain,
        progress: &dyn Progress,
    ) -> Result<(), BuildError> {
        let name = format!("tools-{}", toolchain.language());
        let mut waiting = None;
        let locks = self.env.of_tools().locks_dir();
        let _lock = lock::acquire(&locks, &name, self.env.cancel(), || {
            waiting = Some(Step::start(
                progress,
                format!(
                    "waiting for another process that installs the {} tools",
                    toolchain.language()
                ),
            ));
        })?;
        if let Some(step) = waiting {
            step.done();
        }
        toolchain.ensure_tools(&self.env, progress)
    }
}

/// A source folder, and what a component is made of it with.
struct Work<'a> {
    env: &'a BuildEnv,
    source: &'a Path,
    language: Language,
    name: &'a str,
    inputs: &'a Inputs,
}

impl Work<'_> {
    /// The component that was built of this before.
    fn find(&self) -> Result<PathBuf, BuildError> {
        if let Some(component) = self.up_to_date(component::is_kept)? {
            return Ok(component);
        }
        let path = self.source.to_owned();
        Err(match Last::of(self.source, self.env) {
            Some(_) => BuildError::Stale { path },
            None => BuildError::NotBuilt { path },
        })
    }

    /// The component that was built of just what is there now, of this folder or of another,
    /// and can be used. It counts as the last one that this folder was built to.
    fn up_to_date(
        &self,
        can_be_used: impl Fn(&Path) -> Result<bool, BuildError>,
    ) -> Result<Option<PathBuf>, BuildError> {
        let content = self.digest_with(&[])?;
        let own = Last::of(self.source, self.env);
        let others = Last::all(self.env);
        let others = others.into_iter().filter(|last| last.source != self.source);
        for last in own.clone().into_iter().chain(others) {
            let component = self.env.components_dir().join(&last.component);
            let same = last.of_other(self.source, &content, |files| self.digest_with(files))?;
            if let Some(same) = same
                && can_be_used(&component)?
            {
                return self.used(same, own.as_ref(), component).map(Some);
            }
        }
        if self.inputs.checked_by_tool {
            return Ok(None);
        }
        // One of which no folder was the last: what was changed is as it was before.
        let component = component::path(self.env, self.name, &content);
        if !can_be_used(&component)? {
            return Ok(None);
        }
        let digest = Some(content.clone());
        let last = Last::new(self.source, &component, &content, digest, Vec::new());
        self.used(last, own.as_ref(), component).map(Some)
    }

    fn used(
        &self,
        last: Last,
        own: Option<&Last>,
        component: PathBuf,
    ) -> Result<PathBuf, BuildError> {
        component::touch(&component);
        if own != Some(&last) {
            last.keep(self.env)?;
        }
        Ok(component)
    }

    /// Builds the component, and notes what it was made of.
    fn build(&self, toolchain: &dyn Toolchain, step: &Step<'_>) -> Result<PathBuf, BuildError> {
        // What a build reads must not change under it, so the digest is taken before.
        let begun = Moment::now(self.env)?;
        let before = self.digest_with(&[])?;
        let output = toolchain.build(self.source, self.env, step)?;
        let built = output.component;
        let files = output.read.clone().unwrap_or_default();
        let digest = self.digest_with(&files)?;
        // If sources were changed meanwhile, the changes may be in the component or not. Then
        // nobody knows the sources of it, and its name is made of its own digest.
        let writes = self.inputs.written_by_tool;
        let is_written = |file: &Path| writes.iter().any(|name| file.ends_with(name));
        let is_changed =
            |file: &PathBuf| !is_written(file) && begun.is_before_change_of(file, writes);
        let is_known = output.read.is_some()
            && self.digest_with(&[])? == before
            && !files.iter().any(is_changed);
        let target = match is_known && !self.inputs.checked_by_tool {
            true => component::path(self.env, self.name, &before),
            false => component::path(self.env, self.name, &digest::of_file(&built)?),
        };
        component::note(&built, &target)?;
        component::install(&built, &target)?;
        // It is a copy, and large.
        remove_file(&built)?;
        let digest = is_known.then_some(digest);
        let last = Last::new(self.source, &target, &before, digest, files);
        last.keep(self.env)?;
        upkeep::after_build(self.env);
        Ok(target)
    }

    /// The digest of the source folder, of all that is known before a build, and of these files.
    fn digest_with(&self, files: &[PathBuf]) -> Result<String, BuildError> {
        let mut inputs = self.inputs.clone();
        inputs.paths.extend_from_slice(files);
        digest::of_inputs(self.source, self.language, self.env.sdk_digest(), &inputs)
    }
}

/// Whether a component is there as it was installed: one that is not is built again.
fn is_usable(target: &Path) -> Result<bool, BuildError> {
    match component::is_kept(target) {
        Err(BuildError::Changed { .. }) => Ok(false),
        other => other,
    }
}

/// The real path, so that two ways to name a folder are the same. A folder that
/// is not there keeps its name: the error will show it.
fn canonical(source: &Path) -> PathBuf {
    std::fs::canonicalize(source).unwrap_or_else(|_| source.to_owned())
}

#[cfg(test)]
mod tests;
