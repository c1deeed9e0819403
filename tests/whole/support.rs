//! What all modules share: where things are, and components built once.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use stormcell_build::{BuildEnv, BuildError, Builder, Cancel, Outcome, Phase, Progress, state_dir};
use stormcell_sandbox::{Sandbox, SandboxConfig};

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The `.stormcell` folder of the workspace: what one run has built, the next finds.
pub(crate) fn build_env() -> &'static BuildEnv {
    static ENV: OnceLock<BuildEnv> = OnceLock::new();
    ENV.get_or_init(|| BuildEnv::open(&state_dir(&workspace()), Cancel::default()).unwrap())
}

/// The sandbox of this process: all tests share its compiled components.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::new(SandboxConfig {
            cache_dir: Some(build_env().cache_dir()),
            ..SandboxConfig::default()
        })
        .unwrap()
    })
}

/// Builds source folders, named from the root of the workspace. The components are
/// in the order of the folders.
pub(crate) fn build(sources: &[impl AsRef<Path>]) -> Result<Vec<PathBuf>, BuildError> {
    let sources: Vec<_> = sources.iter().map(|s| workspace().join(s)).collect();
    let built = Builder::new(build_env().clone()).build_all(&sources, &Narrator);
    built
        .into_iter()
        .map(|built| built.map(|built| built.component))
        .collect()
}

/// Says what is being built, past the test harness that holds back what tests
/// print: a first build takes minutes.
struct Narrator;

impl Narrator {
    fn say(line: &str) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

impl Progress for Narrator {
    fn started(&self, phase: &Phase) {
        Self::say(&format!("{} ...", phase.what));
    }

    fn output(&self, _: &Phase, _: &str) {}

    fn finished(&self, phase: &Phase, elapsed: Duration, outcome: Outcome) {
        let how = match outcome {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
        };
        Self::say(&format!("{}: {how} after {elapsed:.1?}", phase.what));
    }
}
