//! A spout of numbers that keeps a journal: whatever is killed, it emits again what was
//! emitted and not acked, and the journal says what was acked.
//!
//! The numbers are parted by their remainder. Each part has a journal, and belongs to one
//! task: with another number of tasks the parts are dealt anew.

mod journal;

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Deserialize;
use stormcell_sdk::prelude::*;

use journal::Journal;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// The folder of the journals. While a file `stop` is in it, nothing is emitted for
    /// the first time.
    folder: PathBuf,
    /// How many parts there are, at least as many as tasks. Must never change.
    parts: u64,
    /// New numbers a second of each part.
    rate: f64,
    /// How many numbers each part has; without it there is no end.
    rows: Option<u64>,
}

struct JournalSpout {
    config: Config,
    parts: Vec<Journal>,
    /// What failed, to be emitted again.
    again: VecDeque<u64>,
    /// How many new numbers of each part may be emitted now, and when that was counted.
    allowed: f64,
    counted: Instant,
}

impl JournalSpout {
    /// The numbers to emit in a call: what failed first, then new ones.
    fn due(&mut self, max_rows: usize) -> Vec<u64> {
        let mut due: Vec<u64> = self.again.iter().copied().take(max_rows).collect();
        let now = Instant::now();
        self.allowed += (now - self.counted).as_secs_f64() * self.config.rate;
        self.counted = now;
        // What could not be emitted for a while is not made up for.
        self.allowed = self.allowed.min((self.config.rate / 5.0).max(1.0));
        let rounds = self.allowed.floor() as u64;
        if rounds == 0 || self.stopped() {
            return due;
        }
        self.allowed -= rounds as f64;
        for round in 0..rounds {
            for part in &self.parts {
                let place = part.emitted() + round;
                if due.len() < max_rows && self.config.rows.is_none_or(|rows| place < rows) {
                    due.push(part.number() + place * self.config.parts);
                }
            }
        }
        due
    }

    /// Writes into the journals what is about to be emitted.
    fn write(&mut self, due: &[u64]) -> Result<()> {
        for part in &mut self.parts {
            let of = |number: &&u64| **number % self.config.parts == part.number();
            let numbers: Vec<u64> = due.iter().filter(of).copied().collect();
            part.emit(&numbers)?;
        }
        Ok(())
    }

    fn stopped(&self) -> bool {
        fs::exists(self.config.folder.join("stop")).unwrap_or(false)
    }

    fn ended(&self) -> bool {
        let all = |part: &Journal| self.config.rows == Some(part.emitted());
        self.again.is_empty() && self.parts.iter().all(all)
    }

    fn part(&mut self, number: u64) -> Result<&mut Journal> {
        let part = number % self.config.parts;
        let mut parts = self.parts.iter_mut();
        parts
            .find(|journal| journal.number() == part)
            .with_context(|| format!("{number} is not of a part of this task"))
    }
}

impl Spout for JournalSpout {
    fn describe() -> Description {
        Description::new("numbers, with a journal")
            .output(Stream::default([("number", Type::Int)]))
            .config_schema(r#"{"type": "object"}"#)
            .needs(Capability::Files)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        let tasks = u64::from(context.task_count());
        ensure!(
            tasks <= config.parts,
            "there are {tasks} tasks, but only {} parts",
            config.parts
        );
        let mut parts = Vec::new();
        for number in (u64::from(context.task_index())..config.parts).step_by(tasks as usize) {
            let path = config.folder.join(format!("{number}.journal"));
            let journal = Journal::open(&path, number, config.parts, context.task());
            parts.push(journal.with_context(|| format!("opening {}", path.display()))?);
        }
        Ok(Self {
            again: parts.iter().flat_map(Journal::pending).collect(),
            parts,
            allowed: 0.0,
            counted: Instant::now(),
            config,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let due = self.due(max_rows as usize);
        let again = due.len().min(self.again.len());
        if let Err(error) = self.write(&due) {
            // What is in a journal by now has not been emitted; it will be.
            let known = |number: &u64| self.again.contains(number);
            let pending = self.parts.iter().flat_map(Journal::not_in_flight);
            let missed: Vec<u64> = pending.filter(|number| !known(number)).collect();
            self.again.extend(missed);
            return Err(error);
        }
        self.again.drain(..again);
        for &number in &due {
            out.to("default")
                .id(number)
                .emit((i64::try_from(number)?,))?;
            self.part(number)?.sent(number);
        }
        Ok(if self.ended() {
            Next::Ended
        } else if due.is_empty() {
            Next::Idle(Duration::from_millis(20))
        } else {
            Next::More
        })
    }

    fn acked(&mut self, id: u64) -> Result<()> {
        self.part(id)?.ack(id)
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        self.part(id)?.fail(id)?;
        self.again.push_back(id);
        Ok(())
    }
}

stormcell_sdk::spout!(JournalSpout);
