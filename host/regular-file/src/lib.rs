//! Opening files by paths that others may have shaped: a `component:` of a topology file, a
//! file of a source folder, a file of a data folder.
//!
//! Invariants:
//! - nothing but a regular file is opened: no FIFO, no device, no socket, no folder. What is
//!   there is looked at before, so that a device is not even touched, and again when it is
//!   open, so that nobody can exchange it in between;
//! - nothing waits: a FIFO has no writer and a file of the kernel may have nothing to say, and
//!   both are opened with `O_NONBLOCK` and keep it;
//! - nothing is read without an end: who reads says how long a file may be, whatever length
//!   it tells and however it grows.
#![forbid(unsafe_code)]

mod kind;

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

pub use kind::NotRegular;

/// Opens a regular file to read it.
///
/// # Errors
/// [`NotRegular`] as an error of the kind [`io::ErrorKind::InvalidInput`], or why it cannot be
/// opened.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(path, OpenOptions::new().read(true))
}

/// Opens a regular file as `options` say; if they create it, it need not be there.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    match std::fs::metadata(path) {
        Ok(metadata) => check(&metadata)?,
        // It may be made by opening it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    without_waiting(options);
    let file = options.open(path).map_err(|error| refused(path, error))?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// All that a regular file holds, if that is not more than `most` bytes.
///
/// # Errors
/// As [`open`]; [`io::ErrorKind::FileTooLarge`] if it is longer; why it cannot be read.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_open(&open(path)?, most)
}

/// The same of a file that is open.
///
/// # Errors
/// As [`read`].
pub fn read_open(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let told = file.metadata()?.len();
    if told > most {
        return Err(too_long(most));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(told).unwrap_or(0));
    // It may grow meanwhile, and files of the kernel tell no length.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_long(most));
    }
    Ok(bytes)
}

/// All that a regular file holds, which must be text.
///
/// # Errors
/// As [`read`]; [`io::ErrorKind::InvalidData`] if it is not UTF-8.
pub fn read_to_string(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read(path, most)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let reason = format!("it is not a text: byte {at} is not UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, reason)
    })
}

/// Copies a regular file of at most so many bytes to a place where nothing is, or a regular
/// file. Returns its length.
///
/// # Errors
/// As [`read`], or why it cannot be written.
pub fn copy(from: &Path, to: &Path, most: u64) -> io::Result<u64> {
    let source = open(from)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let mut target = open_with(to, &mut options)?;
    let copied = io::copy(&mut source.take(most.saturating_add(1)), &mut target)?;
    if copied > most {
        return Err(too_long(most));
    }
    target.flush()?;
    Ok(copied)
}

/// That this is a regular file.
///
/// # Errors
/// [`NotRegular`] as an error of the kind [`io::ErrorKind::InvalidInput`].
pub fn check(metadata: &Metadata) -> io::Result<()> {
    match NotRegular::of(metadata.file_type()) {
        None => Ok(()),
        Some(found) => Err(io::Error::new(io::ErrorKind::InvalidInput, found)),
    }
}

/// What is there may have been exchanged since it was looked at: a socket, or a FIFO that
/// nobody reads, cannot be opened at all.
fn refused(path: &Path, error: io::Error) -> io::Error {
    match std::fs::metadata(path).and_then(|metadata| check(&metadata)) {
        Err(better) if better.kind() == io::ErrorKind::InvalidInput => better,
        _ => error,
    }
}

fn too_long(most: u64) -> io::Error {
    let reason = format!("it is longer than {most} bytes, which is the most that is read of it");
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

/// The flags with which nothing that is opened makes anybody wait. They stay for as long as it
/// is open: a file of the kernel may look regular and wait for something to say.
#[cfg(unix)]
pub fn flags_without_waiting() -> i32 {
    use rustix::fs::OFlags;

    // A terminal does not become that of this process.
    (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed()
}

#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.custom_flags(flags_without_waiting());
}

#[cfg(not(unix))]
fn without_waiting(_: &mut OpenOptions) {}

#[cfg(all(test, unix))]
mod tests;
