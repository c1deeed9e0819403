//! One log: the current file, and the one before it (`.1`).
//!
//! Its writer renames the current file to the one before when it is full, which
//! replaces the one before. Which file comes next is told from their identities, so
//! that nothing is read twice and nothing is left out that is still there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A line that is longer than this many bytes is left out. What is written is at most
/// 64 KiB of text, each byte at most six in JSON.
const LONGEST: usize = 512 << 10;

/// Reads the lines of one log.
pub(super) struct LogReader {
    current: PathBuf,
    before: PathBuf,
    open: Option<Open>,
    /// The file that was read before the open one. It is kept open: the system gives the
    /// identity of a file that nobody has open and that is gone to another one.
    previous: Option<Open>,
}

/// Which file it is, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

struct Open {
    identity: Identity,
    reader: BufReader<File>,
    position: u64,
    /// The beginning of a line whose end is not yet written.
    line: Vec<u8>,
    /// The line is too long: the rest of it is passed over.
    too_long: bool,
    /// It was seen to be no longer the current file, so it is read once more to its end,
    /// and then it is over.
    replaced: bool,
}

impl LogReader {
    pub(super) fn new(current: PathBuf) -> Self {
        let mut before = OsString::from(&current);
        before.push(".1");
        Self {
            current,
            before: PathBuf::from(before),
            open: None,
            previous: None,
        }
    }

    /// The current file.
    pub(super) fn path(&self) -> &Path {
        &self.current
    }

    /// The next whole line, without its line end. `None`: there is none yet.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let Some(open) = &mut self.open else {
                self.open = match Open::at(&self.before)? {
                    Some(open) => Some(open),
                    None => Open::at(&self.current)?,
                };
                if self.open.is_none() {
                    return Ok(None);
                }
                continue;
            };
            if let Some(line) = open.next()? {
                return Ok(Some(line));
            }
            if !open.replaced {
                if identity(&self.current)? == Some(open.identity) {
                    return Ok(None);
                }
                open.replaced = true;
                continue;
            }
            let identity = open.identity;
            match self.after(identity)? {
                Some(next) => self.previous = self.open.replace(next),
                None => return Ok(None),
            }
        }
    }

    /// The file that was written after this one.
    fn after(&self, this: Identity) -> io::Result<Option<Open>> {
        // Two changes since the last look: there is a file between this one and the
        // current one.
        let previous = self.previous.as_ref().map(|previous| previous.identity);
        if let Some(before) = Open::at(&self.before)?
            && before.identity != this
            && Some(before.identity) != previous
        {
            return Ok(Some(before));
        }
        let current = Open::at(&self.current)?;
        Ok(current.filter(|current| current.identity != this))
    }
}

fn identity(path: &Path) -> io::Result<Option<Identity>> {
    Ok(there(fs::metadata(path))?.map(|metadata| Identity::of(&metadata)))
}

impl Identity {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Open {
    fn at(path: &Path) -> io::Result<Option<Self>> {
        let Some(file) = there(stormcell_regular_file::open(path))? else {
            return Ok(None);
        };
        Ok(Some(Self {
            identity: Identity::of(&file.metadata()?),
            reader: BufReader::with_capacity(64 << 10, file),
            position: 0,
            line: Vec::new(),
            too_long: false,
            replaced: false,
        }))
    }

    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let room = (LONGEST - self.line.len()) as u64;
            let read = self
                .reader
                .by_ref()
                .take(room)
                .read_until(b'\n', &mut self.line)?;
            self.position += read as u64;
            if self.line.last() == Some(&b'\n') {
                self.line.pop();
                let line = std::mem::take(&mut self.line);
                if !std::mem::take(&mut self.too_long) {
                    return Ok(Some(line));
                }
            } else if self.line.len() == LONGEST {
                self.line.clear();
                self.too_long = true;
            } else if read == 0 && !self.was_cut()? {
                return Ok(None);
            }
        }
    }

    /// Somebody made the file shorter: it is read from its start.
    fn was_cut(&mut self) -> io::Result<bool> {
        let length = self.reader.get_ref().metadata()?.len();
        if length >= self.position {
            return Ok(false);
        }
        self.reader.seek(SeekFrom::Start(0))?;
        self.position = 0;
        self.line.clear();
        self.too_long = false;
        Ok(length > 0)
    }
}
