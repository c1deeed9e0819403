//! Version 3 of the bolt that stamps rows: it reads the clock, which the others do not ask
//! for.

use std::time::SystemTime;

use guest_stamp::Stamp;
use stormcell_sdk::log::info;
use stormcell_sdk::prelude::*;

struct WithClock(Stamp<3>);

impl Bolt for WithClock {
    fn describe() -> Description {
        <Stamp<3> as Bolt>::describe()
    }

    fn prepare(context: &Context) -> Result<Self> {
        info!("it is {:?}", SystemTime::now());
        <Stamp<3> as Bolt>::prepare(context).map(Self)
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        Bolt::process(&mut self.0, tuple, out)
    }

    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        Bolt::tick(&mut self.0, now, out)
    }
}

stormcell_sdk::bolt!(WithClock);
