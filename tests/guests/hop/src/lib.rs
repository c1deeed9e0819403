//! A bolt for cycles: `i` is how many hops a row has left. Rows with hops left go on by
//! the stream `default`, rows without by `done`.

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// What rows that come from a spout get.
    hops: Option<i64>,
    /// How often it emits a row that has hops left.
    #[serde(default = "one")]
    copies: u32,
    /// Hops cost nothing: rows go round for ever.
    #[serde(default)]
    endless: bool,
}

fn one() -> u32 {
    1
}

struct Hop {
    config: Config,
}

impl Bolt for Hop {
    fn describe() -> Description {
        let fields = || [("i", Type::Int), ("text", Type::Text)];
        Description::new("passes rows round")
            .input(fields())
            .output(Stream::default(fields()))
            .output(Stream::new("done", fields()))
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        Ok(Self {
            config: context.config()?,
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let text = tuple.text("text")?;
        let begins = tuple.input().component() == "source";
        let left = match self.config.hops {
            Some(hops) if begins => hops,
            _ => tuple.int("i")?,
        };
        if left == 0 {
            return out.to("done").emit((0, text));
        }
        let left = if self.config.endless { left } else { left - 1 };
        (0..self.config.copies).try_for_each(|_| out.emit((left, text)))
    }
}

stormcell_sdk::bolt!(Hop);
