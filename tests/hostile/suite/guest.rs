//! The components: built, or made byte by byte, and the sandbox that they are loaded into.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use stormcell_sandbox::{
    CompileLimits, Compiler, CompilerProcess, HttpConfig, Resolve, Resolver, Sandbox, SandboxConfig,
};
use stormcell_topology::Description;
use tokio::runtime::Builder;

use crate::network::NAMES;

/// The component of an attack.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) name: &'static str,
    pub(crate) file: PathBuf,
}

impl Guest {
    /// One of those in `guests/examples`.
    pub(crate) fn built(name: &'static str) -> Self {
        Self {
            name,
            file: built(name),
        }
    }

    /// One of those in `bombs`: made of a bolt that does its work.
    pub(crate) fn made(name: &'static str, make: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bombs");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(name).with_extension("wasm");
        let honest = std::fs::read(built("honest_pass")).unwrap();
        std::fs::write(&file, make(&honest)).unwrap();
        Self { name, file }
    }

    /// What it says of itself.
    pub(crate) fn described(&self) -> Description {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let component = SANDBOX.load(&self.file).await.unwrap();
            component.describe().await.unwrap()
        })
    }
}

/// The file of a component of the package `guests`.
pub(crate) fn built(name: &str) -> PathBuf {
    let file = GUESTS.join(name).with_extension("wasm");
    assert!(file.exists(), "{} was not built", file.display());
    file
}

/// The folder with the components, built by the first test that needs one.
static GUESTS: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("hostile-guests");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/Cargo.toml");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--release", "--examples"])
        .args(["--target", "wasm32-wasip2"])
        .arg("--manifest-path")
        .arg(manifest)
        .env("CARGO_TARGET_DIR", &target)
        // Flags for the host's target are not for the guests'.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(status.success(), "the guests were not built");
    target.join("wasm32-wasip2/release/examples")
});

/// More than one scene needs, and far fewer than all scenes together need: an instance
/// that did not give its place back would be missed by those that come later.
const INSTANCES: u32 = 80;

/// What compiling may take: the guests take a fraction of it.
const COMPILING: CompileLimits = CompileLimits {
    time: Duration::from_secs(5),
    memory: 2 << 30,
};

/// What the file of a component may have.
const SIZE: u64 = 16 << 20;

/// The sandbox of this process, with a cache that the next run finds.
pub(crate) static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| sandbox(INSTANCES));

/// A sandbox with room for so many instances, and the cache of all.
pub(crate) fn sandbox(max_instances: u32) -> Sandbox {
    Sandbox::new(SandboxConfig {
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile-cache")),
        max_instances,
        component_size: SIZE,
        compiler: Compiler::Child(CompilerProcess {
            program: PathBuf::from(env!("CARGO_BIN_EXE_stormcell-hostile-compiler")),
            arguments: Vec::new(),
            limits: COMPILING,
        }),
        http: HttpConfig {
            resolver: Resolver::Other(Arc::clone(&NAMES) as Arc<dyn Resolve>),
            authorities: Vec::new(),
        },
        ..SandboxConfig::default()
    })
    .unwrap()
}
