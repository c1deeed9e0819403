//! A spout that emits a book verse by verse, from a compressed file.
//!
//! The host keeps each verse until its tree is complete and emits it again if it fails,
//! so that the spout itself remembers nothing but its place in the file.

mod book;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

use book::Book;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "path": {
            "type": "string",
            "description": "The book: gzip, one verse a line, reference and text parted by a tab."
        }
    },
    "required": ["path"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    path: String,
}

struct Verses {
    book: Book,
}

impl Spout for Verses {
    fn describe() -> Description {
        Description::new("emits the verses of a book")
            .output(Stream::default([
                ("reference", Type::Text),
                ("text", Type::Text),
            ]))
            .config_schema(CONFIG_SCHEMA)
            .needs(Capability::Files)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let Config { path } = context.config()?;
        ensure!(
            context.task_count() == 1,
            "every task reads the whole book: give {} a parallelism of 1, not {}",
            context.component(),
            context.task_count()
        );
        Ok(Self {
            book: Book::open(&path)?,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        for _ in 0..max_rows {
            match self.book.next_verse()? {
                Some(verse) => out.emit_replayed((verse.reference, verse.text))?,
                None => return Ok(Next::Ended),
            }
        }
        Ok(Next::More)
    }
}

stormcell_sdk::spout!(Verses);
