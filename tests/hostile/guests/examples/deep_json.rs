//! JSON of a hundred thousand brackets within each other.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        described([stream(ValueType::Json)])
    }

    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let depth = 100_000;
        let json = "[".repeat(depth) + &"]".repeat(depth);
        Ok(emits(emission(
            1,
            Values::Jsons(Text::Separate(vec![json])),
        )))
    }
}

hostile_guests::bolt!(Attack);
