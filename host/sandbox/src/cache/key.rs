//! The key of the cache, and the folder it lies in.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

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

/// Bytes that are read of a key, to say how many there are.
const LONGEST: u64 = 4 << 10;

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
        let bytes = match stormcell_regular_file::read(path, LONGEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        private(path)?;
        match <[u8; LENGTH]>::try_from(bytes) {
            Ok(bytes) => Ok(Some(Self(bytes))),
            Err(bytes) => Err(io::Error::other(format!(
                "the key {} has {} bytes, expected {LENGTH}: delete it, and the cache is made anew",
                path.display(),
                bytes.len()
            ))),
        }
    }

    pub(super) fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

/// Makes a folder that only this user can enter, or makes sure that one is.
pub(super) fn private_dir(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        own(dir)?;
        if std::fs::metadata(dir)?.permissions().mode() & 0o077 != 0 {
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// Refuses what belongs to another user, who could have put anything there. That matters
/// most to root, who can read it all the same.
#[cfg(unix)]
fn own(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::symlink_metadata(path)?.uid() == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} belongs to another user: remove it, or use another folder",
        path.display()
    )))
}

/// Refuses a key that others could have read or written.
fn private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        own(path)?;
        use std::os::unix::fs::PermissionsExt;
        let metadata = std::fs::symlink_metadata(path)?;
        if !metadata.is_file() || metadata.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other(format!(
                "the key {} is not private to its user: delete it, and the cache is made anew",
                path.display()
            )));
        }
    }
    Ok(())
}
