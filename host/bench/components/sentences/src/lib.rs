//! A spout that emits sentences of nine words, the same ones in every run.

use serde::Deserialize;
use stormcell_sdk::prelude::*;

const WORDS_A_SENTENCE: usize = 9;

const VOCABULARY: [&str; 32] = [
    "the", "cow", "jumped", "over", "moon", "an", "apple", "a", "day", "keeps", "doctor", "away",
    "four", "score", "and", "seven", "years", "ago", "snow", "white", "dwarfs", "i", "am", "at",
    "two", "with", "nature", "storm", "river", "light", "ground", "water",
];

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "rows": {"type": "integer", "minimum": 0, "description": "How many sentences each task emits; without it there is no end."},
        "tracking": {"enum": ["none", "ids", "host"]}
    },
    "required": ["tracking"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    rows: Option<u64>,
    tracking: Mode,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    None,
    Ids,
    Host,
}

struct Sentences {
    config: Config,
    emitted: u64,
    random: u64,
    sentence: String,
}

impl Sentences {
    /// A word of the vocabulary (xorshift64: the same ones in every run).
    fn word(&mut self) -> &'static str {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        VOCABULARY[(self.random % VOCABULARY.len() as u64) as usize]
    }

    fn compose(&mut self) {
        self.sentence.clear();
        for place in 0..WORDS_A_SENTENCE {
            if place > 0 {
                self.sentence.push(' ');
            }
            let word = self.word();
            self.sentence.push_str(word);
        }
    }
}

impl Spout for Sentences {
    fn describe() -> Description {
        Description::new("emits sentences of nine words")
            .output(Stream::default([("text", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &Context) -> Result<Self> {
        Ok(Self {
            config: context.config()?,
            emitted: 0,
            // Every task has a sequence of its own.
            random: 0x9e37_79b9_7f4a_7c15 ^ u64::from(context.task_index()),
            sentence: String::new(),
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        for _ in 0..max_rows {
            if self.config.rows.is_some_and(|rows| self.emitted >= rows) {
                return Ok(Next::Ended);
            }
            self.compose();
            match self.config.tracking {
                Mode::None => out.emit((&self.sentence,))?,
                Mode::Ids => out.emit_with_id(self.emitted, (&self.sentence,))?,
                Mode::Host => out.emit_replayed((&self.sentence,))?,
            }
            self.emitted += 1;
        }
        Ok(Next::More)
    }
}

stormcell_sdk::spout!(Sentences);
