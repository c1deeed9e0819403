//! A bolt that waits for both rows of each pair, and emits one that is anchored to both.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasherDefault;

use stormcell_sdk::prelude::*;
use stormcell_sdk::{Anchors, ColumnBuilder};

/// A fixed hash, so that runs are alike.
type Hasher = BuildHasherDefault<std::hash::DefaultHasher>;

struct Join {
    /// The rows whose other half has not come yet, by number.
    waiting: HashMap<i64, Handle, Hasher>,
}

impl BatchBolt for Join {
    fn describe() -> Description {
        Description::new("joins the two rows of each number")
            .input([("number", Type::Int)])
            .output(Stream::default([("number", Type::Int)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self {
            waiting: HashMap::default(),
        })
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        let mut joined = ColumnBuilder::new(Type::Int);
        let mut anchors = Anchors::new();
        let mut kept_before = Vec::new();
        for (number, row) in batch.ints("number")?.values().zip(batch.handles()) {
            match self.waiting.entry(number) {
                Entry::Vacant(place) => {
                    out.keep(row)?;
                    place.insert(row);
                }
                Entry::Occupied(place) => {
                    let other = place.remove();
                    joined.push(number)?;
                    anchors.push(&[other, row]);
                    kept_before.push(other);
                }
            }
        }
        // A row can be anchored to until it is acked.
        out.emit_columns("default", vec![joined.finish()], anchors)?;
        for row in kept_before {
            out.ack(row)?;
        }
        Ok(())
    }
}

stormcell_sdk::bolt!(Join);
