//! The files of a log: appending, and the change to a new file.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use stormcell_protocol::api::LogLine;

use super::{Lost, text};

/// How much is handed to the disk at once, about.
const CHUNK: usize = 256 << 10;

/// The current file of a log and what could not be written to it.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    file_bytes: u64,
    open: Option<Open>,
    lost: Option<Lost>,
}

#[derive(Debug)]
struct Open {
    file: File,
    bytes: u64,
    /// The file ends within a line: its writer was killed, or the disk was full.
    within_line: bool,
}

impl Disk {
    pub(super) fn new(path: PathBuf, file_bytes: u64) -> Self {
        Self {
            path,
            file_bytes,
            open: None,
            lost: None,
        }
    }

    /// Writes the lines, and then that lines after them were lost in the queue. Before
    /// them it is said what the disk refused earlier.
    pub(super) fn write(&mut self, lines: &VecDeque<LogLine>, lost: Option<Lost>) {
        let mut chunk = Vec::new();
        let mut bytes = 0;
        for line in lines {
            chunk.push(line);
            bytes += line.message.len();
            if bytes >= CHUNK {
                self.write_chunk(&chunk);
                chunk.clear();
                bytes = 0;
            }
        }
        self.write_chunk(&chunk);
        if let Some(lost) = lost {
            let refused = self.lost.take().map_or(0, |refused| refused.lines);
            self.lost = Some(Lost {
                lines: lost.lines + refused,
                ..lost
            });
            self.write_chunk(&[]);
        }
    }

    /// Nothing more is written. If the last lines were refused, that is said now, if it can be.
    pub(super) fn finish(&mut self) {
        self.write_chunk(&[]);
    }

    fn write_chunk(&mut self, lines: &[&LogLine]) {
        let mut bytes = Vec::new();
        if let Some(lost) = &self.lost {
            text::append(&lost.notice(), &mut bytes);
        }
        for line in lines {
            text::append(line, &mut bytes);
        }
        if bytes.is_empty() {
            return;
        }
        match self.append(&bytes) {
            Ok(()) => self.lost = None,
            Err(error) => {
                // It is opened anew for the next lines: the folder may have been
                // replaced, or somebody may have made room by deleting the file.
                self.open = None;
                for line in lines {
                    Lost::add(&mut self.lost, line, &error.to_string());
                }
            }
        }
    }

    /// Appends whole lines, in one write unless the system takes only a part.
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) if open.file.metadata()?.nlink() > 0 => open,
            // None yet, or somebody deleted it.
            _ => Open::at(&self.path)?,
        };
        if open.bytes > 0 && open.bytes + lines.len() as u64 > self.file_bytes {
            fs::rename(&self.path, self.before())?;
            open = Open::at(&self.path)?;
        }
        open.append(lines)?;
        self.open = Some(open);
        Ok(())
    }

    fn before(&self) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(".1");
        PathBuf::from(name)
    }
}

impl Open {
    fn at(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = stormcell_regular_file::open_with(path, &mut options)?;
        let bytes = file.metadata()?.len();
        let mut last = [b'\n'];
        if bytes > 0 {
            file.seek(SeekFrom::Start(bytes - 1))?;
            file.read_exact(&mut last)?;
        }
        Ok(Self {
            file,
            bytes,
            within_line: last != [b'\n'],
        })
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.within_line {
            self.file.write_all(b"\n")?;
            self.within_line = false;
            self.bytes += 1;
        }
        let written = self.file.write_all(lines);
        if written.is_err() {
            // Takes back the part that was written. If that fails too, the next to open
            // the file sees that it ends within a line.
            let _ = self.file.set_len(self.bytes);
        }
        self.bytes += lines.len() as u64;
        written
    }
}
