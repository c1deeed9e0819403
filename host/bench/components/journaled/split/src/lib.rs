//! A bolt that splits numbered sentences into words. A word's place is the number of its
//! sentence times 16, and its number in the sentence.

use stormcell_sdk::prelude::*;
use stormcell_sdk::{Anchors, ColumnBuilder};

/// Sentences have fewer words.
const PLACES: i64 = 16;

struct Split;

impl BatchBolt for Split {
    fn describe() -> Description {
        Description::new("splits numbered sentences into words")
            .input([("number", Type::Int), ("text", Type::Text)])
            .output(Stream::default([
                ("word", Type::Text),
                ("place", Type::Int),
            ]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        let (numbers, texts) = (batch.ints("number")?, batch.texts("text")?);
        // A word of English has five letters and a space.
        let bytes = texts.data().len();
        let mut words = ColumnBuilder::with_capacity(Type::Text, bytes / 5, bytes);
        let mut places = ColumnBuilder::with_capacity(Type::Int, bytes / 5, 0);
        let mut anchors = Anchors::new();
        for ((number, text), handle) in numbers.values().zip(texts.values()).zip(batch.handles()) {
            for (place, word) in (0..PLACES).zip(text.split(' ')) {
                words.push(word)?;
                places.push(number * PLACES + place)?;
                anchors.push_one(handle);
            }
        }
        out.emit_columns("default", vec![words.finish(), places.finish()], anchors)
    }
}

stormcell_sdk::bolt!(Split);
