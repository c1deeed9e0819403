//! A configuration schema that has a lot to say about a value that does not fit it.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        let long = |n: u32| format!("{n}{}", "x".repeat(20_000));
        let options: Vec<_> = (0..20).map(|n| format!("\"{}\"", long(n))).collect();
        let keys: Vec<_> = (20..40).map(|n| format!("\"{}\"", long(n))).collect();
        let (options, keys) = (options.join(", "), keys.join(", "));
        let schema = format!(
            r#"{{"required": [{keys}], "properties": {{"key": {{"enum": [{options}]}}}}}}"#
        );
        Description {
            config_schema: Some(schema),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
