//! A spout that emits the same text as often as it is asked for: it costs next to nothing,
//! so what is measured is everything else.

use serde::Deserialize;
use stormcell_sdk::prelude::*;
use stormcell_sdk::{Column, ColumnBuilder, Tracking};

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "rows": {"type": "integer", "minimum": 0, "description": "How many rows each task emits; without it there is no end."},
        "bytes": {"type": "integer", "minimum": 0, "maximum": 1048576, "description": "The size of the text; 10 without it."},
        "tracking": {"enum": ["none", "ids", "host"]}
    },
    "required": ["tracking"],
    "additionalProperties": false
}"#;

/// What a call emits has no more bytes, unless it is a single row.
const CALL_BYTES: usize = 4 << 20;

#[derive(Deserialize)]
struct Config {
    rows: Option<u64>,
    #[serde(default = "ten")]
    bytes: usize,
    tracking: Mode,
}

fn ten() -> usize {
    10
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    None,
    Ids,
    Host,
}

struct Constant {
    left: Option<u64>,
    text: String,
    tracking: Mode,
    next_id: u64,
    /// The column of the call before: calls mostly ask for as many rows again.
    column: Option<Column>,
}

impl Constant {
    fn column(&mut self, rows: usize) -> Result<Column> {
        if let Some(column) = self.column.as_ref().filter(|column| column.rows() == rows) {
            return Ok(column.clone());
        }
        let mut builder =
            ColumnBuilder::with_capacity(Type::Text, rows, rows.saturating_mul(self.text.len()));
        for _ in 0..rows {
            builder.push(&self.text)?;
        }
        let column = builder.finish();
        self.column = Some(column.clone());
        Ok(column)
    }
}

impl Spout for Constant {
    fn describe() -> Description {
        Description::new("emits the same text without end")
            .output(Stream::default([("text", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        Ok(Self {
            left: config.rows,
            text: "x".repeat(config.bytes),
            tracking: config.tracking,
            next_id: 0,
            column: None,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let fit = CALL_BYTES / self.text.len().max(1);
        let most = u64::from(max_rows).min(fit.max(1) as u64);
        let rows = self.left.map_or(most, |left| left.min(most));
        if rows > 0 {
            let tracking = match self.tracking {
                Mode::None => Tracking::None,
                Mode::Host => Tracking::ReplayedByHost,
                Mode::Ids => Tracking::Ids((self.next_id..self.next_id + rows).collect()),
            };
            let column = self.column(usize::try_from(rows)?)?;
            out.emit_columns("default", vec![column], tracking)?;
            self.next_id += rows;
        }
        if let Some(left) = &mut self.left {
            *left -= rows;
        }
        Ok(if self.left == Some(0) {
            Next::Ended
        } else {
            Next::More
        })
    }
}

stormcell_sdk::spout!(Constant);
