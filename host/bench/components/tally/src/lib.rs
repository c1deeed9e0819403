//! A bolt that counts words as `count` does, but says in the end only how many there were:
//! for more words than one call may return.

use bench_counts::Counts;
use stormcell_sdk::prelude::*;

struct Tally {
    counts: Counts,
}

impl BatchBolt for Tally {
    fn describe() -> Description {
        Description::new("counts words and says how many there were")
            .input([("word", Type::Text)])
            .output(Stream::default([("words", Type::Int)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self {
            counts: Counts::default(),
        })
    }

    fn process_batch(&mut self, batch: Batch<'_>, _out: &mut Emitter) -> Result<()> {
        self.counts.extend(batch.texts("word")?.values());
        Ok(())
    }

    fn close(&mut self, _reason: CloseReason, out: &mut Emitter) -> Result<()> {
        out.emit((i64::try_from(self.counts.words())?,))
    }
}

stormcell_sdk::bolt!(Tally);
