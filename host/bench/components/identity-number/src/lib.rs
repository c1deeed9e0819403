//! A bolt that emits numbers as they are.

use stormcell_sdk::prelude::*;

struct IdentityNumber;

impl BatchBolt for IdentityNumber {
    fn describe() -> Description {
        Description::new("emits numbers as they are")
            .input([("number", Type::Int)])
            .output(Stream::default([("number", Type::Int)]))
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        let anchors = batch.anchors();
        out.emit_columns("default", batch.into_columns(), anchors)
    }
}

stormcell_sdk::bolt!(IdentityNumber);
