//! A bolt that keeps rows: for ever, or until it has been ticked a number of times.

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// The rows that it keeps; the others are acked. Without it: all.
    rows: Option<Vec<i64>>,
    /// In each tick, have the time-out of kept rows start again.
    #[serde(default)]
    extend: bool,
    /// Ack a row after so many ticks.
    release: Option<u32>,
}

struct Hold {
    config: Config,
    /// Each with the ticks since it came.
    kept: Vec<(Handle, u32)>,
}

impl Bolt for Hold {
    fn describe() -> Description {
        Description::new("keeps rows")
            .input([("i", Type::Int)])
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        Ok(Self {
            config: context.config()?,
            kept: Vec::new(),
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let i = tuple.int("i")?;
        let rows = &self.config.rows;
        if rows.as_ref().is_none_or(|rows| rows.contains(&i)) {
            out.keep(tuple.handle())?;
            self.kept.push((tuple.handle(), 0));
        }
        Ok(())
    }

    fn tick(&mut self, _now: u64, out: &mut Emitter) -> Result<()> {
        let mut kept = Vec::new();
        for (row, ticks) in self.kept.drain(..) {
            if self.config.release == Some(ticks + 1) {
                out.ack(row)?;
                continue;
            }
            if self.config.extend {
                out.extend(row)?;
            }
            kept.push((row, ticks + 1));
        }
        self.kept = kept;
        Ok(())
    }
}

stormcell_sdk::bolt!(Hold);
