//! A configuration schema with a thousand patterns that are megabytes each when compiled.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        let pattern = |n: u32| format!(r#""k{n}": {{"pattern": "(a{{1,100}}){{1,100}}{n}"}}"#);
        let patterns: Vec<_> = (0..1_000).map(pattern).collect();
        let patterns = patterns.join(", ");
        Description {
            config_schema: Some(format!(r#"{{"properties": {{{patterns}}}}}"#)),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
