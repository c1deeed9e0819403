//! How far a benchmark is: a line for each run that has ended, and on a terminal a moving
//! one for the run that goes on.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use stormcell_bench::{BenchError, Sample, Turn, Watcher};

use crate::console::Console;
use crate::format;

/// How often the moving line is renewed.
const MOVING: Duration = Duration::from_millis(250);

/// Says how far it is.
pub(super) struct Progress {
    console: Console,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Says nothing with `--quiet`.
    pub(super) fn new(console: &Console) -> Self {
        let bar = (console.interactive && !console.quiet).then(|| {
            let bar = console.progress.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(MOVING);
            bar
        });
        Self {
            console: console.clone(),
            bar,
        }
    }

    fn say(&self, line: &str) {
        if !self.console.quiet {
            self.console.say(line);
        }
    }
}

impl Watcher for Progress {
    fn begins(&self, turn: &Turn<'_>) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}{}", what(turn), left(turn)));
        }
    }

    fn ended(&self, turn: &Turn<'_>, result: &Result<Sample, BenchError>) {
        let what = what(turn);
        match result {
            Ok(sample) => {
                let figure = stormcell_bench::headline(sample);
                self.say(&format!("{what}: {figure}{}", left(turn)));
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => self.console.warning(&format!("{what}: {error}")),
        }
    }

    fn unprepared(&self, engine: &str, error: &BenchError) {
        self.console
            .warning(&format!("{engine} cannot be measured: {error}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `identity on stormcell, run 2 of 5`.
fn what(turn: &Turn<'_>) -> String {
    let run = match turn.run {
        0 => "warming up".to_owned(),
        run => format!("run {run} of {}", turn.runs),
    };
    format!("{} on {}, {run}", turn.shape, turn.engine)
}

/// How much is done, and how long the rest may take.
fn left(turn: &Turn<'_>) -> String {
    let percent = turn.done * 100.0;
    match turn.left {
        Some(left) => format!("  ({percent:.0} %, about {} left)", format::duration(left)),
        None => String::new(),
    }
}
