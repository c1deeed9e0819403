//! From a file to a component.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use stormcell_topology::units::{Period, Size};
use wasmtime::component::Component as Compiled;

use crate::cache::{Claim, FileDigest, hex};
use crate::compiler::child::{self, Failure};
use crate::compiler::{CompileLimits, Compiler, CompilerProcess};
use crate::component::Source;
use crate::fault::reason;
use crate::inspect::{Inspection, Unfit, inspect};
use crate::sandbox::Shared;
use crate::{Component, LoadError};

/// A component file, as it was read at one moment.
struct File {
    bytes: Vec<u8>,
    digest: FileDigest,
    inspection: Inspection,
}

/// Reads, checks and compiles a component: up to some seconds for an interpreted
/// language, if the cache does not know it.
pub(crate) async fn load(shared: &Arc<Shared>, path: &Path) -> Result<Arc<Component>, LoadError> {
    let most = shared.component_size;
    let file = off_thread(shared, path, move |_, path| read(path, most)).await?;
    let place = shared.place(&file.digest);
    let mut place = place.lock().await;
    if let Some(component) = place.upgrade() {
        return Ok(component);
    }
    let file = Arc::new(file);
    let wanted = Arc::clone(&file);
    let cached = off_thread(shared, path, move |shared, _| Ok(cached(shared, &wanted)));
    let compiled = match cached.await? {
        Some(compiled) => compiled,
        None => claim_and_compile(shared, path, &file).await?,
    };
    // A component may make this take long.
    let linked = off_thread(shared, path, move |shared, path| {
        let linked = Component::link(shared, &compiled, source(shared, path, &file));
        linked.map_err(|error| unfit(path, &error))
    });
    let component = Arc::new(linked.await?);
    *place = Arc::downgrade(&component);
    Ok(component)
}

/// Does work that blocks on a thread for it, in a simulation on this one.
async fn off_thread<T: Send + 'static>(
    shared: &Arc<Shared>,
    path: &Path,
    work: impl FnOnce(&Shared, &Path) -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    if shared.simulated {
        return work(shared, path);
    }
    let (shared, owned) = (Arc::clone(shared), path.to_owned());
    tokio::task::spawn_blocking(move || work(&shared, &owned))
        .await
        .map_err(|error| LoadError::Compiler {
            path: path.to_owned(),
            reason: error.to_string(),
        })?
}

/// Reads a file that is not longer than `most`, and looks what it is.
fn read(path: &Path, most: u64) -> Result<File, LoadError> {
    let bytes = bytes(path, most)?;
    Ok(File {
        inspection: inspect(&bytes).map_err(|unfit| unfit_file(path, unfit))?,
        digest: Sha256::digest(&bytes).into(),
        bytes,
    })
}

/// Reads a file that is not longer than `most`.
pub(crate) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    let failed = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let file = stormcell_regular_file::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > most {
        return Err(too_large(path, &format!("it has {length} bytes"), most));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // It may grow meanwhile, and files of the kernel tell no length.
    let mut file = file.take(most.saturating_add(1));
    file.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(too_large(path, "it goes on after that", most));
    }
    Ok(bytes)
}

fn cached(shared: &Shared, file: &File) -> Option<Compiled> {
    let cache = shared.cache.as_ref()?;
    cache.get(&shared.engine, &file.digest)
}

fn source(shared: &Shared, path: &Path, file: &File) -> Source {
    let resolver = shared.resolver.as_ref();
    Source {
        inspection: file.inspection.clone(),
        lines: resolver.and_then(|it| it.of(file.digest, path, &file.inspection)),
        digest: format!("sha256:{}", hex(&file.digest)),
        size: file.bytes.len() as u64,
    }
}

/// How often it is looked whether another process has compiled a component.
const LOOK: Duration = Duration::from_millis(50);

/// Compiles a component, unless another process that shares the cache does: then waits for
/// that, as long as compiling may take.
async fn claim_and_compile(
    shared: &Arc<Shared>,
    path: &Path,
    file: &Arc<File>,
) -> Result<Compiled, LoadError> {
    if shared.cache.is_none() || shared.simulated {
        return compile(shared, path, file).await;
    }
    let limits = match &shared.compiler {
        Compiler::InProcess => CompileLimits::default(),
        Compiler::Child(process) => process.limits,
    };
    let until = Instant::now() + limits.clock();
    loop {
        let wanted = Arc::clone(file);
        let claimed = off_thread(shared, path, move |shared, _| {
            let claim = claim(shared, &wanted);
            // Who had the claim before may have compiled it.
            let compiled = claim.as_ref().and_then(|_| cached(shared, &wanted));
            Ok((claim, compiled))
        });
        let (claim, compiled) = claimed.await?;
        match compiled {
            Some(compiled) => return Ok(compiled),
            // Held until the code is in the cache.
            None if claim.is_some() || Instant::now() >= until => {
                return compile(shared, path, file).await;
            }
            None => tokio::time::sleep(LOOK).await,
        }
    }
}

/// The right to compile a component, or that it is compiled here whatever others do;
/// `None`: another process compiles it.
fn claim(shared: &Shared, file: &File) -> Option<Option<Claim>> {
    match shared.cache.as_ref()?.claim(&file.digest) {
        Ok(claim) => claim.map(Some),
        Err(error) => {
            tracing::warn!(%error, "cannot tell whether another process compiles a component");
            Some(None)
        }
    }
}

/// Compiles a component, and keeps its code for the next time.
async fn compile(
    shared: &Arc<Shared>,
    path: &Path,
    file: &Arc<File>,
) -> Result<Compiled, LoadError> {
    let started = std::time::Instant::now();
    let compiled = match &shared.compiler {
        Compiler::InProcess => {
            let file = Arc::clone(file);
            off_thread(shared, path, move |shared, path| here(shared, path, &file)).await
        }
        Compiler::Child(process) => in_child(shared, process, path, file).await,
    };
    tracing::debug!(path = %path.display(), took = ?started.elapsed(), "compiled");
    compiled
}

/// Compiles a component in this process.
fn here(shared: &Shared, path: &Path, file: &File) -> Result<Compiled, LoadError> {
    let compiled =
        Compiled::from_binary(&shared.engine, &file.bytes).map_err(|error| LoadError::Invalid {
            path: path.to_owned(),
            reason: reason::whole(&error),
        })?;
    if let Some(cache) = &shared.cache {
        match compiled.serialize() {
            Ok(code) => cache.put(&file.digest, &code),
            Err(error) => tracing::warn!(%error, "compiled code cannot be kept"),
        }
    }
    Ok(compiled)
}

/// Compiles a component in a child process.
async fn in_child(
    shared: &Arc<Shared>,
    process: &CompilerProcess,
    path: &Path,
    file: &Arc<File>,
) -> Result<Compiled, LoadError> {
    let code = {
        // Never closed.
        let _turn = shared.compiling.acquire().await;
        child::compile(process, &shared.engine_hash, &file.bytes)
            .await
            .map_err(|failure| not_compiled(path, failure, process.limits))?
    };
    let digest = file.digest;
    off_thread(shared, path, move |shared, path| {
        if let Some(cache) = &shared.cache {
            cache.put(&digest, &code);
        }
        // SAFETY: the engine trusts what it is given. These bytes came whole from a pipe
        // of which only the compiler process that was started here had the other end. It
        // runs this crate's own `compile_component`, and made them from the component
        // with an engine of the same settings.
        let compiled = unsafe { Compiled::deserialize(&shared.engine, code) };
        compiled.map_err(|error| unfit(path, &error))
    })
    .await
}

fn unfit(path: &Path, error: &wasmtime::Error) -> LoadError {
    LoadError::Unfit {
        path: path.to_owned(),
        reason: reason::whole(error),
    }
}

fn too_large(path: &Path, found: &str, most: u64) -> LoadError {
    LoadError::Limit {
        path: path.to_owned(),
        limit: "component-size",
        allowed: Size::new(most).to_string(),
        found: found.to_owned(),
        advice: "build it optimised and without debug information, or raise the limit with \
                 --component-size",
    }
}

fn not_compiled(path: &Path, failure: Failure, limits: CompileLimits) -> LoadError {
    let path = path.to_owned();
    // To whole MiB.
    let size = |bytes: u64| Size::new(bytes >> 20 << 20).to_string();
    match failure {
        Failure::Start(error) => LoadError::Compiler {
            path,
            reason: format!("the compiler process cannot be started: {error}"),
        },
        Failure::Broken(how) => LoadError::Compiler { path, reason: how },
        Failure::Invalid(reason) => LoadError::Invalid { path, reason },
        Failure::Time(used) => LoadError::Limit {
            path,
            limit: "compile-time",
            allowed: Period::new(limits.time).to_string(),
            found: format!(
                "compiling it was stopped after {} of computing time",
                Period::new(used.time)
            ),
            advice: "make it smaller, above all its largest functions, or raise the limit with \
                     --compile-time",
        },
        Failure::Memory(used) => LoadError::Limit {
            path,
            limit: "compile-memory",
            allowed: Size::new(limits.memory).to_string(),
            found: format!("compiling it had {} and needed more", size(used.memory)),
            advice: "make it smaller, above all its largest functions, or raise the limit with \
                     --compile-memory",
        },
    }
}

fn unfit_file(path: &Path, unfit: Unfit) -> LoadError {
    let path = path.to_owned();
    match unfit {
        Unfit::NotAComponent(found) => LoadError::NotAComponent { path, found },
        Unfit::Invalid(reason) => LoadError::Invalid { path, reason },
        Unfit::World(found) => LoadError::World { path, found },
        Unfit::Version(found) => LoadError::InterfaceVersion { path, found },
        Unfit::Limit {
            limit,
            allowed,
            found,
        } => LoadError::Limit {
            path,
            limit,
            allowed: allowed.to_string(),
            found,
            advice: "no component that does some work is like that: find out what made it so",
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn refused(path: &Path, most: u64) -> String {
        bytes(path, most).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_as_long_as_it_says_or_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, [7; 10]).unwrap();
        assert_eq!(bytes(&path, 10).unwrap(), [7; 10]);
        let told = refused(&path, 9);
        assert!(
            told.contains("component-size") && told.contains("it has 10 bytes"),
            "{told}"
        );
    }

    /// A file of the kernel tells that it has no bytes.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_longer_than_it_says_is_not_read_to_its_end() {
        let path = Path::new("/proc/self/status");
        assert!(!bytes(path, 1 << 20).unwrap().is_empty());
        let told = refused(path, 9);
        assert!(
            told.contains("component-size") && told.contains("it goes on after that"),
            "{told}"
        );
    }
}
