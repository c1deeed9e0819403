//! The components of simulated clusters, and a second version of each.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use stormcell_sandbox::{Component, Sandbox, SandboxConfig};
use tokio::runtime::Builder;

use crate::support;

/// What topologies may name, and where its source is.
const NAMES: [(&str, &str); 9] = [
    ("collect", "tests/guests/collect"),
    ("count", "tests/guests/count"),
    ("direct", "tests/guests/direct"),
    ("grouping", "tests/conformance/rust/grouping"),
    ("hold", "tests/guests/hold"),
    ("hop", "tests/guests/hop"),
    ("print", "tests/guests/print"),
    ("relay", "tests/guests/relay"),
    ("source", "tests/guests/source"),
];

/// A custom section with a name of one letter and no content: with it a component file
/// has another digest, and does the same.
const SECTION: [u8; 4] = [0, 2, 1, b'x'];

/// A component file.
pub(super) struct Guest {
    pub(super) bytes: Vec<u8>,
    pub(super) component: Arc<Component>,
}

/// A component.
pub(super) struct Versions {
    pub(super) first: Guest,
    /// Does the same, and has another digest.
    pub(super) second: Guest,
}

impl Guest {
    pub(super) fn digest(&self) -> &str {
        self.component.digest()
    }
}

/// The components, built once. Not to be called first in a simulation: building takes
/// long.
pub(super) fn guests() -> &'static BTreeMap<&'static str, Versions> {
    static GUESTS: OnceLock<BTreeMap<&str, Versions>> = OnceLock::new();
    GUESTS.get_or_init(|| {
        let built = support::build(&NAMES.map(|(_, folder)| folder)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let load = |name: &str, bytes: Vec<u8>| {
            let path = folder.path().join(name);
            std::fs::write(&path, &bytes).unwrap();
            let component = runtime.block_on(sandbox().load(&path)).unwrap();
            Guest { bytes, component }
        };
        let versions = NAMES.into_iter().zip(built).map(|((name, _), file)| {
            let bytes = std::fs::read(file).unwrap();
            let versions = Versions {
                second: load(name, [&bytes[..], &SECTION].concat()),
                first: load(name, bytes),
            };
            (name, versions)
        });
        versions.collect()
    })
}

/// A sandbox in which computing takes no time.
pub(super) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::new(SandboxConfig {
            cache_dir: Some(support::build_env().cache_dir()),
            simulated: true,
            ..SandboxConfig::default()
        })
        .unwrap()
    })
}
