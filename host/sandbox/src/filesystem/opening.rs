//! Opening files and folders for a component, in a folder that it has.
//!
//! As wasmtime-wasi does it, and by the same library, which sees to it that nothing outside of
//! the folder is reached, but: only folders and regular files are opened, and nothing waits. A
//! FIFO waits for its other end, a device does what it likes. What is there is looked at
//! before, so that a device is not even touched, and again when it is open, so that nobody can
//! exchange it in between.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use cap_primitives::fs::{FileType, FollowSymlinks, Metadata, OpenOptions, stat};
use wasmtime_wasi::filesystem::{Descriptor, Dir, File as WasiFile, OpenMode};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{FsError, FsResult};

use super::kind::type_of;
use crate::disk_threads::DiskThreads;

/// Why something is not opened.
pub(super) enum Refused {
    /// It is neither a folder nor a regular file.
    Special(&'static str),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How something is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    pub(super) path_flags: PathFlags,
    pub(super) open_flags: OpenFlags,
    pub(super) flags: DescriptorFlags,
}

impl Request {
    /// What a file that is opened may be used for. Without `write` it is opened to be read,
    /// whether it was asked for or not, as wasmtime-wasi does.
    fn mode(&self) -> OpenMode {
        let mut mode = OpenMode::empty();
        let changes = OpenFlags::CREATE | OpenFlags::TRUNCATE;
        if self.flags.contains(DescriptorFlags::WRITE) || self.open_flags.intersects(changes) {
            mode |= OpenMode::WRITE;
        }
        if self.flags.contains(DescriptorFlags::READ)
            || !self.flags.contains(DescriptorFlags::WRITE)
        {
            mode |= OpenMode::READ;
        }
        mode
    }

    /// Whether it makes sense, and a component with these rights may ask for it.
    fn check(&self, dir: &Dir) -> Result<(), ErrorCode> {
        let synchronous = DescriptorFlags::FILE_INTEGRITY_SYNC
            | DescriptorFlags::DATA_INTEGRITY_SYNC
            | DescriptorFlags::REQUESTED_WRITE_SYNC;
        if self.flags.intersects(synchronous) {
            return Err(ErrorCode::Unsupported);
        }
        let changes = OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE;
        if self.open_flags.contains(OpenFlags::DIRECTORY) && self.open_flags.intersects(changes) {
            return Err(ErrorCode::Invalid);
        }
        if dir.perms.write_not_permitted() && self.mode().contains(OpenMode::WRITE) {
            return Err(ErrorCode::NotPermitted);
        }
        Ok(())
    }

    fn options(&self) -> OpenOptions {
        let mode = self.mode();
        let mut options = OpenOptions::new();
        options
            .read(mode.contains(OpenMode::READ))
            .write(mode.contains(OpenMode::WRITE))
            .truncate(self.open_flags.contains(OpenFlags::TRUNCATE));
        if self.open_flags.contains(OpenFlags::CREATE) {
            match self.open_flags.contains(OpenFlags::EXCLUSIVE) {
                true => options.create_new(true),
                false => options.create(true),
            };
        }
        options
    }
}

fn follow(flags: PathFlags) -> FollowSymlinks {
    match flags.contains(PathFlags::SYMLINK_FOLLOW) {
        true => FollowSymlinks::Yes,
        false => FollowSymlinks::No,
    }
}

/// Opens what is at a path in a folder.
///
/// # Errors
/// What wasmtime-wasi would say. `special` is told of what is neither a folder nor a regular
/// file: the component sees that it has no access.
pub(super) async fn open(
    dir: &Dir,
    path: String,
    request: Request,
    threads: DiskThreads,
    special: impl FnOnce(&'static str),
) -> FsResult<Descriptor> {
    request.check(dir)?;
    let file = std::sync::Arc::clone(&dir.dir);
    let opened = threads.block(move || open_in(&file, path.as_ref(), &request));
    let opened = opened.await.ok_or(ErrorCode::Io)?;
    let (opened, is_folder) = opened.map_err(|why| refused(why, special))?;
    let is_to_be = request.open_flags.contains(OpenFlags::DIRECTORY);
    let (perms, mode) = (dir.perms, request.mode());
    match (is_folder, is_to_be) {
        (true, _) => Ok(Descriptor::Dir(Dir::new(opened, perms, mode, false))),
        (false, true) => Err(ErrorCode::NotDirectory.into()),
        (false, false) => Ok(Descriptor::File(WasiFile::new(opened, perms, mode, false))),
    }
}

/// Sets the times of what is at a path in a folder, links followed.
///
/// # Errors
/// As [`open`].
pub(super) async fn set_times(
    dir: &Dir,
    path: String,
    times: (NewTimestamp, NewTimestamp),
    threads: DiskThreads,
    special: impl FnOnce(&'static str),
) -> FsResult<()> {
    if dir.perms.write_not_permitted() {
        return Err(ErrorCode::NotPermitted.into());
    }
    let mut to_be = std::fs::FileTimes::new();
    if let Some(accessed) = time(times.0)? {
        to_be = to_be.set_accessed(accessed);
    }
    if let Some(modified) = time(times.1)? {
        to_be = to_be.set_modified(modified);
    }
    let file = std::sync::Arc::clone(&dir.dir);
    let done = threads.block(move || {
        let mut request = Request {
            path_flags: PathFlags::SYMLINK_FOLLOW,
            open_flags: OpenFlags::empty(),
            flags: DescriptorFlags::READ,
        };
        let opened = match open_in(&file, path.as_ref(), &request) {
            // Whoever owns a file may set its times, and perhaps only write to it.
            Err(Refused::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                request.flags = DescriptorFlags::WRITE;
                open_in(&file, path.as_ref(), &request)?
            }
            opened => opened?,
        };
        Ok(opened.0.set_times(to_be)?)
    });
    let done: Result<(), Refused> = done.await.ok_or(ErrorCode::Io)?;
    done.map_err(|why| refused(why, special))
}

fn time(given: NewTimestamp) -> Result<Option<SystemTime>, ErrorCode> {
    match given {
        NewTimestamp::NoChange => Ok(None),
        NewTimestamp::Now => Ok(Some(SystemTime::now())),
        NewTimestamp::Timestamp(at) => {
            let since = std::time::Duration::new(at.seconds, at.nanoseconds);
            let time = SystemTime::UNIX_EPOCH.checked_add(since);
            time.map(Some).ok_or(ErrorCode::Overflow)
        }
    }
}

fn refused(why: Refused, special: impl FnOnce(&'static str)) -> FsError {
    match why {
        Refused::Special(what) => {
            special(what);
            ErrorCode::Access.into()
        }
        Refused::Io(error) => error.into(),
    }
}

/// Opens what is at a path in a folder, and says whether it is a folder.
fn open_in(dir: &File, path: &Path, request: &Request) -> Result<(File, bool), Refused> {
    match stat(dir, path, follow(request.path_flags)) {
        // A link that is not followed is refused when it is opened.
        Ok(found) if found.is_symlink() => {}
        Ok(found) => check(found.file_type())?,
        // It may be made by opening it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let mut options = request.options();
    options._cap_fs_ext_follow(follow(request.path_flags));
    without_waiting(&mut options);
    let opened = cap_primitives::fs::open(dir, path, &options)?;
    let kind = Metadata::from_file(&opened)?.file_type();
    check(kind)?;
    Ok((opened, kind.is_dir()))
}

fn check(kind: FileType) -> Result<(), Refused> {
    Err(Refused::Special(match type_of(kind) {
        DescriptorType::RegularFile | DescriptorType::Directory => return Ok(()),
        DescriptorType::Fifo => "a FIFO (a named pipe)",
        DescriptorType::Socket => "a socket",
        DescriptorType::CharacterDevice | DescriptorType::BlockDevice => "a device",
        DescriptorType::SymbolicLink | DescriptorType::Unknown => "no file",
    }))
}

#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions) {
    use cap_primitives::fs::OpenOptionsExt as _;
    options.custom_flags(stormcell_regular_file::flags_without_waiting());
}

#[cfg(not(unix))]
fn without_waiting(_: &mut OpenOptions) {}
