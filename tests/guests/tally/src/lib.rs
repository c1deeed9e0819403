//! A bolt that counts its rows and notes each of them in its state. The count is read once,
//! when an instance is prepared, as an author would who wants to be fast.

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The field of the numbers of the rows.
    #[serde(default = "i")]
    field: String,
    /// The rows at which it traps, after it has counted them.
    #[serde(default)]
    trap: Vec<i64>,
    /// The rows at which it returns an error, likewise.
    #[serde(default)]
    error: Vec<i64>,
}

fn i() -> String {
    "i".to_owned()
}

struct Tally {
    config: Config,
    count: u64,
}

impl Bolt for Tally {
    fn describe() -> Description {
        Description::new("counts rows in its state").config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let count = match state::get("count")? {
            Some(bytes) => u64::from_le_bytes(bytes.as_slice().try_into()?),
            None => 0,
        };
        Ok(Self {
            config: context.config()?,
            count,
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, _out: &mut Emitter) -> Result<()> {
        let i = tuple.int(self.config.field.as_str())?;
        self.count += 1;
        state::set("count", self.count.to_le_bytes())?;
        state::set(&format!("row.{i:06}"), [])?;
        assert!(!self.config.trap.contains(&i), "row {i} traps");
        ensure!(!self.config.error.contains(&i), "row {i} is an error");
        Ok(())
    }
}

stormcell_sdk::bolt!(Tally);
