//! From a file to a component.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::cache::{FileDigest, hex};
use crate::component::Source;
use crate::inspect::{Unfit, inspect};
use crate::sandbox::Shared;
use crate::{Component, LoadError};

/// Reads, checks and compiles a component. Blocks for as long as that takes: up to
/// some seconds for an interpreted language, if the cache does not know it.
pub(crate) fn load(shared: &Shared, path: &Path) -> Result<Arc<Component>, LoadError> {
    let bytes = std::fs::read(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })?;
    let inspection = inspect(&bytes).map_err(|unfit| unfit_file(path, unfit))?;
    let digest: FileDigest = Sha256::digest(&bytes).into();
    let place = shared.place(&digest);
    let mut place = place.lock();
    if let Some(component) = place.upgrade() {
        return Ok(component);
    }
    let compiled = match shared
        .cache
        .as_ref()
        .and_then(|cache| cache.get(&shared.engine, &digest))
    {
        Some(compiled) => compiled,
        None => compile(shared, path, &bytes, &digest)?,
    };
    let source = Source {
        inspection,
        digest: format!("sha256:{}", hex(&digest)),
        size: bytes.len() as u64,
    };
    let component =
        Component::link(shared, &compiled, source).map_err(|error| LoadError::Unfit {
            path: path.to_owned(),
            reason: format!("{error:#}"),
        })?;
    let component = Arc::new(component);
    *place = Arc::downgrade(&component);
    Ok(component)
}

fn compile(
    shared: &Shared,
    path: &Path,
    bytes: &[u8],
    digest: &FileDigest,
) -> Result<wasmtime::component::Component, LoadError> {
    let started = std::time::Instant::now();
    let compiled =
        wasmtime::component::Component::from_binary(&shared.engine, bytes).map_err(|error| {
            LoadError::Invalid {
                path: path.to_owned(),
                reason: format!("{error:#}"),
            }
        })?;
    tracing::debug!(path = %path.display(), took = ?started.elapsed(), "compiled");
    if let Some(cache) = &shared.cache {
        cache.put(digest, &compiled);
    }
    Ok(compiled)
}

fn unfit_file(path: &Path, unfit: Unfit) -> LoadError {
    let path = path.to_owned();
    match unfit {
        Unfit::NotAComponent(found) => LoadError::NotAComponent { path, found },
        Unfit::Invalid(reason) => LoadError::Invalid { path, reason },
        Unfit::World(found) => LoadError::World { path, found },
        Unfit::Version(found) => LoadError::InterfaceVersion { path, found },
    }
}
