//! Component files, by the digest of what they hold.
//!
//! Invariants: a file in the folder was written whole and synced before it got its
//! name; a file whose content is not that of its name is never run; a client names
//! what it uploads, and the digest is computed here.

mod digest;
mod signed;

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use stormcell_protocol::DataDir;
use stormcell_protocol::api::Problem;
use stormcell_sandbox::{Component, Sandbox};
use stormcell_topology::Description;
use stormcell_topology::units::Size;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};

use crate::blocking::blocking;
use crate::problem;

pub(crate) use digest::Digest;
pub use signed::SignaturePolicy;

/// Files are read and written in pieces of this many bytes.
const BUFFER: usize = 256 << 10;

/// How the names of files begin that are being written.
const UPLOAD: &str = ".upload-";

/// The component files of a data folder.
#[derive(Debug, Clone)]
pub(crate) struct Components {
    data: DataDir,
    sandbox: Sandbox,
    policy: SignaturePolicy,
}

/// Why a component cannot be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    /// There is no file with this digest.
    #[error("is missing from {0}")]
    Missing(String),
    /// There is one, and its content is another one.
    #[error("in {0} has been changed: its content has the digest {1}")]
    Changed(String, String),
    /// It does not load, or does not say what it is.
    #[error("{0}")]
    Unfit(String),
}

impl Components {
    /// The component files of this folder. What an earlier process had not written to
    /// its end is removed.
    pub(crate) fn open(
        data: DataDir,
        sandbox: Sandbox,
        policy: SignaturePolicy,
    ) -> io::Result<Self> {
        for entry in std::fs::read_dir(data.components())? {
            let entry = entry?;
            if entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(UPLOAD.as_bytes())
            {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(Self {
            data,
            sandbox,
            policy,
        })
    }

    /// Whether the file is there, unaltered.
    pub(crate) async fn has(&self, digest: &Digest) -> Result<bool, Problem> {
        let path = self.data.component(digest.as_str());
        let found = blocking(move || hash_file(&path)).await;
        match found.map_err(io::Error::other).flatten() {
            Ok(found) => Ok(found == *digest),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.storage(&error)),
        }
    }

    /// Keeps what `body` holds, if it has this digest. Returns whether it is new.
    pub(crate) async fn put(
        &self,
        digest: &Digest,
        mut body: impl AsyncRead + Send + Unpin,
    ) -> Result<bool, Problem> {
        if self.has(digest).await? {
            return Ok(false);
        }
        let storage = |error: io::Error| self.storage(&error);
        let temp = tempfile::Builder::new()
            .prefix(UPLOAD)
            .tempfile_in(self.data.components())
            .map_err(storage)?;
        let file = temp.reopen().map_err(storage)?;
        let mut file = tokio::fs::File::from_std(file);
        let (mut hasher, mut size) = (Sha256::new(), 0_u64);
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = body.read(&mut buffer).await.map_err(|error| {
                problem::invalid(format!("the upload of {digest} broke off: {error}"))
            })?;
            let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else {
                break;
            };
            size = size.saturating_add(part.len() as u64);
            let most = self.size_limit();
            if size > most {
                return Err(problem::too_large(format!(
                    "the component {digest} is too large: it goes over the limit \
                     `component-size`, which is {}; build it optimised and without debug \
                     information, or serve with more --component-size",
                    Size::new(most)
                )));
            }
            hasher.update(part);
            file.write_all(part).await.map_err(storage)?;
        }
        let found = Digest::of(hasher.finalize().into());
        if found != *digest {
            return Err(problem::invalid(format!(
                "what was uploaded as {digest} has the digest {found} and {size} bytes: it was \
                 cut short or changed; upload it again"
            )));
        }
        file.flush().await.map_err(storage)?;
        file.sync_all().await.map_err(storage)?;
        let path = self.data.component(digest.as_str());
        blocking(move || persist(temp, &path))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(storage)?;
        Ok(true)
    }

    /// Bytes that a component file may have.
    pub(crate) fn size_limit(&self) -> u64 {
        self.sandbox.component_size()
    }

    /// Loads a component and has it describe itself.
    pub(crate) async fn load(
        &self,
        digest: &str,
    ) -> Result<(Arc<Component>, Description), Unusable> {
        let path = self.data.component(digest);
        let folder = || self.data.components().display().to_string();
        if matches!(path.try_exists(), Ok(false)) {
            return Err(Unusable::Missing(folder()));
        }
        let loaded = self.sandbox.load(&path).await;
        let component = match loaded {
            Ok(component) if component.digest() == digest => component,
            Ok(component) => {
                return Err(Unusable::Changed(folder(), component.digest().to_owned()));
            }
            // What does not load may be the right file for another host, or a changed one.
            Err(error) => {
                let found = blocking(move || hash_file(&path)).await;
                return Err(match found.map_err(io::Error::other).flatten() {
                    Ok(found) if found.as_str() != digest => {
                        Unusable::Changed(folder(), found.to_string())
                    }
                    _ => Unusable::Unfit(error.to_string()),
                });
            }
        };
        let description = component
            .describe()
            .await
            .map_err(|error| Unusable::Unfit(error.to_string()))?;
        Ok((component, description))
    }

    fn storage(&self, error: &io::Error) -> Problem {
        let what_to_do = match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => "; make room and upload it again",
            _ => "",
        };
        problem::storage(format!(
            "cannot keep component files in {}: {error}{what_to_do}",
            self.data.components().display()
        ))
    }
}

fn hash_file(path: &Path) -> io::Result<Digest> {
    let mut file = stormcell_regular_file::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some(part) if !part.is_empty() => hasher.update(part),
            _ => return Ok(Digest::of(hasher.finalize().into())),
        }
    }
}

/// Gives a synced file its name, for good.
fn persist(temp: NamedTempFile, path: &Path) -> io::Result<()> {
    temp.persist(path).map_err(|error| error.error)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

/// The digest of a file, for tests.
#[cfg(test)]
pub(crate) fn digest_of(path: &Path) -> String {
    hash_file(path).expect("the file is there").to_string()
}

#[cfg(test)]
mod tests;
