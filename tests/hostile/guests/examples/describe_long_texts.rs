//! Describes itself with a summary and names of a hundred thousand characters.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        let long = |what: &str| format!("{what}\x1b[2J{}", "x".repeat(100_000));
        let mut output = text_stream();
        output.name = long("stream");
        output.fields[0].name = long("field");
        Description {
            summary: long("summary"),
            capabilities: vec![Capability::Stdout; 100_000],
            ..described([output])
        }
    }
}

hostile_guests::bolt!(Attack);
