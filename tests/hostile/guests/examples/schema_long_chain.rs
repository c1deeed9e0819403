//! A configuration schema of ten thousand parts, each of which refers to the next.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        let part = |n: u32| format!(r##""d{n}": {{"$ref": "#/$defs/d{}"}}"##, n + 1);
        let parts: Vec<_> = (0..10_000).map(part).collect();
        let parts = parts.join(", ");
        let schema = format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{parts}, "d10000": {{}}}}}}"##);
        Description {
            config_schema: Some(schema),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
