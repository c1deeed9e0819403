//! The key of the cache.

use std::fmt;
use std::io::{self, Read as _, Write};
use std::path::Path;

use stormcell_private_files as private_files;

const NAME: &str = "key";
/// The block of SHA-256, for which HMAC takes a key as it is.
const LENGTH: usize = 64;

/// A secret of this machine's user.
#[derive(Clone)]
pub(super) struct Key([u8; LENGTH]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// The key in this folder, made of the operating system's randomness if there
    /// is none. Of several processes that make one at once, all get the same.
    pub(super) fn load_or_create(dir: &Path) -> io::Result<Self> {
        let path = dir.join(NAME);
        if let Some(key) = Self::load(&path)? {
            return Ok(key);
        }
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(&bytes)?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(Self(bytes)),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Self::load(&path)?
                .ok_or_else(|| io::Error::other(format!("the key {} vanished", path.display()))),
            Err(error) => Err(error.error),
        }
    }

    fn load(path: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        match private_files::secret(path) {
            Ok(file) => file.take(LENGTH as u64 + 1).read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match <[u8; LENGTH]>::try_from(bytes) {
            Ok(bytes) => Ok(Some(Self(bytes))),
            Err(_) => Err(io::Error::other(format!(
                "the key {} does not have {LENGTH} bytes: delete it, and the cache is made anew",
                path.display()
            ))),
        }
    }

    pub(super) fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}
