//! A bolt that counts words as `count` does, but says in the end only how many there were:
//! for more words than one call may return.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use stormcell_sdk::prelude::*;

/// A fixed hash, so that runs are alike.
type Hasher = BuildHasherDefault<std::hash::DefaultHasher>;

struct Tally {
    counts: HashMap<String, i64, Hasher>,
}

impl BatchBolt for Tally {
    fn describe() -> Description {
        Description::new("counts words and says how many there were")
            .input([("word", Type::Text)])
            .output(Stream::default([("words", Type::Int)]))
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
        out.emit((i64::try_from(self.counts.len())?,))
    }
}

stormcell_sdk::bolt!(Tally);
