//! A configuration schema whose parts refer to each other twice, thirty deep: a small value
//! takes a billion looks at it.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        let level = |n: u32| {
            let next = format!(r##"{{"$ref": "#/$defs/d{}"}}"##, n + 1);
            format!(r#""d{n}": {{"allOf": [{next}, {next}]}}"#)
        };
        let levels: Vec<_> = (0..30).map(level).collect();
        let levels = levels.join(", ");
        let schema = format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{levels}, "d30": {{}}}}}}"##);
        Description {
            config_schema: Some(schema),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
