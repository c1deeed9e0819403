//! A spout of numbered rows. Row `i` of a topology is always the same, so an instance
//! can emit it again without having kept it.

use std::collections::VecDeque;
use std::fs;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// How many rows each task emits; without it there is no end.
    rows: Option<u64>,
    /// The texts of the rows, in turn.
    #[serde(default)]
    texts: Vec<String>,
    #[serde(default)]
    tracking: Tracking,
    /// The most rows that it emits in one call.
    batch: Option<u32>,
    /// Emit failed rows again.
    #[serde(default)]
    again: bool,
    /// Print what becomes of rows.
    #[serde(default)]
    tell: bool,
    /// Print the same to standard error.
    #[serde(default)]
    tell_errors: bool,
    /// Where the number of the next row is kept for the next instance.
    checkpoint: Option<String>,
    /// Trap in every so manieth call of `next` of an instance.
    trap_every: Option<u32>,
    /// Trap in the first call of `acked` of the first instance; needs `checkpoint`.
    #[serde(default)]
    trap_in_acked: bool,
    /// Return an error from every so manieth call of `next`.
    fail_every: Option<u32>,
    /// What `prepare` says.
    refuse: Option<String>,
    /// Rows go out on the stream that nobody has to read.
    #[serde(default)]
    aside: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tracking {
    None,
    Ids,
    #[default]
    Host,
}

struct Source {
    config: Config,
    first: u64,
    step: u64,
    /// How many rows were emitted for the first time.
    emitted: u64,
    again: VecDeque<u64>,
    calls: u32,
    resumed: bool,
}

impl Source {
    fn emit(&self, row: u64, out: &mut SpoutEmitter) -> Result<()> {
        let text = match self.config.texts.as_slice() {
            [] => "",
            texts => &texts[usize::try_from(row)? % texts.len()],
        };
        let to = out.to(if self.config.aside {
            "aside"
        } else {
            "default"
        });
        let to = match self.config.tracking {
            Tracking::None => to,
            Tracking::Ids => to.id(row),
            Tracking::Host => to.replayed(),
        };
        to.emit((i64::try_from(row)?, text))?;
        Ok(())
    }

    fn tell(&self, line: std::fmt::Arguments<'_>) {
        if self.config.tell_errors {
            eprintln!("{line}");
        }
        if self.config.tell {
            println!("{line}");
        }
    }
}

impl Spout for Source {
    fn describe() -> Description {
        let fields = || [("i", Type::Int), ("text", Type::Text)];
        Description::new("numbered rows")
            .output(Stream::default(fields()))
            .output(Stream::new("aside", fields()))
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        if let Some(reason) = &config.refuse {
            bail!("{reason}");
        }
        let kept = config
            .checkpoint
            .as_ref()
            .and_then(|path| fs::read_to_string(path).ok());
        Ok(Self {
            first: context.task_index().into(),
            step: context.task_count().into(),
            emitted: kept.as_deref().unwrap_or("0").parse()?,
            again: VecDeque::new(),
            calls: 0,
            resumed: kept.is_some(),
            config,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        self.calls += 1;
        let due = |every: Option<u32>| every.is_some_and(|every| self.calls.is_multiple_of(every));
        if due(self.config.trap_every) {
            panic!("trapped as told");
        }
        if due(self.config.fail_every) {
            bail!("failed as told");
        }
        for _ in 0..max_rows.min(self.config.batch.unwrap_or(u32::MAX)) {
            if let Some(row) = self.again.pop_front() {
                self.emit(row, out)?;
            } else if self.config.rows.is_none_or(|rows| self.emitted < rows) {
                self.emit(self.first + self.emitted * self.step, out)?;
                self.emitted += 1;
            } else {
                break;
            }
        }
        if let Some(path) = &self.config.checkpoint {
            fs::write(path, self.emitted.to_string())?;
        }
        let ended = self.config.rows == Some(self.emitted) && self.again.is_empty();
        Ok(if ended { Next::Ended } else { Next::More })
    }

    fn acked(&mut self, id: u64) -> Result<()> {
        if self.config.trap_in_acked && !self.resumed {
            panic!("trapped as told");
        }
        self.tell(format_args!("acked {id}"));
        Ok(())
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        self.tell(format_args!("failed {id}"));
        if self.config.again {
            self.again.push_back(id);
        }
        Ok(())
    }

    fn activate(&mut self) -> Result<()> {
        self.tell(format_args!("activate"));
        Ok(())
    }

    fn deactivate(&mut self) -> Result<()> {
        self.tell(format_args!("deactivate"));
        Ok(())
    }

    fn close(&mut self, reason: CloseReason) -> Result<()> {
        self.tell(format_args!("close {reason:?}"));
        Ok(())
    }
}

stormcell_sdk::spout!(Source);
