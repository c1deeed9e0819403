//! A bolt that counts the texts of its rows, and ticks, and emits the counts when it is
//! closed.

use std::collections::BTreeMap;

use stormcell_sdk::prelude::*;

struct Count {
    counts: BTreeMap<String, i64>,
}

impl Bolt for Count {
    fn describe() -> Description {
        Description::new("counts words")
            .input([("text", Type::Text)])
            .output(Stream::default([("i", Type::Int), ("text", Type::Text)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self {
            counts: BTreeMap::new(),
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, _out: &mut Emitter) -> Result<()> {
        let word = tuple.text("text")?;
        match self.counts.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(word.to_owned(), 1);
            }
        }
        Ok(())
    }

    fn tick(&mut self, _now: u64, _out: &mut Emitter) -> Result<()> {
        metrics::count("ticks", 1);
        Ok(())
    }

    fn close(&mut self, _reason: CloseReason, out: &mut Emitter) -> Result<()> {
        let mut counts = self.counts.iter();
        counts.try_for_each(|(word, count)| out.emit((*count, word)))
    }
}

stormcell_sdk::bolt!(Count);
