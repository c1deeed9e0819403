//! Components in Rust: cargo builds them for the target `wasm32-wasip2`, whose linker
//! makes a component.
//!
//! Cargo runs build scripts and macros as the user who builds, outside of any sandbox:
//! what they may do is not bounded here, only what they see of the environment.
//!
//! Cargo and the target are those of the machine. All components share one target
//! folder in `.stormcell`, so that the SDK is compiled once. What cargo takes for up to date
//! there is only believed if its sources are the same ([`up_to_date`]).
//!
//! Cargo is not run at all if nothing has changed of what it has said that it read, nor of what
//! it runs in ([`surroundings`]): it would build a project that was moved anew.
//!
//! Whether cargo and the target are there is looked at until a build has gone well, and again
//! after one that failed: to ask them takes as long as cargo needs to find that nothing has
//! changed.

mod artifact;
mod cargo;
mod made_of;
mod manifest;
mod surroundings;
mod up_to_date;

use std::path::{Path, PathBuf};

use cargo::Cargo;

use crate::env::remove_dir;
use crate::progress::{Progress, Step};
use crate::{
    BuildEnv, BuildError, Inputs, Invocation, Language, Output, Settings, Tool, Toolchain, lock,
    sources, upkeep,
};

/// What components are built for.
const TARGET: &str = "wasm32-wasip2";

/// What cargo itself writes into a source folder.
const WRITTEN_BY_CARGO: &[&str] = &["Cargo.lock"];

const INSTALL_RUST: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

const CARGO: Tool = Tool {
    program: "cargo",
    why: "to build components in Rust",
    install: INSTALL_RUST,
    settings: Settings::Rust,
};

const RUSTC: Tool = Tool {
    program: "rustc",
    why: "to build components in Rust",
    install: INSTALL_RUST,
    settings: Settings::Rust,
};

const RUSTUP: Tool = Tool {
    program: "rustup",
    why: "to add the target wasm32-wasip2 to Rust, which components are built for",
    install: INSTALL_RUST,
    settings: Settings::Rust,
};

/// Builds components in Rust.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RustToolchain;

impl Toolchain for RustToolchain {
    fn language(&self) -> Language {
        Language::Rust
    }

    fn inputs(&self, source: &Path, env: &BuildEnv) -> Result<Inputs, BuildError> {
        let mut paths: Vec<PathBuf> = made_of::settings(source).collect();
        paths.extend(surroundings::settings_of_user(env));
        let names = paths.iter().filter_map(|path| path.file_name());
        let mut facts: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        facts.extend(surroundings::facts(env));
        Ok(Inputs {
            paths,
            facts,
            // It counts among the files that it was made of.
            written_by_tool: WRITTEN_BY_CARGO,
            checked_by_tool: true,
        })
    }

    fn ensure_tools(&self, env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError> {
        if proven(env).is_file() {
            return Ok(());
        }
        Invocation::of(&CARGO, env).arg("--version").run(None)?;
        if has_target(env)? {
            return Ok(());
        }
        let step = Step::start(progress, format!("adding the Rust target {TARGET}"));
        Invocation::of(&RUSTUP, env)
            .args(["target", "add", TARGET])
            .run(Some(&step))?;
        step.done();
        Ok(())
    }

    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<Output, BuildError> {
        let manifest = source.join(self.language().project_file());
        // Cargo and rustc would open a FIFO, and wait without an end.
        sources::check_no_special_files(source)?;
        for path in made_of::looked_for(source) {
            sources::check_no_special_file(&path)?;
        }
        let patch = if manifest::wants_published_sdk(&manifest)? {
            env.check_sdk()?;
            Some(manifest::patch(&env.sdk_dir("rust")))
        } else {
            None
        };
        // Components of the same name are built into the same file, so another build has to
        // wait until that is copied.
        let _lock = lock::acquire(&env.locks_dir(), "rust-target", env.cancel(), || {
            step.line("waiting for another build in Rust");
        })?;
        let cargo = Cargo {
            source,
            env,
            step,
            patch,
        };
        let component = cargo.component(&manifest)?;
        forget_if_too_large(env)?;
        component.ok_or_else(|| BuildError::Project {
            path: manifest,
            message: format!(
                "cargo built the package but left no component; \
                 expected {} in this file",
                self.language().marker()
            ),
        })
    }
}

/// Where cargo leaves what it makes.
fn target_dir(env: &BuildEnv) -> PathBuf {
    env.root().join("work").join("rust")
}

/// The bytes that what cargo makes may have: 2 GiB. It removes nothing itself.
const LARGEST_TARGET: u64 = 2 << 30;

/// Removes what cargo has made if that has become too large: versions of packages that nobody
/// uses any more are a part of it.
fn forget_if_too_large(env: &BuildEnv) -> Result<(), BuildError> {
    let target = target_dir(env);
    match upkeep::size_of(&target) > LARGEST_TARGET {
        true => remove_dir(&target),
        false => Ok(()),
    }
}

/// A file that is there if the last build with these tools went well.
fn proven(env: &BuildEnv) -> PathBuf {
    env.root().join("rust-builds")
}

/// Whether the standard library of the target is there.
fn has_target(env: &BuildEnv) -> Result<bool, BuildError> {
    let printed = Invocation::of(&RUSTC, env)
        .args(["--print", "target-libdir", "--target", TARGET])
        .run(None);
    match printed {
        Ok(dir) => Ok(Path::new(dir.trim()).is_dir()),
        // A compiler that is too old does not know the target; rustup says more.
        Err(BuildError::Failed { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(all(test, unix))]
mod tests;
