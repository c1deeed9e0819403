//! A bolt that takes rows and does nothing.

use stormcell_sdk::prelude::*;

struct Null;

impl BatchBolt for Null {
    fn describe() -> Description {
        Description::new("takes rows and does nothing")
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process_batch(&mut self, _batch: Batch<'_>, _out: &mut Emitter) -> Result<()> {
        Ok(())
    }
}

stormcell_sdk::bolt!(Null);
