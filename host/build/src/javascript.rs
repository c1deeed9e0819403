//! Components in JavaScript and TypeScript: esbuild makes one module of the
//! author's modules, their dependencies and the SDK, and componentize-qjs makes a
//! component of that module and QuickJS. `sdk/js/build/build.mjs` does both; here
//! is what it needs: Node, npm, the pinned tools, the author's dependencies.
//!
//! esbuild reads, and writes nothing. It is handed a copy of the package, so it meets no file
//! that never ends, and none that does not count as a source; what it reads for the bundle
//! must lie there. componentize-qjs runs the bundle in a sandbox that has no files at all.

mod local;
mod modules;
mod package;
mod settings;
mod workspace;

use std::path::Path;

use crate::env::{create_dir, remove_dir, remove_file};
use crate::progress::{Progress, Step};
use crate::{
    BuildEnv, BuildError, Inputs, Invocation, Language, Output, Settings, Tool, Toolchain,
    embedded, record,
};
use package::Package;

/// The folder of the tools: the versions are those of `sdk/js/build/tools`.
const TOOLS: &str = "javascript-componentize-qjs-0.4.5-esbuild-0.28.2";

/// How the names of all such folders begin that there ever were, and that of now.
pub(crate) const FOLDERS: [(&str, &str); 1] = [("javascript-componentize-qjs-", TOOLS)];

/// The name of the note of what is in it.
const KEPT: &str = "tools-javascript-componentize-qjs-0.4.5-esbuild-0.28.2";

/// The oldest Node that the tools run on.
const OLDEST_NODE: u32 = 20;

const INSTALL_NODE: &str =
    "sudo apt-get install -y nodejs npm   (or https://nodejs.org/en/download)";

const NODE: Tool = Tool {
    program: "node",
    why: "to build components in JavaScript",
    install: INSTALL_NODE,
    settings: Settings::Node,
};

const NPM: Tool = Tool {
    program: "npm",
    why: "to install the tools that build components in JavaScript",
    install: INSTALL_NODE,
    settings: Settings::Node,
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
        let locals = local::of(source, &package)?;
        Ok(Inputs {
            paths: locals.origins(),
            facts: vec![TOOLS.to_owned()],
            ..Inputs::default()
        })
    }

    fn ensure_tools(&self, env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError> {
        check_node(env)?;
        let target = env.tool_dir(TOOLS);
        if record::is_kept(env, KEPT, &target)? {
            return Ok(());
        }
        let step = Step::start(progress, "installing the JavaScript tools");
        record::remove(env, KEPT)?;
        let partial = env.tool_dir(&format!("{TOOLS}.partial"));
        for folder in [&target, &partial] {
            remove_dir(folder)?;
        }
        env.check_sdk()?;
        copy_pins(&env.sdk_dir("js").join("build").join("tools"), &partial)?;
        npm(env, "install", &partial)
            .arg("--no-package-lock")
            .run(Some(&step))?;
        record::keep(env, KEPT, &partial, &target)?;
        step.done();
        Ok(())
    }

    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<Output, BuildError> {
        let package = Package::read(source)?;
        let modules = modules::prepare(source, &package, env, step)?;
        let work = env.work_dir(source)?;
        let component = work.join("component.wasm");
        remove_file(&component)?;
        let scratch = work.join("scratch");
        remove_dir(&scratch)?;
        create_dir(&scratch)?;
        embedded::unpack_into(&scratch, "sdk/js/")?;
        let tools = env.tool_dir(TOOLS);
        if !record::is_kept(env, KEPT, &tools)? {
            return Err(BuildError::Changed { path: tools });
        }
        let mut node = Invocation::of(&NODE, env)
            .arg(scratch.join("sdk/js/build/build.mjs"))
            .arg("--tools")
            .arg(&tools)
            .arg("--wit")
            .arg(embedded::wit_dir(&scratch))
            .arg("--source")
            .arg(&modules.source)
            .arg("--name")
            .arg(source)
            .arg("--main")
            .arg(package.main())
            .arg("--world")
            .arg(package.world().name())
            .arg("--work")
            .arg(scratch.join("work"))
            .arg("--out")
            .arg(&component);
        for root in &modules.roots {
            node = node.arg("--root").arg(root);
        }
        node.current_dir(&scratch)
            .run(Some(step))
            .map_err(|error| modules.explain(error))?;
        remove_dir(&scratch)?;
        Ok(Output::of(component))
    }
}

/// Whether Node is there and new enough.
fn check_node(env: &BuildEnv) -> Result<(), BuildError> {
    let printed = Invocation::of(&NODE, env)
        .arg("--version")
        .current_dir(env.root())
        .run(None)?;
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

/// npm in a folder that has a `package.json`, and in no other: npm would take a package
/// above it whose `workspaces` name this folder for the one that is meant, with its
/// settings, as of where packages are had from.
///
/// Scripts of packages are not run: the tools need none, and a build should not run the
/// code of strangers. Nor is git, for the same reason: npm installs what it has fetched
/// with git by another npm, in that package's folder and by that package's settings. That
/// one knows none of our options, but has our variables, which count for more.
fn npm(env: &BuildEnv, command: &str, dir: &Path) -> Invocation {
    Invocation::of(&NPM, env)
        .args([command, "--ignore-scripts", "--no-workspaces"])
        .args(["--no-audit", "--no-fund", "--loglevel", "error"])
        .env("npm_config_ignore_scripts", "true")
        .env("npm_config_allow_git", "none")
        // What `package.json` names was looked at ([`local`]); what packages name that npm
        // has unpacked was not.
        .env("npm_config_allow_file", "root")
        .env("npm_config_allow_directory", "root")
        .env("npm_config_git", "git-is-not-run-by-builds")
        .current_dir(dir)
}

#[cfg(test)]
mod tests;
