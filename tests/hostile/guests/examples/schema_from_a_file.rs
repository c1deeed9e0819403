//! A configuration schema that is to be read from a file of the host.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            config_schema: Some(r#"{"$ref": "file:///etc/passwd"}"#.to_owned()),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
