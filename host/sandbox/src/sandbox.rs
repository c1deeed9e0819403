//! The sandbox: what all components of a process share.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::cache::{Cache, FileDigest, engine_hash};
use crate::compiler::Compiler;
use crate::debug_info::Resolver;
use crate::disk_threads::LostThreads;
use crate::http::client::{Client, HttpConfig};
use crate::load;
use crate::memory::Budget;
use crate::quota::Quotas;
use crate::share::Shares;
use crate::state::State;
use crate::task_usage::TaskUsages;
use crate::{
    Component, LoadError, SandboxError, clocks, engine, filesystem, http, random, ticker, v0_1,
};

/// How the sandbox of a process is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxConfig {
    /// The folder in which compiled components are kept, made if it is missing, and closed
    /// to other users; if they can exchange it, it is not used. `None`: they are compiled anew in each process.
    pub cache_dir: Option<PathBuf>,
    /// How many instances there may be at a time. Addresses are reserved for them, and
    /// half a kilobyte each. Default [`SandboxConfig::MAX_INSTANCES`].
    pub max_instances: u32,
    /// Bytes of linear memories and tables that all instances may have together: what
    /// goes beyond is refused to the instance that wants it. Default: without a limit.
    pub memory: u64,
    /// Bytes that a component file may have: a longer one is not read. Default
    /// [`SandboxConfig::COMPONENT_SIZE`].
    pub component_size: u64,
    /// Who compiles components that are not in the cache. Default: this process.
    pub compiler: Compiler,
    /// How components call servers, if that is granted to them.
    pub http: HttpConfig,
    /// For simulations on one thread, which must be the same each time: components are
    /// compiled on the thread that asks for them, and computing takes guests no time, so
    /// that none gives way in the middle of a call. Limits of time do not hold then, and
    /// there is no network.
    pub simulated: bool,
}

impl SandboxConfig {
    /// How many instances of a Rust component a process can have with the mappings that
    /// Linux allows it if nobody has changed that.
    pub const MAX_INSTANCES: u32 = 10_500;

    /// What a component file may have if nobody says otherwise: 256 MiB. One of Python is
    /// a tenth of it.
    pub const COMPONENT_SIZE: u64 = 256 << 20;

    /// The same sandbox, for a process of which it is known how many tasks it will have.
    /// It starts sooner than a large one. Besides them there is room for those that take
    /// their places, and for custom groupings, of which each task has its own instances.
    #[must_use]
    pub fn for_tasks(self, tasks: u32) -> Self {
        const TIMES: u32 = 4;
        /// To ask components what they are.
        const MORE: u32 = 256;
        let room = tasks
            .saturating_mul(TIMES)
            .min(Self::MAX_INSTANCES)
            .max(tasks);
        Self {
            max_instances: room.saturating_add(MORE),
            ..self
        }
    }
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            max_instances: Self::MAX_INSTANCES,
            memory: u64::MAX,
            component_size: Self::COMPONENT_SIZE,
            compiler: Compiler::InProcess,
            http: HttpConfig::default(),
            simulated: false,
        }
    }
}

/// The engine, its clock and the compile cache. One a process; cheap to clone.
///
/// Its futures are run by tokio, with I/O and time enabled.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) engine_hash: [u8; 32],
    pub(crate) cache: Option<Cache>,
    pub(crate) memory: Arc<Budget>,
    pub(crate) component_size: u64,
    pub(crate) compiler: Compiler,
    /// The compiler processes that there may be at a time.
    pub(crate) compiling: Semaphore,
    /// Files and lines; `None` where components are compiled in this process.
    pub(crate) resolver: Option<Arc<Resolver>>,
    pub(crate) simulated: bool,
    /// `None` in a simulation, in which computing takes no time.
    pub(crate) shares: Option<Arc<Shares>>,
    /// `None` in a simulation, in which there is no network.
    pub(crate) client: Option<Arc<Client>>,
    /// The folders that components of this process may write to.
    pub(crate) quotas: Arc<Quotas>,
    /// Threads that wait for disks which answer nothing.
    pub(crate) lost_threads: Arc<LostThreads>,
    /// What tasks have used of their limits.
    pub(crate) usages: Arc<TaskUsages>,
    /// Components in use, so that two tasks with the same file share its code. The
    /// lock of an entry is held while it is compiled.
    loaded: Mutex<HashMap<FileDigest, Arc<Place>>>,
}

/// Where a component is while somebody uses it.
type Place = tokio::sync::Mutex<Weak<Component>>;

/// The most compiler processes at a time. Each works on all cores for most of its time,
/// and has its own memory.
const COMPILERS: usize = 4;

impl Sandbox {
    /// A sandbox. A cache folder that cannot be used is logged and done without.
    ///
    /// # Errors
    /// If the engine does not start on this machine, or a certificate of
    /// [`HttpConfig::authorities`] is none.
    pub fn new(config: SandboxConfig) -> Result<Self, SandboxError> {
        let engine = engine::engine(config.max_instances)?;
        let linker = linker(&engine).map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
        if !config.simulated {
            ticker::start(&engine)?;
        }
        let cache = config.cache_dir.and_then(|dir| {
            Cache::open(&dir, &engine)
                .inspect_err(|error| {
                    tracing::warn!(dir = %dir.display(), %error, "no cache of compiled components");
                })
                .ok()
        });
        Ok(Self {
            shared: Arc::new(Shared {
                engine_hash: engine_hash(&engine),
                engine,
                linker,
                cache,
                memory: Arc::new(Budget::new(config.memory)),
                component_size: config.component_size,
                resolver: Resolver::new(&config.compiler),
                compiler: config.compiler,
                compiling: Semaphore::new(cores().min(COMPILERS)),
                simulated: config.simulated,
                client: match config.simulated {
                    true => None,
                    false => Some(Arc::new(Client::new(&config.http)?)),
                },
                shares: (!config.simulated).then(|| Arc::new(Shares::new())),
                quotas: Arc::default(),
                lost_threads: Arc::default(),
                usages: Arc::default(),
                loaded: Mutex::default(),
            }),
        })
    }

    /// Reads a component, checks it, and compiles it or takes it from the cache. A
    /// compiler process is killed if this is dropped.
    ///
    /// # Errors
    /// If the file cannot be read, is not a component for this host, or goes over a limit.
    pub async fn load(&self, path: &Path) -> Result<Arc<Component>, LoadError> {
        load::load(&self.shared, path).await
    }

    /// Bytes that a component file may have.
    pub fn component_size(&self) -> u64 {
        self.shared.component_size
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

impl Shared {
    /// The place for the component with this digest.
    pub(crate) fn place(&self, digest: &FileDigest) -> Arc<Place> {
        let mut loaded = self.loaded.lock();
        let used = |place: &Place| place.try_lock().map_or(true, |it| it.strong_count() > 0);
        loaded.retain(|_, place| Arc::strong_count(place) > 1 || used(place));
        Arc::clone(loaded.entry(*digest).or_default())
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("cache", &self.shared.cache)
            .finish_non_exhaustive()
    }
}

/// All that a component can import: WASI 0.2, and each version of the interface.
fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    clocks::add_to_linker(&mut linker)?;
    filesystem::add_to_linker(&mut linker)?;
    random::add_to_linker(&mut linker)?;
    http::add_to_linker(&mut linker)?;
    v0_1::host::add_to_linker(&mut linker)?;
    Ok(linker)
}
