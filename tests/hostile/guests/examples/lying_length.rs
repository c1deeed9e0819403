//! A list that is said to be as long as half of the memory that there could be.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let offsets = vec![0, 1];
        let data = lying(0x7fff_ff00);
        let text = Text::Packed(Packed { offsets, data });
        Ok(emits(emission(1, Values::Texts(text))))
    }
}

hostile_guests::bolt!(Attack);
