//! Builds several components: what is out of date, two at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::progress::{Progress, Step};
use crate::toolchain::{Toolchain, all_toolchains};
use crate::{BuildEnv, BuildError, Inputs, Language, component, digest, env, lock};

mod last;

use last::Last;

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
        if !inputs.checked_by_tool {
            let target = work.target()?;
            if is_usable(&target)? {
                work.note(&target)?;
                return Ok(found(target));
            }
        }
        toolchain.check(&source, &self.env)?;
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
        // Another process may just have built it; what a build reads must not
        // change under it, so the digest is taken before.
        let before = work.target()?;
        let present = !inputs.checked_by_tool && is_usable(&before)?;
        let target = if present {
            work.note(&before)?;
            before
        } else {
            let output = toolchain.build(&source, &self.env, &step)?;
            let built = output.component;
            // If sources were changed meanwhile, the changes may be in the component or not. Then
            // nobody knows the sources of it, and its name is made of its own digest.
            let is_unchanged = work.target()? == before;
            let target = if inputs.checked_by_tool || !is_unchanged {
                component::path(&self.env, &name, &digest::of_file(&built)?)
            } else {
                before
            };
            component::note(&built, &target)?;
            component::install(&built, &target)?;
            let read = output.read.filter(|_| is_unchanged);
            Last::note(&source, language, &self.env, (&inputs, read), &target)?;
            component::prune(&self.env, &name, &Last::in_use(&self.env));
            target
        };
        let elapsed = step.done();
        Ok(Built {
            source,
            language,
            component: target,
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
        let _lock = lock::acquire(&self.env.locks_dir(), &name, self.env.cancel(), || {
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
        let last = Last::of(self.source, self.env);
        let current = if self.inputs.checked_by_tool {
            match &last {
                Some(last) => {
                    last.component_if_current(self.source, self.language, self.env, self.inputs)?
                }
                None => None,
            }
        } else {
            Some(self.target()?)
        };
        if let Some(component) = current
            && component::is_kept(&component)?
        {
            return Ok(component);
        }
        let path = self.source.to_owned();
        Err(match last {
            Some(_) => BuildError::Stale { path },
            None => BuildError::NotBuilt { path },
        })
    }

    /// Notes that this component is what the folder was built to last, if another was.
    fn note(&self, component: &Path) -> Result<(), BuildError> {
        if Last::of(self.source, self.env).is_some_and(|last| last.is(component)) {
            return Ok(());
        }
        let inputs = (self.inputs, Some(Vec::new()));
        Last::note(self.source, self.language, self.env, inputs, component)
    }

    /// Where the component is or will be.
    fn target(&self) -> Result<PathBuf, BuildError> {
        let sdk = self.env.sdk_digest();
        let digest = digest::of_inputs(self.source, self.language, sdk, self.inputs)?;
        Ok(component::path(self.env, self.name, &digest))
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
