//! A configuration schema that is to be fetched from where clouds tell machines their secrets.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            config_schema: Some(
                r#"{"$ref": "http://169.254.169.254/latest/meta-data"}"#.to_owned(),
            ),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
