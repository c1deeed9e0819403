//! A spout that goes round a number of keys, and says on its standard output when its
//! first row and when its last row is acked: whoever started it sees when that is.

use std::time::Duration;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "keys": {"type": "integer", "minimum": 1, "maximum": 1000000},
        "rows": {"type": "integer", "minimum": 1, "description": "How many rows it emits."},
        "stays": {"type": "boolean", "description": "Whether it does not end after that."}
    },
    "required": ["keys", "rows"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    keys: u64,
    rows: u64,
    #[serde(default)]
    stays: bool,
}

struct Keys {
    keys: Vec<String>,
    rows: u64,
    stays: bool,
    emitted: u64,
    acked: u64,
}

impl Spout for Keys {
    fn describe() -> Description {
        Description::new("emits keys, one after the other and round again")
            .output(Stream::default([("text", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
            .needs(Capability::Stdout)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        Ok(Self {
            keys: (0..config.keys)
                .map(|key| format!("key-{key:06}"))
                .collect(),
            rows: config.rows,
            stays: config.stays,
            emitted: 0,
            acked: 0,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let end = self.rows.min(self.emitted + u64::from(max_rows));
        while self.emitted < end {
            let key = usize::try_from(self.emitted)? % self.keys.len();
            out.emit_with_id(self.emitted, (&self.keys[key],))?;
            self.emitted += 1;
        }
        Ok(match end == self.rows {
            false => Next::More,
            true if self.stays => Next::Idle(Duration::from_secs(1)),
            true => Next::Ended,
        })
    }

    fn acked_all(&mut self, ids: impl ExactSizeIterator<Item = u64>) -> Result<()> {
        if self.acked == 0 {
            println!("first");
        }
        self.acked += ids.len() as u64;
        if self.acked == self.rows {
            println!("last");
        }
        Ok(())
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        bail!("row {id} failed; what is measured here must not fail")
    }
}

stormcell_sdk::spout!(Keys);
