//! A bolt that prints its rows: the number, a space, the text.

use stormcell_sdk::prelude::*;

struct Print;

impl Bolt for Print {
    fn describe() -> Description {
        Description::new("prints rows")
            .input([("i", Type::Int), ("text", Type::Text)])
            .needs(Capability::Stdout)
    }

    fn prepare(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process(&mut self, tuple: &Tuple<'_>, _out: &mut Emitter) -> Result<()> {
        println!("{} {}", tuple.int("i")?, tuple.text("text")?);
        Ok(())
    }

    fn close(&mut self, reason: CloseReason, _out: &mut Emitter) -> Result<()> {
        println!("close {reason:?}");
        Ok(())
    }
}

stormcell_sdk::bolt!(Print);
