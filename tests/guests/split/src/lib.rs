//! A bolt that splits texts into words.

use stormcell_sdk::prelude::*;

struct Split;

impl Bolt for Split {
    fn describe() -> Description {
        Description::new("splits texts into words")
            .input([("i", Type::Int), ("text", Type::Text)])
            .output(Stream::default([("i", Type::Int), ("text", Type::Text)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let i = tuple.int("i")?;
        let mut words = tuple.text("text")?.split_whitespace();
        words.try_for_each(|word| out.emit((i, word)))
    }
}

stormcell_sdk::bolt!(Split);
