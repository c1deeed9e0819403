//! A spout that emits the lines of a book, several times over.

use serde::Deserialize;
use stormcell_sdk::anyhow::Context as _;
use stormcell_sdk::prelude::*;
use stormcell_sdk::{Capability, ColumnBuilder, Tracking};

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "A file of UTF-8 text, in a granted folder."},
        "rounds": {"type": "integer", "minimum": 0, "description": "How often the book is read; without it there is no end."}
    },
    "required": ["path"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    path: String,
    rounds: Option<u64>,
}

struct Book {
    text: String,
    /// Where each line ends.
    ends: Vec<usize>,
    /// The next line.
    line: usize,
    rounds_left: Option<u64>,
    next_id: u64,
}

impl Spout for Book {
    fn describe() -> Description {
        Description::new("emits the lines of a book")
            .output(Stream::default([("text", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
            .needs(Capability::Files)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        let text = std::fs::read_to_string(&config.path)
            .with_context(|| format!("reading {}", config.path))?;
        let ends: Vec<_> = text.match_indices('\n').map(|(end, _)| end).collect();
        Ok(Self {
            // Nothing to read is read at once, however often.
            rounds_left: if ends.is_empty() {
                Some(0)
            } else {
                config.rounds
            },
            text,
            ends,
            line: 0,
            next_id: 0,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        if self.rounds_left == Some(0) {
            return Ok(Next::Ended);
        }
        // The rest of this round at most.
        let last = self.ends.len().min(self.line + max_rows as usize);
        let mut start = match self.line {
            0 => 0,
            line => self.ends[line - 1] + 1,
        };
        let lines = &self.ends[self.line..last];
        let bytes = lines.last().map_or(0, |end| end - start);
        let mut column = ColumnBuilder::with_capacity(Type::Text, lines.len(), bytes);
        for end in lines {
            column.push(&self.text[start..*end])?;
            start = end + 1;
        }
        let ids = self.next_id..self.next_id + lines.len() as u64;
        self.next_id = ids.end;
        out.emit_columns(
            "default",
            vec![column.finish()],
            Tracking::Ids(ids.collect()),
        )?;
        self.line = last;
        if self.line == self.ends.len() {
            self.line = 0;
            if let Some(left) = &mut self.rounds_left {
                *left -= 1;
            }
        }
        Ok(Next::More)
    }
}

stormcell_sdk::spout!(Book);
