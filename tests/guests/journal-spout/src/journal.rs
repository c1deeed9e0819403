//! The journal of one part of the numbers: a file of lines `TAG WHAT NUMBER MILLISECONDS`.
//!
//! `TAG` is random and belongs to one instance of the spout. `WHAT` is `open`, once an
//! instance (then `NUMBER` is the task), `emit`, written before the number is emitted, each
//! time it is, `ack` and `fail`, written when the spout is told, and `stray` if it is told
//! of a number that is not in flight. If the process dies while a line is written, the next
//! instance cuts it off.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::time::SystemTime;

use stormcell_sdk::prelude::*;

pub(crate) struct Journal {
    number: u64,
    parts: u64,
    file: File,
    tag: String,
    /// How many numbers were emitted, each counted once.
    emitted: u64,
    /// Which of them are not acked.
    pending: BTreeSet<u64>,
    /// Which of these are in flight: emitted by this instance, and neither acked nor
    /// failed since.
    in_flight: BTreeSet<u64>,
}

impl Journal {
    pub(crate) fn open(path: &Path, number: u64, parts: u64, task: u32) -> Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path)?;
        let mut journal = Self {
            number,
            parts,
            tag: format!("{:08x}", RandomState::new().hash_one(task) as u32),
            emitted: 0,
            pending: BTreeSet::new(),
            in_flight: BTreeSet::new(),
            file,
        };
        journal.read()?;
        journal.write("open", &[task.into()])?;
        Ok(journal)
    }

    /// Reads what earlier instances wrote, and cuts off what the last of them did not
    /// write to its end.
    fn read(&mut self) -> Result<()> {
        let mut reader = BufReader::new(&self.file);
        let (mut line, mut length) = (String::new(), 0);
        let (mut emitted, mut pending) = (0, BTreeSet::new());
        while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
            let mut words = line.split_whitespace().skip(1);
            let (what, number) = (words.next(), words.next().and_then(|n| n.parse().ok()));
            match (what, number) {
                (Some("emit"), Some(number)) => {
                    emitted = emitted.max(number / self.parts + 1);
                    pending.insert(number);
                }
                (Some("ack"), Some(number)) => {
                    pending.remove(&number);
                }
                (Some("open" | "fail" | "stray"), Some(_)) => {}
                _ => bail!("this is not a line of a journal: {line:?}"),
            }
            length += line.len() as u64;
            line.clear();
        }
        (self.emitted, self.pending) = (emitted, pending);
        if self.file.metadata()?.len() > length {
            self.file.set_len(length)?;
        }
        Ok(())
    }

    /// Which part it is.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// How many numbers were emitted, each counted once.
    pub(crate) fn emitted(&self) -> u64 {
        self.emitted
    }

    /// The numbers that were emitted and not acked.
    pub(crate) fn pending(&self) -> impl Iterator<Item = u64> {
        self.pending.iter().copied()
    }

    /// Those of them that are to be emitted again.
    pub(crate) fn not_in_flight(&self) -> impl Iterator<Item = u64> {
        self.pending.difference(&self.in_flight).copied()
    }

    /// These numbers are about to be emitted.
    pub(crate) fn emit(&mut self, numbers: &[u64]) -> Result<()> {
        self.write("emit", numbers)?;
        for &number in numbers {
            self.emitted = self.emitted.max(number / self.parts + 1);
            self.pending.insert(number);
        }
        Ok(())
    }

    /// This number has been emitted.
    pub(crate) fn sent(&mut self, number: u64) {
        self.in_flight.insert(number);
    }

    pub(crate) fn ack(&mut self, number: u64) -> Result<()> {
        self.settle("ack", number)?;
        self.pending.remove(&number);
        Ok(())
    }

    pub(crate) fn fail(&mut self, number: u64) -> Result<()> {
        self.settle("fail", number)
    }

    fn settle(&mut self, what: &str, number: u64) -> Result<()> {
        if !self.in_flight.remove(&number) {
            self.write("stray", &[number])?;
            bail!("{number} is not in flight, but was told to be: {what}");
        }
        self.write(what, &[number])
    }

    fn write(&mut self, what: &str, numbers: &[u64]) -> Result<()> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let mut lines = Vec::new();
        for number in numbers {
            writeln!(lines, "{} {what} {number} {}", self.tag, now.as_millis())?;
        }
        self.file.write_all(&lines)?;
        Ok(())
    }
}
