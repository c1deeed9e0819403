//! Opening the folders that a component is granted.
//!
//! A folder is opened once an instance, and what the instance may reach, and what its quota
//! counts, is what was opened: not what has the name later. On the way to it no symbolic link
//! is followed. Who may write to a folder on that way could else make a link of a part of it,
//! and whoever is granted that part would be given what the link leads to.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use stormcell_topology::{Access, FileGrant};
use wasmtime_wasi::FsPerms;
use wasmtime_wasi::filesystem::{Dir, OpenMode};

use crate::disk_threads::{DiskThreads, OpenOfInstance};
use crate::quota::Quota;
use crate::state::Surroundings;

/// A folder that an instance is granted.
#[derive(Clone)]
pub(crate) struct Granted {
    pub(crate) dir: Dir,
    /// Where the component sees it.
    pub(crate) guest: String,
    /// `None` for one that is only read.
    pub(crate) quota: Option<Quota>,
}

/// Opens the granted folders, in the order of the grants.
///
/// # Errors
/// Which one cannot be opened, and why.
pub(crate) async fn open(
    given: &Surroundings<'_>,
    open: &OpenOfInstance,
    threads: DiskThreads,
) -> Result<Vec<Granted>, String> {
    let mut folders = Vec::with_capacity(given.grants.files.len());
    for grant in &given.grants.files {
        let path = given.base_dir.join(&grant.host);
        let refused = |why: String| {
            format!(
                "grants.files: the folder `{}` (seen as `{}`) {why}",
                grant.host, grant.guest
            )
        };
        let to_open = path.clone();
        let opened = match threads {
            // Where the clock may stand still, nothing waits for long.
            DiskThreads::OfRuntime => Ok(open_folder(&to_open)),
            DiskThreads::OfComponents => {
                let opening = move || open_folder(&to_open);
                open.block(threads, given.limits.host_time, opening).await
            }
        };
        let file = opened
            .map_err(refused)?
            .map_err(|failure| refused(failure.tell(&path)))?;
        let dir = dir(file, grant);
        let held: Arc<dyn std::any::Any + Send + Sync> = Arc::<File>::clone(&dir.dir);
        open.add(Arc::downgrade(&held));
        let quota = match grant.access {
            Access::Read => None,
            Access::ReadWrite => {
                let quota = given.quotas.quota(Arc::clone(&dir.dir), grant.quota);
                let quota = quota.map_err(|error| refused(Failure::Io(error).tell(&path)))?;
                Some(quota.counted_by(threads))
            }
        };
        folders.push(Granted {
            dir,
            guest: grant.guest.clone(),
            quota,
        });
    }
    Ok(folders)
}

fn dir(file: File, grant: &FileGrant) -> Dir {
    let (perms, mode) = match grant.access {
        Access::Read => (FsPerms::ReadOnly, OpenMode::READ),
        Access::ReadWrite => (FsPerms::ReadWrite, OpenMode::READ | OpenMode::WRITE),
    };
    Dir::new(file, perms, mode, false)
}

/// Why a folder is not opened.
#[derive(Debug)]
enum Failure {
    /// This part of its path is a symbolic link to that.
    Link(PathBuf, PathBuf),
    /// This part of its path is no folder.
    NoFolder(PathBuf),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Failure {
    fn tell(&self, path: &Path) -> String {
        let shown = path.display();
        match self {
            Self::Link(link, target) => format!(
                "cannot be opened: {} is a symbolic link to {}, which somebody may have exchanged \
                 for another: grant the folder that it leads to",
                link.display(),
                target.display()
            ),
            Self::NoFolder(part) if part == path => {
                format!("is a file: grant the folder that it is in ({shown})")
            }
            Self::NoFolder(part) => {
                format!("cannot be opened: {shown}: {} is no folder", part.display())
            }
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                format!("does not exist: {shown} was expected")
            }
            Self::Io(error) => format!("cannot be opened: {shown}: {error}"),
        }
    }
}

/// Opens a folder part by part, so that no part is a link, whoever exchanges it meanwhile.
#[cfg(unix)]
fn open_folder(path: &Path) -> Result<File, Failure> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::io::Errno;

    // Folders on the way need not be readable.
    #[cfg(target_os = "linux")]
    const ON_THE_WAY: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const ON_THE_WAY: OFlags = OFlags::RDONLY;
    let on_the_way = ON_THE_WAY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let start = if path.is_absolute() { "/" } else { "." };
    let mut folder = openat(CWD, start, on_the_way, Mode::empty()).map_err(io::Error::from)?;
    let mut so_far = PathBuf::new();
    for part in path.components() {
        so_far.push(part);
        let name = match part {
            Component::Normal(name) => name,
            Component::ParentDir => std::ffi::OsStr::new(".."),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => continue,
        };
        folder = openat(&folder, name, on_the_way, Mode::empty()).map_err(|error| match error {
            Errno::NOTDIR | Errno::LOOP | Errno::MLINK => {
                match rustix::fs::readlinkat(&folder, name, Vec::new()) {
                    Ok(target) => {
                        use std::os::unix::ffi::OsStrExt as _;
                        let target = std::ffi::OsStr::from_bytes(target.as_bytes());
                        Failure::Link(so_far.clone(), target.into())
                    }
                    Err(_) => Failure::NoFolder(so_far.clone()),
                }
            }
            error => Failure::Io(error.into()),
        })?;
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let opened = openat(&folder, ".", flags, Mode::empty()).map_err(io::Error::from)?;
    Ok(opened.into())
}

#[cfg(not(unix))]
fn open_folder(path: &Path) -> Result<File, Failure> {
    if !std::fs::metadata(path)?.is_dir() {
        return Err(Failure::NoFolder(path.to_owned()));
    }
    let authority = cap_primitives::ambient_authority();
    Ok(cap_primitives::fs::open_ambient_dir(path, authority)?)
}

#[cfg(all(test, unix))]
mod tests;
