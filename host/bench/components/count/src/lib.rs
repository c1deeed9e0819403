//! A bolt that counts words, and emits the counts when it is closed.

use bench_counts::Counts;
use stormcell_sdk::prelude::*;

struct Count {
    counts: Counts,
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
            counts: Counts::default(),
        })
    }

    fn process_batch(&mut self, batch: Batch<'_>, _out: &mut Emitter) -> Result<()> {
        self.counts.extend(batch.texts("word")?.values());
        Ok(())
    }

    fn close(&mut self, _reason: CloseReason, out: &mut Emitter) -> Result<()> {
        self.counts.drain().try_for_each(|row| out.emit(row))
    }
}

stormcell_sdk::bolt!(Count);
