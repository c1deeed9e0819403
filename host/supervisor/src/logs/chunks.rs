//! The wanted lines as bytes, a bounded amount at a time.

use std::collections::VecDeque;

use stormcell_protocol::api::{LogLine, LogQuery};

use super::filter::is_wanted;
use super::merge::Logs;

/// A chunk is given when it has this many bytes, about.
const CHUNK: usize = 64 << 10;

/// A chunk, perhaps an empty one, is given when this many lines were read for it.
const LINES: usize = 20_000;

/// How much is kept of the last lines, in bytes.
const TAIL: usize = 8 << 20;

/// Whole lines, each a JSON document and a line end.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// All that is there has been read.
    pub(super) at_end: bool,
}

/// Reads the wanted lines of a topology.
pub(super) struct Chunks {
    logs: Logs,
    query: LogQuery,
    tail: Option<Tail>,
}

impl Chunks {
    pub(super) fn new(logs: Logs, query: LogQuery) -> Self {
        Self {
            logs,
            tail: query.tail.map(Tail::new),
            query,
        }
    }

    /// The next chunk. After one that is `at_end`, it is looked for what is new.
    pub(super) fn read(&mut self) -> Chunk {
        if let Some(mut tail) = self.tail.take() {
            while let Some(line) = self.logs.next() {
                if is_wanted(&line, &self.query) {
                    tail.push(&line);
                }
            }
            return Chunk {
                bytes: tail.lines.into_iter().flatten().collect(),
                at_end: true,
            };
        }
        let mut bytes = Vec::new();
        for _ in 0..LINES {
            let Some(line) = self.logs.next() else {
                return Chunk {
                    bytes,
                    at_end: true,
                };
            };
            if is_wanted(&line, &self.query) {
                append(&line, &mut bytes);
            }
            if bytes.len() >= CHUNK {
                break;
            }
        }
        Chunk {
            bytes,
            at_end: false,
        }
    }
}

/// The last lines of those that were pushed.
struct Tail {
    limit: u64,
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl Tail {
    fn new(limit: u64) -> Self {
        Self {
            limit,
            lines: VecDeque::new(),
            bytes: 0,
        }
    }

    fn push(&mut self, line: &LogLine) {
        let mut bytes = Vec::new();
        append(line, &mut bytes);
        self.bytes += bytes.len();
        self.lines.push_back(bytes);
        while self.lines.len() as u64 > self.limit || self.bytes > TAIL {
            let Some(oldest) = self.lines.pop_front() else {
                return;
            };
            self.bytes -= oldest.len();
        }
    }
}

fn append(line: &LogLine, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    // Strings and numbers only: this cannot fail.
    if serde_json::to_writer(&mut *bytes, line).is_err() {
        bytes.truncate(start);
        return;
    }
    bytes.push(b'\n');
}
