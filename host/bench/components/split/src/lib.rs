//! A bolt that splits texts into words, on columns.

use stormcell_sdk::prelude::*;
use stormcell_sdk::{Anchors, ColumnBuilder};

struct Split;

impl BatchBolt for Split {
    fn describe() -> Description {
        Description::new("splits texts into words")
            .input([("text", Type::Text)])
            .output(Stream::default([("word", Type::Text)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        let texts = batch.texts("text")?;
        // A word of English has five letters and a space.
        let bytes = texts.data().len();
        let mut words = ColumnBuilder::with_capacity(Type::Text, bytes / 5, bytes);
        let mut anchors = Anchors::new();
        for (text, handle) in texts.values().zip(batch.handles()) {
            for word in text.split(' ') {
                words.push(word)?;
                anchors.push_one(handle);
            }
        }
        out.emit_columns("default", vec![words.finish()], anchors)
    }
}

stormcell_sdk::bolt!(Split);
