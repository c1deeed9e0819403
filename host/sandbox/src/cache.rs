//! The cache of compiled components.
//!
//! Compiling takes seconds for an interpreted language, loading compiled code
//! milliseconds. But compiled code is native code that the engine trusts: who can
//! write it runs what he likes on the host. So:
//! - only this module writes entries, in a folder that no other user can enter or
//!   exchange (`private-files`);
//! - every entry begins with an HMAC-SHA256 over what it is for and what it holds,
//!   under a key that lies in that folder with mode 0600;
//! - what does not verify is not looked at, but compiled anew and written over.
//!
//! An entry is for one component (by the digest of its file) and one setting of
//! the engine (by the engine's compatibility hash, which covers its version, its
//! options and the processor). Trouble with the cache never stops work: it is
//! logged, and components are compiled in each process.
//!
//! The entries have a bounded number of bytes together. What was used last is kept longest. An
//! entry is read as a whole, so one that is removed is missed by nobody who has it.

use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use stormcell_private_files as private_files;
use wasmtime::Engine;
use wasmtime::component::Component;

mod key;

use key::Key;

/// What stands in front of an entry.
const MAC_LENGTH: usize = 32;

/// The digest of a component file.
pub(crate) type FileDigest = [u8; 32];

/// The cache of a process.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    dir: PathBuf,
    key: Key,
    engine_hash: [u8; 32],
    /// The bytes that all entries have at most.
    most: u64,
}

/// The bytes that all entries have at most: 1 GiB, which is some twenty components of an
/// interpreted language.
const MOST: u64 = 1 << 30;

/// Bytes of compiled code that are read of an entry.
const LONGEST: u64 = 4 << 30;

impl Cache {
    /// The cache in this folder, which is made if it is missing, and closed to all but
    /// its owner.
    pub(crate) fn open(dir: &Path, engine: &Engine) -> io::Result<Self> {
        private_files::folder(dir)?;
        let dir = dir.join("compiled");
        private_files::inner_folder(&dir)?;
        Ok(Self {
            key: Key::load_or_create(&dir)?,
            dir,
            engine_hash: engine_hash(engine),
            most: MOST,
        })
    }

    /// The compiled component, if the cache holds it unaltered.
    pub(crate) fn get(&self, engine: &Engine, digest: &FileDigest) -> Option<Component> {
        let path = self.path(digest);
        let entry = match stormcell_regular_file::read(&path, LONGEST) {
            Ok(entry) => entry,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot read from the cache");
                return None;
            }
        };
        let (mac, code) = entry.split_at_checked(MAC_LENGTH)?;
        if self.mac(digest, code).verify_slice(mac).is_err() {
            tracing::warn!(
                path = %path.display(),
                "the entry was altered or is of another key: compiling anew"
            );
            return None;
        }
        // SAFETY: the engine trusts what it is given. These bytes are what `put`
        // wrote: nobody without the key could have made their HMAC, and they were
        // copied into our memory before it was verified.
        let component = unsafe { Component::deserialize(engine, code) };
        // For the order in which entries are removed, and nothing is lost if it is not noted.
        let file = File::options().append(true).open(&path);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
        component
            .inspect_err(|error| tracing::warn!(%error, "the entry is for another engine"))
            .ok()
    }

    /// Keeps the code of a component for the next time.
    pub(crate) fn put(&self, digest: &FileDigest, code: &[u8]) {
        let path = self.path(digest);
        if let Err(error) = self.write(&path, digest, code) {
            tracing::warn!(path = %path.display(), %error, "cannot write to the cache");
        }
        self.make_room(&path);
    }

    /// Removes entries, those first that were used longest ago, until all together have no more
    /// bytes than they may. The one at `new` stays. Only room is lost if that fails.
    fn make_room(&self, new: &Path) {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut entries: Vec<(SystemTime, PathBuf, u64)> = entries
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "bin"))
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, entry.path(), metadata.len()))
            })
            .collect();
        entries.sort();
        let mut bytes: u64 = entries.iter().map(|(_, _, bytes)| bytes).sum();
        for (_, path, size) in entries {
            if bytes <= self.most {
                break;
            }
            if path != new && std::fs::remove_file(&path).is_ok() {
                bytes -= size;
            }
        }
    }

    fn write(&self, path: &Path, digest: &FileDigest, code: &[u8]) -> io::Result<()> {
        // A file of our own (mode 0600), then one rename: readers see the old entry
        // or the whole new one.
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(&self.mac(digest, code).finalize().into_bytes())?;
        file.write_all(code)?;
        file.persist(path)?;
        Ok(())
    }

    fn path(&self, digest: &FileDigest) -> PathBuf {
        let engine = self.engine_hash.get(..8).unwrap_or_default();
        self.dir
            .join(format!("{}-{}.bin", hex(digest), hex(engine)))
    }

    fn mac(&self, digest: &FileDigest, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(self.key.bytes().into());
        mac.update(b"stormcell compiled component 1");
        mac.update(digest);
        mac.update(&self.engine_hash);
        mac.update(code);
        mac
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// All that decides whether compiled code runs on this engine.
pub(crate) fn engine_hash(engine: &Engine) -> [u8; 32] {
    struct Sha(Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

#[cfg(test)]
mod tests;
