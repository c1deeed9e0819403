//! A configuration schema with a pattern that is small to write and large to compile.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            config_schema: Some(
                r#"{"properties": {"key": {"pattern": "((a{1,1000}){1,1000}){1,1000}"}}}"#
                    .to_owned(),
            ),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
