//! A bolt that passes rows on, and misbehaves at the rows it is told to.

use std::fs;
use std::time::{Duration, Instant};

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// How often it emits each row.
    #[serde(default = "one")]
    copies: u32,
    /// How often each emitted row is anchored to the row that it was.
    #[serde(default = "one")]
    anchors: usize,
    /// The rows at which it traps.
    #[serde(default)]
    trap: Vec<i64>,
    /// It traps at rows with this number or a higher one.
    trap_from: Option<i64>,
    /// The rows that it fails.
    #[serde(default)]
    fail: Vec<i64>,
    /// What it says of them; without it, which row it is.
    fail_with: Option<String>,
    /// The rows at which it returns an error.
    #[serde(default)]
    error: Vec<i64>,
    #[serde(default)]
    always: Always,
    /// Only the task with this index traps.
    only: Option<u32>,
    /// A file: an instance that finds it when it is prepared does not trap.
    unless: Option<String>,
    /// The first instance makes that file.
    #[serde(default)]
    once_only: bool,
    /// Trap in the so manieth tick of an instance.
    trap_in_tick: Option<u32>,
    /// What `prepare` says in the task with this index.
    refuse: Option<(u32, String)>,
    /// A file that must not be there when it is prepared; it is then.
    once: Option<String>,
    /// How long it computes for each row, in microseconds.
    #[serde(default)]
    work: u64,
    /// How long it waits at each row, in milliseconds.
    #[serde(default)]
    wait: u64,
    /// The rows that it computes and waits for, or makes long, have this number or a higher
    /// one.
    #[serde(default)]
    slow_from: i64,
    /// Only the task with this index computes and waits for them.
    slow_task: Option<u32>,
    /// How many bytes the texts of such rows have when it emits them.
    long: Option<usize>,
    /// The rows at which it calls itself without end.
    #[serde(default)]
    recurse: Vec<i64>,
    /// How long it waits when it is closed, in milliseconds.
    #[serde(default)]
    close_wait: u64,
    /// How long it waits when it is prepared, in milliseconds.
    #[serde(default)]
    prepare_wait: u64,
    /// Emit so many rows with texts of so many bytes in the first tick.
    burst: Option<(i64, usize)>,
}

/// Calls itself, and has something to do with what that returns.
#[expect(unconditional_recursion, reason = "as told")]
fn recurse(i: i64) -> i64 {
    let more = [std::hint::black_box(i); 64];
    recurse(more[7]).wrapping_add(more[9])
}

fn one<N: From<u8>>() -> N {
    1.into()
}

/// What it does with every row.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Always {
    #[default]
    Relay,
    Trap,
    Error,
}

struct Relay {
    config: Config,
    traps: bool,
    slow: bool,
    ticks: u32,
}

impl Bolt for Relay {
    fn describe() -> Description {
        Description::new("passes rows on")
            .input([("i", Type::Int), ("text", Type::Text)])
            .output(Stream::default([("i", Type::Int), ("text", Type::Text)]))
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        if let Some((index, reason)) = &config.refuse
            && *index == context.task_index()
        {
            bail!("{reason}");
        }
        if let Some(path) = &config.once {
            ensure!(!fs::exists(path)?, "there was an instance before");
            fs::write(path, "")?;
        }
        if config.prepare_wait > 0 {
            std::thread::sleep(Duration::from_millis(config.prepare_wait));
        }
        let unless = match &config.unless {
            Some(path) => fs::exists(path)?,
            None => false,
        };
        if let (true, Some(path)) = (config.once_only, &config.unless) {
            fs::write(path, "")?;
        }
        let traps = !unless
            && config
                .only
                .is_none_or(|index| index == context.task_index());
        let slow_task = config.slow_task;
        Ok(Self {
            slow: slow_task.is_none_or(|index| index == context.task_index()),
            config,
            traps,
            ticks: 0,
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let (i, text) = (tuple.int("i")?, tuple.text("text")?);
        let config = &self.config;
        if self.slow && i >= config.slow_from {
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_micros(config.work) {
                std::hint::spin_loop();
            }
            if config.wait > 0 {
                std::thread::sleep(Duration::from_millis(config.wait));
            }
        }
        let traps = config.always == Always::Trap
            || config.trap.contains(&i)
            || config.trap_from.is_some_and(|from| i >= from);
        if self.traps && traps {
            panic!("row {i} traps");
        }
        if config.always == Always::Error || config.error.contains(&i) {
            bail!("row {i} is an error");
        }
        if config.fail.contains(&i) {
            let reason = config.fail_with.clone();
            let reason = reason.unwrap_or_else(|| format!("row {i} is failed"));
            out.fail(tuple.handle(), reason)?;
            return Ok(());
        }
        if config.recurse.contains(&i) {
            ensure!(recurse(i) > 0, "it returned");
        }
        let long = config.long.filter(|_| i >= config.slow_from);
        let long = long.map(|bytes| "x".repeat(bytes));
        let text = long.as_deref().unwrap_or(text);
        let anchors = vec![tuple.handle(); config.anchors];
        for _ in 0..config.copies {
            out.to("default").anchors(&anchors).emit((i, text))?;
        }
        Ok(())
    }

    fn tick(&mut self, _now: u64, out: &mut Emitter) -> Result<()> {
        self.ticks += 1;
        if self.config.trap_in_tick == Some(self.ticks) {
            panic!("tick {} traps", self.ticks);
        }
        if let Some((rows, bytes)) = self.config.burst.take_if(|_| self.ticks == 1) {
            let text = "x".repeat(bytes);
            return (0..rows).try_for_each(|i| out.emit((i, text.as_str())));
        }
        out.emit((-1, "tick"))
    }

    fn close(&mut self, _reason: CloseReason, _out: &mut Emitter) -> Result<()> {
        if self.config.close_wait > 0 {
            std::thread::sleep(Duration::from_millis(self.config.close_wait));
        }
        Ok(())
    }
}

stormcell_sdk::bolt!(Relay);
