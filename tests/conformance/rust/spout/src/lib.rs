//! The conformance spout: what it does is written in `tests/conformance/README.md`.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

/// The id of the first row: one that a 64-bit float cannot hold.
const FIRST_ID: u64 = 9_007_199_254_740_993;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "rows": {"type": "integer", "minimum": 0},
        "tracking": {"enum": ["none", "ids", "host"]},
        "resume": {"type": "boolean"}
    },
    "required": ["rows", "tracking"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    rows: u64,
    tracking: Tracking,
    #[serde(default)]
    resume: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tracking {
    None,
    Ids,
    Host,
}

struct Conformance {
    config: Config,
    /// The next row to emit for the first time.
    next: u64,
    /// Rows to emit again.
    again: VecDeque<u64>,
    /// The attempts of pending rows.
    attempts: BTreeMap<u64, i64>,
}

impl Conformance {
    fn emit(&mut self, row: u64, out: &mut SpoutEmitter) -> Result<()> {
        let n = i64::try_from(row)?;
        match self.config.tracking {
            Tracking::None => out.emit((n, 1))?,
            Tracking::Host => out.emit_replayed((n, 1))?,
            Tracking::Ids => {
                let attempt = self.attempts.entry(row).or_default();
                *attempt += 1;
                out.emit_with_id(FIRST_ID + row, (n, *attempt))?;
            }
        }
        Ok(())
    }
}

impl Spout for Conformance {
    fn describe() -> Description {
        Description::new("conformance spout")
            .output(Stream::default([("n", Type::Int), ("attempt", Type::Int)]))
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        let stored = match config.resume {
            true => state::get("next")?,
            false => None,
        };
        Ok(Self {
            config,
            next: match stored {
                Some(next) => std::str::from_utf8(&next)?.parse()?,
                None => 0,
            },
            again: VecDeque::new(),
            attempts: BTreeMap::new(),
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        for _ in 0..max_rows {
            if let Some(row) = self.again.pop_front() {
                self.emit(row, out)?;
            } else if self.next < self.config.rows {
                self.emit(self.next, out)?;
                self.next += 1;
            } else {
                break;
            }
        }
        if self.config.resume {
            state::set("next", self.next.to_string())?;
        }
        let ended = self.next == self.config.rows && self.again.is_empty();
        Ok(if ended { Next::Ended } else { Next::More })
    }

    fn acked(&mut self, id: u64) -> Result<()> {
        self.attempts.remove(&id.wrapping_sub(FIRST_ID));
        Ok(())
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        let row = id.wrapping_sub(FIRST_ID);
        ensure!(
            self.attempts.contains_key(&row),
            "row {id} failed, but is not pending"
        );
        self.again.push_back(row);
        Ok(())
    }
}

stormcell_sdk::spout!(Conformance);
