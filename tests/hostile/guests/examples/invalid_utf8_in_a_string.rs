//! A string of the component model that is not UTF-8.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let text = shared(b"\xff\xfe");
        Ok(emits(emission(
            1,
            Values::Texts(Text::Separate(vec![text])),
        )))
    }
}

hostile_guests::bolt!(Attack);
