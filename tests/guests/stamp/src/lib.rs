//! A bolt that passes numbers on, stamped with the version of its module: what is
//! deployed in place of what, and whose rows went through which, can be seen by them.

use serde::Deserialize;
use stormcell_sdk::log::info;
use stormcell_sdk::prelude::*;

/// The version that fails every row.
pub const FAILING: i64 = -1;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// Fail every so manieth row of an instance.
    fail_every: Option<u64>,
    /// Trap at the so manieth row of an instance.
    trap_at: Option<u64>,
    /// Keep the numbers that this divides until the next tick, so that there is always
    /// something in flight.
    keep: Option<u64>,
}

/// The bolt of this version.
pub struct Stamp<const VERSION: i64> {
    config: Config,
    rows: u64,
    kept: Vec<(Handle, i64)>,
}

impl<const VERSION: i64> Bolt for Stamp<VERSION> {
    fn describe() -> Description {
        Description::new("stamps numbers with its version")
            .input([("number", Type::Int)])
            .output(Stream::default([
                ("number", Type::Int),
                ("version", Type::Int),
            ]))
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        info!("version {VERSION} in task {}", context.task());
        Ok(Self {
            config: context.config()?,
            rows: 0,
            kept: Vec::new(),
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let number = tuple.int("number")?;
        ensure!(VERSION != FAILING, "this version fails every row");
        self.rows += 1;
        if self.config.trap_at == Some(self.rows) {
            panic!("row {} of the instance traps", self.rows);
        }
        let due = |every| self.rows.is_multiple_of(every);
        if self.config.fail_every.is_some_and(due) {
            out.fail(tuple.handle(), "failed as told".to_owned())?;
            return Ok(());
        }
        let divided = |by| u64::try_from(number).is_ok_and(|number| number.is_multiple_of(by));
        if self.config.keep.is_some_and(divided) {
            self.kept.push((tuple.handle(), number));
            return Ok(out.keep(tuple.handle())?);
        }
        out.emit((number, VERSION))
    }

    fn tick(&mut self, _now: u64, out: &mut Emitter) -> Result<()> {
        for (row, number) in self.kept.drain(..) {
            out.to("default").anchors(&[row]).emit((number, VERSION))?;
            out.ack(row)?;
        }
        Ok(())
    }
}
