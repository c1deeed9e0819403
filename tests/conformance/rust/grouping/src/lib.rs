//! The conformance grouping: what it does is written in `tests/conformance/README.md`.

use serde::Deserialize;
use stormcell_sdk::prelude::*;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {"copies": {"type": "integer", "minimum": 1}},
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    #[serde(default = "one")]
    copies: usize,
}

fn one() -> usize {
    1
}

struct Conformance {
    copies: usize,
}

impl CustomGrouping for Conformance {
    fn describe() -> GroupingDescription {
        GroupingDescription::new("conformance grouping")
            .input([Field::nullable("i", Type::Int)])
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &GroupingContext) -> Result<Self> {
        let Config { copies } = context.config()?;
        Ok(Self { copies })
    }

    fn choose(&mut self, tuple: &Tuple<'_>, targets: &mut Targets) -> Result<()> {
        let Some(i) = tuple.get::<Option<i64>>("i")? else {
            return Ok(());
        };
        let count = targets.count();
        let first = usize::try_from(i.rem_euclid(i64::try_from(count)?))?;
        // Never a target twice.
        for copy in 0..self.copies.min(count) {
            targets.choose((first + copy) % count)?;
        }
        Ok(())
    }
}

stormcell_sdk::custom_grouping!(Conformance);
