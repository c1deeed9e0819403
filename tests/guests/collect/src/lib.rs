//! A bolt that keeps rows until it has so many, then emits one that is anchored to all
//! of them, and acks them (Storm's test `AggBolt`).

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// How many rows.
    rows: usize,
}

struct Collect {
    config: Config,
    kept: Vec<Handle>,
}

impl Bolt for Collect {
    fn describe() -> Description {
        Description::new("joins rows")
            .input([("i", Type::Int), ("text", Type::Text)])
            .output(Stream::default([("i", Type::Int), ("text", Type::Text)]))
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        Ok(Self {
            config: context.config()?,
            kept: Vec::new(),
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        out.keep(tuple.handle())?;
        self.kept.push(tuple.handle());
        if self.kept.len() == self.config.rows {
            let row = (tuple.int("i")?, tuple.text("text")?);
            out.to("default").anchors(&self.kept).emit(row)?;
            for row in self.kept.drain(..) {
                out.ack(row)?;
            }
        }
        Ok(())
    }
}

stormcell_sdk::bolt!(Collect);
