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
//! All processes of a user may share one folder. Of those that want the same component at
//! once, one compiles it (`claim.rs`); entries that nobody has used for the longest time go
//! when there are too many (`bound.rs`).

use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use stormcell_private_files as private_files;
use wasmtime::Engine;
use wasmtime::component::Component;

mod bound;
mod claim;
mod key;

pub(crate) use claim::Claim;
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
}

/// How the names of entries end, and of the locks of those who compile them.
const ENTRY: &str = ".bin";
const LOCK: &str = "lock";
/// How the names of files begin that are being written, and how long that may take.
const UNFINISHED: &str = ".unfinished-";
const LONGEST_WRITE: Duration = Duration::from_secs(3600);

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
        component
            .inspect(|_| used(&path))
            .inspect_err(|error| tracing::warn!(%error, "the entry is for another engine"))
            .ok()
    }

    /// The right to compile this component for all that share the cache. `None`: somebody
    /// else compiles it now.
    pub(crate) fn claim(&self, digest: &FileDigest) -> io::Result<Option<Claim>> {
        Claim::attempt(&self.path(digest).with_extension(LOCK))
    }

    /// Keeps the code of a component for the next time.
    pub(crate) fn put(&self, digest: &FileDigest, code: &[u8]) {
        let path = self.path(digest);
        if let Err(error) = self.write(&path, digest, code) {
            tracing::warn!(path = %path.display(), %error, "cannot write to the cache");
        }
        if let Err(error) = self.keep_within(bound::BYTES) {
            tracing::warn!(dir = %self.dir.display(), %error, "cannot remove old entries");
        }
    }

    /// Removes what has not been used for the longest time, if more bytes are kept, and
    /// what others had not written to its end.
    fn keep_within(&self, bytes: u64) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            // Others write and remove entries meanwhile.
            let Ok(found) = entry.metadata() else {
                continue;
            };
            let used = found.modified()?;
            if name.ends_with(ENTRY) {
                let bytes = found.len();
                entries.push(bound::Entry { name, bytes, used });
            } else if name.starts_with(UNFINISHED)
                && used.elapsed().is_ok_and(|age| age > LONGEST_WRITE)
            {
                remove(&entry.path())?;
            }
        }
        for entry in bound::excess(entries, bytes) {
            let path = self.dir.join(entry.name);
            remove(&path)?;
            remove(&path.with_extension(LOCK))?;
        }
        Ok(())
    }

    fn write(&self, path: &Path, digest: &FileDigest, code: &[u8]) -> io::Result<()> {
        // A file of our own (mode 0600), then one rename: readers see the old entry
        // or the whole new one.
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.dir)?;
        file.write_all(&self.mac(digest, code).finalize().into_bytes())?;
        file.write_all(code)?;
        file.persist(path)?;
        Ok(())
    }

    fn path(&self, digest: &FileDigest) -> PathBuf {
        let engine = self.engine_hash.get(..8).unwrap_or_default();
        self.dir
            .join(format!("{}-{}{ENTRY}", hex(digest), hex(engine)))
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

/// Notes that an entry is of use. If that cannot be noted, it may be compiled once more.
fn used(path: &Path) {
    let now = std::fs::FileTimes::new().set_modified(SystemTime::now());
    if let Err(error) = stormcell_regular_file::open(path).and_then(|file| file.set_times(now)) {
        tracing::debug!(path = %path.display(), %error, "cannot note that it is used");
    }
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
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
