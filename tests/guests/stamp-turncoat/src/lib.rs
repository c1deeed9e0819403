//! Version 5 of the bolt that stamps rows: it behaves as long as rows come. When none has
//! come for a while it takes all memory there is, fills the log, and fails every row.

use guest_stamp::Stamp;
use stormcell_sdk::log::{error, info};
use stormcell_sdk::prelude::*;

/// Ticks without a row after which it turns: more than a busy machine makes of rows that
/// come all the time.
const QUIET: u32 = 25;

struct Turncoat {
    honest: Stamp<5>,
    quiet: u32,
}

impl Turncoat {
    fn has_turned(&self) -> bool {
        self.quiet >= QUIET
    }
}

impl Bolt for Turncoat {
    fn describe() -> Description {
        <Stamp<5> as Bolt>::describe()
    }

    fn prepare(context: &Context) -> Result<Self> {
        let honest = <Stamp<5> as Bolt>::prepare(context)?;
        Ok(Self { honest, quiet: 0 })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        if !self.has_turned() {
            self.quiet = 0;
            return Bolt::process(&mut self.honest, tuple, out);
        }
        while core::arch::wasm32::memory_grow::<0>(16) != usize::MAX {}
        for line in 0..100 {
            error!("{line}: {}", "x".repeat(1_000));
        }
        bail!("nobody watches {}", tuple.int("number")?)
    }

    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        if !self.has_turned() {
            self.quiet += 1;
            if self.has_turned() {
                info!("it turns");
            }
        }
        Bolt::tick(&mut self.honest, now, out)
    }
}

stormcell_sdk::bolt!(Turncoat);
