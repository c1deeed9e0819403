//! A configuration schema with a pattern that takes for ever to be matched, if it is matched by trying.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            config_schema: Some(r#"{"properties": {"key": {"pattern": "^(a+)+$"}}}"#.to_owned()),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
