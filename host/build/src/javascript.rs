//! Components in JavaScript and TypeScript: esbuild makes one module of the
//! author's modules, their dependencies and the SDK, and componentize-qjs makes a
//! component of that module and QuickJS. `sdk/js/build/build.mjs` does both; here
//! is what it needs: Node, npm, the pinned tools, the author's dependencies.

mod package;

use std::path::{Path, PathBuf};

use crate::env::remove_dir;
use crate::progress::{Progress, Step};
use crate::{BuildEnv, BuildError, Inputs, Invocation, Language, Tool, Toolchain};
use package::Package;

/// The folder of the tools: the versions are those of `sdk/js/build/tools`.
const TOOLS: &str = "javascript-componentize-qjs-0.4.5-esbuild-0.28.2";

/// The oldest Node that the tools run on.
const OLDEST_NODE: u32 = 20;

const INSTALL_NODE: &str =
    "sudo apt-get install -y nodejs npm   (or https://nodejs.org/en/download)";

const NODE: Tool = Tool {
    program: "node",
    why: "to build components in JavaScript",
    install: INSTALL_NODE,
};

const NPM: Tool = Tool {
    program: "npm",
    why: "to install the tools that build components in JavaScript",
    install: INSTALL_NODE,
};

/// Builds components in JavaScript.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JavaScriptToolchain;

impl Toolchain for JavaScriptToolchain {
    fn language(&self) -> Language {
        Language::JavaScript
    }

    fn inputs(&self, source: &Path, _env: &BuildEnv) -> Result<Inputs, BuildError> {
        let package = Package::read(source)?;
        Ok(Inputs {
            paths: package.local_dependencies(source),
            facts: vec![TOOLS.to_owned()],
            checked_by_tool: false,
        })
    }

    fn ensure_tools(&self, env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError> {
        check_node(env)?;
        let target = env.tool_dir(TOOLS);
        if target.is_dir() {
            return Ok(());
        }
        let step = Step::start(progress, "installing the JavaScript tools");
        let partial = env.tool_dir(&format!("{TOOLS}.partial"));
        remove_dir(&partial)?;
        copy_pins(&env.sdk_dir("js").join("build").join("tools"), &partial)?;
        npm(env, "install", &partial)
            .arg("--no-package-lock")
            .run(Some(&step))?;
        std::fs::rename(&partial, &target)
            .map_err(|error| BuildError::io("creating", &target, error))?;
        step.done();
        Ok(())
    }

    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<PathBuf, BuildError> {
        let package = Package::read(source)?;
        if package.has_dependencies() {
            install_dependencies(source, env, step)?;
        }
        let work = env.work_dir(source)?;
        let component = work.join("component.wasm");
        Invocation::of(&NODE, env)
            .arg(env.sdk_dir("js").join("build").join("build.mjs"))
            .arg("--tools")
            .arg(env.tool_dir(TOOLS))
            .arg("--wit")
            .arg(env.wit_dir())
            .arg("--source")
            .arg(source)
            .arg("--main")
            .arg(package.main())
            .arg("--world")
            .arg(package.world().name())
            .arg("--work")
            .arg(&work)
            .arg("--out")
            .arg(&component)
            .current_dir(source)
            .run(Some(step))?;
        Ok(component)
    }
}

/// Whether Node is there and new enough.
fn check_node(env: &BuildEnv) -> Result<(), BuildError> {
    let printed = Invocation::of(&NODE, env).arg("--version").run(None)?;
    match major(&printed) {
        Some(version) if version >= OLDEST_NODE => Ok(()),
        _ => Err(BuildError::MissingTool {
            tool: format!("node {OLDEST_NODE} or later (found: {})", printed.trim()),
            why: NODE.why.to_owned(),
            install: INSTALL_NODE.to_owned(),
        }),
    }
}

/// The 20 of `v20.1.2`.
fn major(printed: &str) -> Option<u32> {
    let version = printed.trim().strip_prefix('v')?;
    version.split('.').next()?.parse().ok()
}

/// Puts the file that pins the tools into a new folder. It needs no lock file:
/// both tools depend on nothing but their own binaries, of exactly their version.
fn copy_pins(from: &Path, to: &Path) -> Result<(), BuildError> {
    crate::env::create_dir(to)?;
    let file = from.join("package.json");
    stormcell_regular_file::copy(&file, &to.join("package.json"), Language::PROJECT_FILE)
        .map(drop)
        .map_err(|error| BuildError::io("copying", &file, error))
}

/// Installs what the author's package depends on, unless npm has just done that.
fn install_dependencies(source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<(), BuildError> {
    let lock = source.join("package-lock.json");
    let installed = source.join("node_modules").join(".package-lock.json");
    let wanted = if lock.is_file() {
        lock
    } else {
        source.join(Language::JavaScript.project_file())
    };
    if is_newer(&installed, &wanted) {
        return Ok(());
    }
    step.line("installing the dependencies of package.json");
    let npm = if source.join("package-lock.json").is_file() {
        npm(env, "ci", source)
    } else {
        // A build writes nothing into the author's folder but `node_modules`.
        npm(env, "install", source).arg("--no-package-lock")
    };
    npm.arg("--omit=dev").run(Some(step)).map(drop)
}

/// Whether `file` is there and was written after `other`.
fn is_newer(file: &Path, other: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    matches!((written(file), written(other)), (Some(a), Some(b)) if a > b)
}

/// npm in a folder. Scripts of packages are not run: the tools need none, and a
/// build should not run the code of strangers.
fn npm(env: &BuildEnv, command: &str, dir: &Path) -> Invocation {
    Invocation::of(&NPM, env)
        .args([command, "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--loglevel", "error"])
        .current_dir(dir)
}

#[cfg(test)]
mod tests;
