//! The components, built and compiled before anything is counted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stormcell_build::{BuildEnv, Builder, Cancel, Silent, state_dir};
use stormcell_sandbox::{Component, Sandbox, SandboxConfig};
use tokio::runtime::{Builder as Runtimes, Runtime};

use crate::DIR;

const SOURCES: &str = "host/bench/components";
const NAMES: [&str; 7] = [
    "constant",
    "count",
    "identity",
    "identity-number",
    "null",
    "sentences",
    "split",
];

/// The file of a component.
pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(DIR)
        .join("components")
        .join(name)
        .with_extension("wasm")
}

/// Builds all components, and puts them where they are found without asking the builder.
pub(crate) fn build() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let env = BuildEnv::open(&state_dir(&workspace), Cancel::default()).unwrap();
    let sources = NAMES.map(|name| workspace.join(SOURCES).join(name));
    std::fs::create_dir_all(file("any").parent().unwrap()).unwrap();
    let built = Builder::new(env).build_all(&sources, &Silent);
    for (name, built) in NAMES.into_iter().zip(built) {
        std::fs::copy(built.unwrap().component, file(name)).unwrap();
    }
}

/// Compiles all components.
pub(crate) fn load_all() {
    let sandbox = sandbox();
    for name in NAMES {
        block_on(load(&sandbox, name));
    }
}

/// A component, already compiled.
pub(crate) async fn load(sandbox: &Sandbox, name: &str) -> Arc<Component> {
    sandbox.load(&file(name)).await.unwrap()
}

/// A sandbox without threads of its own, so that a count holds nothing but what is called.
pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(SandboxConfig {
        cache_dir: Some(Path::new(DIR).join("instructions-cache")),
        max_instances: 16,
        simulated: true,
        ..SandboxConfig::default()
    })
    .unwrap()
}

/// Runs a future on this thread, on a clock that stands still while there is work.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

fn runtime() -> Runtime {
    let mut runtimes = Runtimes::new_current_thread();
    runtimes.enable_all().start_paused(true).build().unwrap()
}
