//! A bolt that counts words, and emits the counts when it is closed.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use stormcell_sdk::prelude::*;

/// A fixed hash, so that runs are alike.
type Hasher = BuildHasherDefault<std::hash::DefaultHasher>;

struct Count {
    counts: HashMap<String, i64, Hasher>,
}

impl BatchBolt for Count {
    fn describe() -> Description {
        Description::new("counts words")
            .input([("word", Type::Text)])
            .output(Stream::default([
                ("word", Type::Text),
                ("count", Type::Int),
            ]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self {
            counts: HashMap::default(),
        })
    }

    fn process_batch(&mut self, batch: Batch<'_>, _out: &mut Emitter) -> Result<()> {
        for word in batch.texts("word")?.values() {
            match self.counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(word.to_owned(), 1);
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, _reason: CloseReason, out: &mut Emitter) -> Result<()> {
        self.counts.drain().try_for_each(|row| out.emit(row))
    }
}

stormcell_sdk::bolt!(Count);
