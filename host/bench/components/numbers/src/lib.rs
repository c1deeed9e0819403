//! A spout that emits 0, 1, 2 and so on.

use serde::Deserialize;
use stormcell_sdk::prelude::*;
use stormcell_sdk::{ColumnBuilder, Tracking};

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "rows": {"type": "integer", "minimum": 0, "description": "How many rows each task emits; without it there is no end."}
    },
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    rows: Option<u64>,
}

struct Numbers {
    end: u64,
    next: u64,
}

impl Spout for Numbers {
    fn describe() -> Description {
        Description::new("emits 0, 1, 2 and so on")
            .output(Stream::default([("number", Type::Int)]))
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        Ok(Self {
            end: config.rows.unwrap_or(u64::MAX),
            next: 0,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let ids = self.next..self.end.min(self.next.saturating_add(max_rows.into()));
        if ids.is_empty() {
            return Ok(Next::Ended);
        }
        self.next = ids.end;
        let mut column = ColumnBuilder::with_capacity(Type::Int, max_rows as usize, 0);
        for number in ids.clone() {
            column.push(number.cast_signed())?;
        }
        out.emit_columns(
            "default",
            vec![column.finish()],
            Tracking::Ids(ids.collect()),
        )?;
        Ok(Next::More)
    }
}

stormcell_sdk::spout!(Numbers);
