//! Folders and files that only their owner can use.
//!
//! Whoever can write where a process of stormcell keeps its files decides what it runs:
//! compiled code, the key that vouches for it, tools, sockets. So whatever is private is
//! made with this crate, and opened with it.
//!
//! Invariants:
//! - what is made here has the mode 0700 or 0600, whatever the umask of the process is;
//! - what is there already is used only if it belongs to this user. If others were let in,
//!   as by an earlier version under another umask, they are shut out first, and that is
//!   said in the log ([`folder`], [`open`]); or it is refused, if it is a secret that they
//!   may have read ([`secret`]);
//! - no other user can put another folder in the place of one from [`folder`]: that holds
//!   for all folders above it, and for symbolic links on the way.
//!
//! Root can do everything and counts as a friend. All calls block.
#![forbid(unsafe_code)]

mod above;
mod exposed;
mod user;

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;

pub use exposed::Exposed;
use stormcell_regular_file::{self as regular_file, NotRegular};

use exposed::Kind;

/// The bits of a mode that let others in.
const OTHERS: u32 = 0o077;
/// The bits of a mode that are permissions.
const PERMISSIONS: u32 = 0o7777;

/// Makes a folder, and those above it that are missing, or takes one that is there: only
/// this user can use it, and only this user can put another one in its place.
///
/// # Errors
/// [`Exposed`], in an [`io::Error`], if it belongs to somebody else, or somebody else can
/// exchange it; or why it cannot be made.
pub fn folder(path: &Path) -> io::Result<()> {
    folder_while(path, || {})
}

/// [`folder`], with what happens meanwhile.
fn folder_while(path: &Path, meanwhile: impl FnOnce()) -> io::Result<()> {
    lead_somewhere(path)?;
    above::check(path)?;
    meanwhile();
    inner_folder(path)?;
    // In a folder like /tmp, somebody else may have made what was missing.
    above::check(path)
}

/// Makes a folder like [`folder`], or takes one that is there, and does not look at those
/// above it: for folders in one that was opened by [`folder`], or in a project, whose own
/// files are as exposed.
///
/// # Errors
/// As [`folder`].
pub fn inner_folder(path: &Path) -> io::Result<()> {
    lead_somewhere(path)?;
    make(path)?;
    let found = followed(path, Kind::Folder)?;
    if !found.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    owned(path, &found, Kind::Folder)?;
    if let Some(mode) = without_others(&found) {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        shut_out(path, &found);
    }
    Ok(())
}

/// A link to nothing is no folder, and none is made where it leads.
fn lead_somewhere(path: &Path) -> io::Result<()> {
    match path.is_symlink() && !path.try_exists()? {
        true => Err(io::ErrorKind::NotADirectory.into()),
        false => Ok(()),
    }
}

/// Opens a file, or makes it if `options` say so: only this user can use it.
///
/// Its folder must be one that only this user can use.
///
/// # Errors
/// [`Exposed`], in an [`io::Error`], if it belongs to somebody else or is no regular file;
/// or why it cannot be opened.
pub fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    let file = opened(options, path)?;
    let found = file.metadata()?;
    if is_device(&found) {
        return Ok(file);
    }
    // A umask may have taken something from the owner of a file that was made just now.
    let mode = without_others(&found).or_else(|| of_owner(&found));
    if let Some(mode) = mode {
        file.set_permissions(Permissions::from_mode(mode))?;
        shut_out(path, &found);
    }
    Ok(file)
}

/// Makes sure that a file which is there is private, as [`open`] does, for those who open
/// it by themselves afterwards.
///
/// # Errors
/// As [`open`].
pub fn check(path: &Path) -> io::Result<()> {
    open(OpenOptions::new().read(true), path).map(drop)
}

/// Opens a file with a secret to read it. If others can read or change it they may have
/// done so, and it is refused.
///
/// # Errors
/// [`Exposed`], in an [`io::Error`], if that is so, it belongs to somebody else or is no
/// regular file; or why it cannot be opened.
pub fn secret(path: &Path) -> io::Result<File> {
    let file = opened(OpenOptions::new().read(true), path)?;
    let found = file.metadata()?;
    if found.mode() & OTHERS == 0 {
        return Ok(file);
    }
    Err(Exposed::secret(path, &found).into())
}

/// Makes a folder and those above it, closed to others.
fn make(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make(above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        // Whatever the umask has taken away.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o700)),
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens a regular file of this user, without waiting for anybody, as for the other end
/// of a pipe that somebody has put there.
fn opened(options: &OpenOptions, path: &Path) -> io::Result<File> {
    // Before it is opened: to open some devices does something.
    let is_device = match followed(path, Kind::File) {
        Ok(found) => {
            of_this_user(path, &found)?;
            is_device(&found)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    let mut options = options.clone();
    options.mode(0o600);
    let file = match is_device {
        true => {
            let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
            options
                .custom_flags(flags.bits().cast_signed())
                .open(path)?
        }
        false => regular_file::open_with(path, &mut options)?,
    };
    of_this_user(path, &file.metadata()?)?;
    Ok(file)
}

/// Only a regular file of this user will do, or a device to which this user has made a
/// link, as a log to `/dev/null`.
fn of_this_user(path: &Path, found: &Metadata) -> io::Result<()> {
    if is_device(found) && fs::symlink_metadata(path)?.is_symlink() {
        return Ok(());
    }
    owned(path, found, Kind::File)?;
    match NotRegular::of(found.file_type()) {
        None => Ok(()),
        Some(found) => Err(Exposed::NotAFile {
            path: path.to_owned(),
            found,
        }
        .into()),
    }
}

/// Whether it is a device, of which the permissions are none of ours.
fn is_device(found: &Metadata) -> bool {
    found.file_type().is_char_device() && user::is_friend(found.uid())
}

/// What is there, behind a symbolic link if one of this user's (or root's) leads to it.
fn followed(path: &Path, kind: Kind) -> io::Result<Metadata> {
    let link = fs::symlink_metadata(path)?;
    if link.is_symlink() {
        if !user::is_friend(link.uid()) {
            return Err(Exposed::owner(path, &link, Kind::Link).into());
        }
        let target = fs::metadata(path)?;
        if !is_device(&target) {
            owned(path, &target, kind)?;
        }
        return Ok(target);
    }
    Ok(link)
}

fn owned(path: &Path, found: &Metadata, kind: Kind) -> io::Result<()> {
    if found.uid() == user::me() {
        return Ok(());
    }
    Err(Exposed::owner(path, found, kind).into())
}

/// The mode that shuts others out, if they are let in.
fn without_others(found: &Metadata) -> Option<u32> {
    let mode = found.mode() & PERMISSIONS;
    (mode & OTHERS != 0).then_some(mode & !OTHERS)
}

/// The mode of a file that is new, if its owner cannot use it.
fn of_owner(found: &Metadata) -> Option<u32> {
    let mode = found.mode() & PERMISSIONS;
    (found.len() == 0 && mode & 0o600 == 0).then_some(mode | 0o600)
}

/// Says that others could use it until now.
fn shut_out(path: &Path, found: &Metadata) {
    let mode = found.mode() & 0o777;
    if mode & OTHERS != 0 {
        tracing::warn!(
            "other users could get at {} (mode {mode:03o}); from now on only its owner can (mode \
             {:03o})",
            path.display(),
            mode & !OTHERS
        );
    }
}

#[cfg(test)]
mod tests;
