//! A configuration schema that refers to itself without end.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            config_schema: Some(r##"{"$ref": "#"}"##.to_owned()),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
