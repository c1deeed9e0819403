//! A bolt that writes every number it gets to a file before it acks it: what is not in
//! these files was never acked rightly.
//!
//! Each instance has a file of its own, `TASK-RANDOM.log`, of lines `NUMBER VERSION
//! MILLISECONDS`. If the process dies while a line is written, it is the last one and has
//! no end.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// The folder of the files.
    folder: String,
}

struct LogSink {
    file: File,
}

impl BatchBolt for LogSink {
    fn describe() -> Description {
        Description::new("writes numbers to a file")
            .input([("number", Type::Int), ("version", Type::Int)])
            .config_schema(r#"{"type": "object"}"#)
            .needs(Capability::Files)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        let random = RandomState::new().hash_one(context.task());
        let name = format!("{}-{random:016x}.log", context.task());
        let path = Path::new(&config.folder).join(name);
        let mut options = OpenOptions::new();
        let opened = options.append(true).create_new(true).open(&path);
        Ok(Self {
            file: opened.with_context(|| format!("making {}", path.display()))?,
        })
    }

    fn process_batch(&mut self, batch: Batch<'_>, _out: &mut Emitter) -> Result<()> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let (numbers, versions) = (batch.ints("number")?, batch.ints("version")?);
        let mut lines = Vec::new();
        for (number, version) in numbers.values().zip(versions.values()) {
            writeln!(lines, "{number} {version} {}", now.as_millis())?;
        }
        self.file.write_all(&lines)?;
        Ok(())
    }
}

stormcell_sdk::bolt!(LogSink);
