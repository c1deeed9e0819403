//! A bolt that counts words, and writes down the place of each before it acks it: of a
//! sentence whose words are not all there, it can not rightly be said that it is acked.
//!
//! Each instance has a file of its own: places, 32 bits each, little-endian, which is
//! enough for 2^28 sentences. The last one has no end if the process dies while it is
//! written.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::path::PathBuf;

use bench_counts::Counts;
use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
struct Config {
    /// The folder of the files.
    folder: PathBuf,
}

struct Count {
    counts: Counts,
    file: File,
    buffer: Vec<u8>,
}

impl BatchBolt for Count {
    fn describe() -> Description {
        Description::new("counts words and writes down which ones it got")
            .input([("word", Type::Text), ("place", Type::Int)])
            .config_schema(r#"{"type": "object"}"#)
            .needs(Capability::Files)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let Config { folder } = context.config()?;
        let random = RandomState::new().hash_one(context.task());
        let path = folder.join(format!("{random:016x}.places"));
        let mut options = OpenOptions::new();
        let opened = options.write(true).create_new(true).open(&path);
        Ok(Self {
            counts: Counts::default(),
            file: opened.with_context(|| format!("making {}", path.display()))?,
            buffer: Vec::new(),
        })
    }

    fn process_batch(&mut self, batch: Batch<'_>, _out: &mut Emitter) -> Result<()> {
        self.buffer.clear();
        for place in batch.ints("place")?.values() {
            let place = u32::try_from(place)?;
            self.buffer.extend_from_slice(&place.to_le_bytes());
        }
        self.counts.extend(batch.texts("word")?.values());
        self.file.write_all(&self.buffer)?;
        Ok(())
    }
}

stormcell_sdk::bolt!(Count);
