//! The data folder: made, checked, and locked for one supervisor.
//!
//! The lock is the kernel's (`flock`), so it is free when the process that held it has
//! ended, however it ended. What the file says is only for people.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use stormcell_protocol::DataDir;

use crate::config::StartError;

/// More than this is not read of the lock file, whoever wrote it.
const MAX_CONTENT: u64 = 64;

/// A data folder that this process alone serves, until this is dropped.
#[derive(Debug)]
pub struct DataFolder {
    data: DataDir,
    /// Closing it gives the lock up.
    _lock: File,
}

impl DataFolder {
    /// Makes the folder and those in it if they are missing, checks that they can be
    /// written to, and locks them for this process. Blocks.
    ///
    /// # Errors
    /// [`StartError::Served`] if another supervisor serves the folder, and
    /// [`StartError::Data`] if it cannot be used.
    pub fn open(data: &DataDir) -> Result<Self, StartError> {
        let refused = |reason: String| StartError::Data {
            path: data.path().to_owned(),
            reason,
        };
        private_folder(data.path()).map_err(|error| refused(why(data.path(), &error)))?;
        let lock = lock(data).map_err(|error| match error {
            LockError::Held(process) => StartError::Served {
                path: data.path().to_owned(),
                process,
            },
            LockError::File(error) => refused(why(&data.lock(), &error)),
        })?;
        for folder in [
            data.components(),
            data.sockets(),
            data.path().join("topologies"),
        ] {
            private_folder(&folder).map_err(|error| refused(why(&folder, &error)))?;
        }
        Ok(Self {
            data: data.clone(),
            _lock: lock,
        })
    }

    /// Where what is in it lies.
    pub fn data(&self) -> &DataDir {
        &self.data
    }
}

enum LockError {
    Held(String),
    File(io::Error),
}

fn lock(data: &DataDir) -> Result<File, LockError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    let mut file =
        stormcell_regular_file::open_with(&data.lock(), &mut options).map_err(LockError::File)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(&mut file))),
        Err(TryLockError::Error(error)) => return Err(LockError::File(error)),
    }
    // Writing also shows that the folder can be written to and the disk has room.
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(std::process::id().to_string().as_bytes())?;
        file.sync_all()
    };
    write(&mut file).map_err(LockError::File)?;
    Ok(file)
}

/// The process that holds the lock, as it says itself.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(MAX_CONTENT).read_to_string(&mut text);
    match text.trim() {
        digits if read.is_ok() && digits.parse::<u32>().is_ok() => digits.to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// Makes a folder that only its owner can look into, unless it is there.
fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// What is wrong, and what to do.
fn why(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => format!(
            "{} is not a folder; give a folder with --data, which is made if it is missing",
            path.display()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "{} is not writable for this user; change its owner, or give another folder with --data",
            path.display()
        ),
        io::ErrorKind::ReadOnlyFilesystem => format!(
            "{} is on a file system that is read-only; give another folder with --data",
            path.display()
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            format!(
                "there is no room to write {} ({error}); make room and start again",
                path.display()
            )
        }
        _ => format!("{}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_is_made_private_and_locked() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::new(temp.path().join("a/b"));
        let served = DataFolder::open(&data).unwrap();
        let mode = std::fs::metadata(data.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);

        let refused = DataFolder::open(&data).unwrap_err().to_string();
        let me = std::process::id();
        assert!(
            refused.contains(&format!("another supervisor (process {me}) serves")),
            "{refused}"
        );

        drop(served);
        DataFolder::open(&data).unwrap();
    }

    #[test]
    fn a_file_is_not_a_folder() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("file");
        std::fs::write(&path, "x").unwrap();
        for path in [path.clone(), path.join("below")] {
            let refused = DataFolder::open(&DataDir::new(path))
                .unwrap_err()
                .to_string();
            assert!(refused.contains("is not a folder"), "{refused}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        let path = Path::new("/data");
        for (kind, expected) in [
            (io::ErrorKind::PermissionDenied, "not writable"),
            (io::ErrorKind::ReadOnlyFilesystem, "read-only"),
            (io::ErrorKind::StorageFull, "no room to write /data"),
            (io::ErrorKind::Other, "/data: "),
        ] {
            let text = why(path, &io::Error::from(kind));
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn a_lock_file_of_strange_content_is_only_a_lock() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::new(temp.path());
        std::fs::write(data.lock(), "99999999999999999999 \u{7} garbage").unwrap();
        let served = DataFolder::open(&data).unwrap();
        std::fs::write(data.lock(), [0xff; 100]).unwrap();
        let refused = DataFolder::open(&data).unwrap_err().to_string();
        assert!(refused.contains("(process unknown)"), "{refused}");
        drop(served);
    }
}
