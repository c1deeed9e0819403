//! Shows the phases of builds: moving lines on a terminal, plain lines elsewhere
//! (so that the log of a CI run shows how far it is), nothing with `--quiet`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use stormcell_build::{Outcome, Phase, Progress};
use stormcell_topology::plain_text;

use crate::console::Console;
use crate::format;

/// Off a terminal, at most one line of a tool's output is shown in this time.
const SHOW_EVERY: Duration = Duration::from_secs(10);

/// Progress as the options want it.
pub(crate) fn new(console: &Console) -> Box<dyn Progress> {
    if console.quiet {
        Box::new(stormcell_build::Silent)
    } else if console.interactive && console.verbose == 0 {
        Box::new(Moving {
            console: console.clone(),
            bars: Mutex::default(),
        })
    } else {
        Box::new(Plain {
            console: console.clone(),
            shown: Mutex::default(),
        })
    }
}

fn ended(phase: &Phase, elapsed: Duration, outcome: Outcome) -> String {
    let how = match outcome {
        Outcome::Done => "done",
        Outcome::Failed => "failed",
    };
    format!("{}: {how} in {}", phase.what, format::duration(elapsed))
}

/// A spinner for each phase that is under way; a plain line when it has ended.
struct Moving {
    console: Console,
    bars: Mutex<HashMap<u64, ProgressBar>>,
}

impl Moving {
    fn bars(&self) -> std::sync::MutexGuard<'_, HashMap<u64, ProgressBar>> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Moving {
    fn started(&self, phase: &Phase) {
        let bar = self.console.progress.add(ProgressBar::new_spinner());
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {prefix} {elapsed:>4}  {wide_msg}")
        {
            bar.set_style(style);
        }
        bar.set_prefix(phase.what.clone());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.bars().insert(phase.id, bar);
    }

    fn output(&self, phase: &Phase, line: &str) {
        let line = plain_text::spaced(line.trim());
        if line.is_empty() {
            return;
        }
        if let Some(bar) = self.bars().get(&phase.id) {
            bar.set_message(line);
        }
    }

    fn finished(&self, phase: &Phase, elapsed: Duration, outcome: Outcome) {
        if let Some(bar) = self.bars().remove(&phase.id) {
            bar.finish_and_clear();
            self.console.progress.remove(&bar);
        }
        self.console.say(&ended(phase, elapsed, outcome));
    }
}

/// One line when a phase begins and one when it ends, and now and then one that
/// its program printed; with `-v` all of these.
struct Plain {
    console: Console,
    /// When something was last shown of a phase.
    shown: Mutex<HashMap<u64, Instant>>,
}

impl Plain {
    fn shown(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Instant>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Plain {
    fn started(&self, phase: &Phase) {
        self.shown().insert(phase.id, Instant::now());
        self.console.say(&format!("{} ...", phase.what));
    }

    fn output(&self, phase: &Phase, line: &str) {
        let line = plain_text::spaced(line.trim());
        if line.is_empty() {
            return;
        }
        let due = {
            let mut shown = self.shown();
            let now = Instant::now();
            let last = shown.entry(phase.id).or_insert(now);
            let due = self.console.verbose > 0 || now.duration_since(*last) >= SHOW_EVERY;
            if due {
                *last = now;
            }
            due
        };
        if due {
            self.console.say(&format!("  {}: {line}", phase.what));
        }
    }

    fn finished(&self, phase: &Phase, elapsed: Duration, outcome: Outcome) {
        self.shown().remove(&phase.id);
        self.console.say(&ended(phase, elapsed, outcome));
    }
}
