//! A spout that emits a number of different keys, each as often as the others, in an order
//! in which neighbours have nothing in common.

use serde::Deserialize;
use stormcell_sdk::prelude::*;
use stormcell_sdk::{ColumnBuilder, Tracking};

/// Coprime to every power of ten, so that multiples of it go through all keys.
const STRIDE: u64 = 0x9e37_79b1;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "keys": {"type": "integer", "minimum": 1, "maximum": 4294967295, "description": "How many keys there are; a power of ten, or not all come."},
        "rows": {"type": "integer", "minimum": 0}
    },
    "required": ["keys", "rows"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    keys: u64,
    rows: u64,
}

struct Distinct {
    config: Config,
    emitted: u64,
}

/// A key as eight hexadecimal digits.
fn digits(key: u64) -> [u8; 8] {
    std::array::from_fn(|place| b"0123456789abcdef"[(key >> (28 - 4 * place)) as usize & 15])
}

impl Spout for Distinct {
    fn describe() -> Description {
        Description::new("emits a number of different keys")
            .output(Stream::default([("word", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &Context) -> Result<Self> {
        Ok(Self {
            config: context.config()?,
            emitted: 0,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let end = self.config.rows.min(self.emitted + u64::from(max_rows));
        let rows = usize::try_from(end - self.emitted)?;
        let mut words = ColumnBuilder::with_capacity(Type::Text, rows, 8 * rows);
        for row in self.emitted..end {
            let key = row.wrapping_mul(STRIDE) % self.config.keys;
            words.push(std::str::from_utf8(&digits(key))?)?;
        }
        let ids = Tracking::Ids((self.emitted..end).collect());
        out.emit_columns("default", vec![words.finish()], ids)?;
        self.emitted = end;
        Ok(if end == self.config.rows {
            Next::Ended
        } else {
            Next::More
        })
    }
}

stormcell_sdk::spout!(Distinct);
