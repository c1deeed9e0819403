//! A spout of numbered sentences of nine words, like a log that can be read again: sentence
//! k is the same whoever asks for it, and a file says from which one on not all are acked.
//! So a process that takes over from one that died goes on there.
//!
//! What happened is in a journal, one file an instance: records of three 64-bit numbers,
//! little-endian, that are what happened (0 emitted, 1 acked, 2 failed), when, in
//! microseconds since 1970, and of how many rows; then the numbers of the rows, 64 bits
//! each. What was emitted is written before it is emitted. The last record has no end if
//! the process dies while it is written.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::SystemTime;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

const WORDS_A_SENTENCE: usize = 9;

const VOCABULARY: [&str; 32] = [
    "the", "cow", "jumped", "over", "moon", "an", "apple", "a", "day", "keeps", "doctor", "away",
    "four", "score", "and", "seven", "years", "ago", "snow", "white", "dwarfs", "i", "am", "at",
    "two", "with", "nature", "storm", "river", "light", "ground", "water",
];

#[derive(Deserialize)]
struct Config {
    /// The folder of the journals and of the file `position`.
    folder: PathBuf,
}

/// What a record is about.
#[derive(Clone, Copy)]
enum What {
    Emitted = 0,
    Acked = 1,
    Failed = 2,
}

struct Sentences {
    journal: File,
    position: File,
    /// All rows before this one are acked.
    low: u64,
    /// Which rows from `low` on are acked; those beyond have not been emitted.
    acked: VecDeque<bool>,
    /// Rows that failed, to be emitted again.
    again: VecDeque<u64>,
    sentence: String,
    buffer: Vec<u8>,
}

impl Sentences {
    fn compose(&mut self, number: u64) {
        // splitmix64
        let mut state = number;
        self.sentence.clear();
        for place in 0..WORDS_A_SENTENCE {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut random = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            random = (random ^ (random >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            if place > 0 {
                self.sentence.push(' ');
            }
            let word = (random ^ (random >> 31)) % VOCABULARY.len() as u64;
            self.sentence.push_str(VOCABULARY[word as usize]);
        }
    }

    fn write(&mut self, what: What, rows: impl ExactSizeIterator<Item = u64>) -> Result<()> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let head = [what as u64, now.as_micros() as u64, rows.len() as u64];
        self.buffer.clear();
        for number in head.into_iter().chain(rows) {
            self.buffer.extend_from_slice(&number.to_le_bytes());
        }
        self.journal.write_all(&self.buffer)?;
        Ok(())
    }

    /// Moves on past the rows that are acked.
    fn advance(&mut self) -> Result<()> {
        let before = self.low;
        while self.acked.front() == Some(&true) {
            self.acked.pop_front();
            self.low += 1;
        }
        if self.low > before {
            self.position.seek(SeekFrom::Start(0))?;
            self.position.write_all(&self.low.to_le_bytes())?;
        }
        Ok(())
    }
}

impl Spout for Sentences {
    fn describe() -> Description {
        Description::new("numbered sentences, with a journal")
            .output(Stream::default([
                ("number", Type::Int),
                ("text", Type::Text),
            ]))
            .config_schema(r#"{"type": "object"}"#)
            .needs(Capability::Files)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let Config { folder } = context.config()?;
        let path = folder.join("position");
        let mut low = [0; 8];
        if let Ok(bytes) = fs::read(&path)
            && bytes.len() == low.len()
        {
            low.copy_from_slice(&bytes);
        }
        let random = RandomState::new().hash_one(context.task());
        let journal = folder.join(format!("{random:016x}.journal"));
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        Ok(Self {
            journal: options.open(&journal)?,
            position: options.open(&path)?,
            low: u64::from_le_bytes(low),
            acked: VecDeque::new(),
            again: VecDeque::new(),
            sentence: String::new(),
            buffer: Vec::new(),
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let most = usize::try_from(max_rows)?;
        let again = most.min(self.again.len());
        let first = self.low + self.acked.len() as u64;
        let new = first..first + (most - again) as u64;
        let rows: Vec<u64> = self.again.range(..again).copied().chain(new).collect();
        self.write(What::Emitted, rows.iter().copied())?;
        self.again.drain(..again);
        self.acked.resize(self.acked.len() + most - again, false);
        for row in rows {
            self.compose(row);
            out.emit_with_id(row, (i64::try_from(row)?, &self.sentence))?;
        }
        Ok(Next::More)
    }

    fn acked_all(&mut self, ids: impl ExactSizeIterator<Item = u64>) -> Result<()> {
        let ids: Vec<u64> = ids.collect();
        self.write(What::Acked, ids.iter().copied())?;
        for id in ids {
            let at = id.checked_sub(self.low).map(usize::try_from).transpose()?;
            if let Some(acked) = at.and_then(|at| self.acked.get_mut(at)) {
                *acked = true;
            }
        }
        self.advance()
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        self.write(What::Failed, [id].into_iter())?;
        self.again.push_back(id);
        Ok(())
    }
}

stormcell_sdk::spout!(Sentences);
