//! Asks a child process for files and lines, and remembers what it said.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::looked::Looked;
use super::{Line, Place, answer};
use crate::cache::FileDigest;
use crate::compiler::child::{self, Failure};
use crate::compiler::{CompileLimits, Compiler, CompilerProcess};
use crate::inspect::Inspection;
use crate::load;

/// What reading the debug information of a component may use each time.
const LIMITS: CompileLimits = CompileLimits {
    time: Duration::from_secs(2),
    memory: 512 << 20,
};

/// Bytes of a component of which the debug information is read: it is read as a whole.
const LARGEST: u64 = 64 << 20;

/// The children at a time, besides those that compile.
const CHILDREN: usize = 2;

/// How long a fault waits for its turn before it is told without files and lines.
const PATIENCE: Duration = Duration::from_secs(10);

/// The components that are remembered besides those in use.
const COMPONENTS: usize = 256;

/// Files and lines of all components of a process.
pub(crate) struct Resolver {
    process: CompilerProcess,
    children: Semaphore,
    components: Mutex<HashMap<FileDigest, Arc<Component>>>,
}

/// What is remembered of a component.
#[derive(Default)]
struct Component {
    /// Where it was last loaded from.
    path: Mutex<PathBuf>,
    /// Locked while a child is asked, so that each place is asked for once.
    looked: tokio::sync::Mutex<Looked>,
}

/// Files and lines of one component.
#[derive(Clone)]
pub(crate) struct Lines {
    resolver: Arc<Resolver>,
    digest: FileDigest,
    component: Arc<Component>,
}

impl Resolver {
    /// With children of the process that compiles; `None` if there is no such process.
    pub(crate) fn new(compiler: &Compiler) -> Option<Arc<Self>> {
        let Compiler::Child(process) = compiler else {
            return None;
        };
        Some(Arc::new(Self {
            process: CompilerProcess {
                limits: LIMITS,
                ..process.clone()
            },
            children: Semaphore::new(CHILDREN),
            components: Mutex::default(),
        }))
    }

    /// Those of a component that was loaded from there; `None` if it says nothing of files
    /// and lines.
    pub(crate) fn of(
        self: &Arc<Self>,
        digest: FileDigest,
        path: &Path,
        inspection: &Inspection,
    ) -> Option<Lines> {
        if !inspection.debug_info {
            return None;
        }
        let mut components = self.components.lock();
        if components.len() >= COMPONENTS && !components.contains_key(&digest) {
            components.retain(|_, component| Arc::strong_count(component) > 1);
        }
        let component = Arc::clone(components.entry(digest).or_default());
        drop(components);
        path.clone_into(&mut component.path.lock());
        Some(Lines {
            resolver: Arc::clone(self),
            digest,
            component,
        })
    }
}

impl Lines {
    /// What is known of these places, after a child was asked for those of which nothing
    /// is. Only waits, and not for long.
    pub(crate) async fn of(&self, places: &[Place]) -> HashMap<Place, Arc<[Line]>> {
        let Ok(mut looked) = timeout(PATIENCE, self.component.looked.lock()).await else {
            return HashMap::new();
        };
        let unknown = looked.question(places);
        if !unknown.is_empty() {
            match self.ask(&unknown).await {
                Ok((lines, took)) => looked.learn(&unknown, lines, took),
                Err(why) => {
                    tracing::debug!(?why, "files and lines are not known");
                    if why == Unknown::Unreadable {
                        looked.give_up();
                    }
                }
            }
        }
        looked.known(places)
    }

    /// The lines of these places, and how long the question kept a child busy.
    async fn ask(&self, places: &[Place]) -> Result<(Vec<Vec<Line>>, Duration), Unknown> {
        let turn = timeout(PATIENCE, self.resolver.children.acquire());
        // The semaphore is never closed.
        let _turn = turn.await.map_err(|_| Unknown::Busy)?;
        let begun = Instant::now();
        let path = self.component.path.lock().clone();
        let digest = self.digest;
        let read = tokio::task::spawn_blocking(move || {
            let bytes = load::bytes(&path, LARGEST).ok()?;
            (FileDigest::from(Sha256::digest(&bytes)) == digest).then_some(bytes)
        });
        let component = read.await.ok().flatten().ok_or(Unknown::Gone)?;
        let answer = child::lines(&self.resolver.process, places, &component).await;
        let answer = answer.map_err(|failure| match failure {
            Failure::Start(_) => Unknown::Busy,
            _ => Unknown::Unreadable,
        })?;
        let lines = answer::read(&answer, places.len()).ok_or(Unknown::Unreadable)?;
        Ok((lines, begun.elapsed()))
    }
}

/// Why nothing is known of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// There was no turn, or the system had no process to give.
    Busy,
    /// The file is too large, or not there any more, or another one.
    Gone,
    /// The child went over its limits, or broke.
    Unreadable,
}
