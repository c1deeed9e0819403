//! A bolt that emits its rows as they are.

use stormcell_sdk::prelude::*;

struct Identity;

impl BatchBolt for Identity {
    fn describe() -> Description {
        Description::new("emits its rows as they are")
            .input([("text", Type::Text)])
            .output(Stream::default([("text", Type::Text)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        let anchors = batch.anchors();
        out.emit_columns("default", batch.into_columns(), anchors)
    }
}

stormcell_sdk::bolt!(Identity);
