//! Version 4 of the bolt that stamps rows: what it says of its rows depends on how much
//! memory it is given.

use guest_stamp::Stamp;
use stormcell_sdk::prelude::*;

/// Pages of 64 KiB: 100 MiB.
const PAGES: usize = 1_600;

struct Fickle(Stamp<4>);

impl Bolt for Fickle {
    fn describe() -> Description {
        if core::arch::wasm32::memory_grow::<0>(PAGES) != usize::MAX {
            return <Stamp<4> as Bolt>::describe();
        }
        Description::new("stamps numbers with something else")
            .input([("number", Type::Int)])
            .output(Stream::default([
                ("number", Type::Int),
                ("version", Type::Timestamp),
            ]))
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        <Stamp<4> as Bolt>::prepare(context).map(Self)
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        Bolt::process(&mut self.0, tuple, out)
    }

    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        Bolt::tick(&mut self.0, now, out)
    }
}

stormcell_sdk::bolt!(Fickle);
