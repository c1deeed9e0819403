//! A line that says how far something is: a moving one on a terminal, one every ten
//! seconds elsewhere, none with `--quiet`. Goes away when it is dropped.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::console::Console;

/// How often the moving line is renewed.
const MOVING: Duration = Duration::from_millis(250);
/// How often a plain line is written.
const PLAIN: Duration = Duration::from_secs(10);

/// The line.
pub(crate) struct StatusLine {
    console: Console,
    bar: Option<ProgressBar>,
    ticks: Interval,
}

impl StatusLine {
    /// A line without text yet. Needs the runtime.
    pub(crate) fn new(console: &Console) -> Self {
        let moving = console.interactive && !console.quiet;
        let bar = moving.then(|| {
            let bar = console.progress.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        let every = if moving { MOVING } else { PLAIN };
        let mut ticks = interval_at(Instant::now() + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            console: console.clone(),
            bar,
            ticks,
        }
    }

    /// Waits until it is time for a new text; for ever with `--quiet`.
    pub(crate) async fn due(&mut self) {
        if self.console.quiet {
            std::future::pending::<()>().await;
        }
        self.ticks.tick().await;
    }

    /// Shows a text.
    pub(crate) fn show(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(text.to_owned());
                bar.tick();
            }
            None if !self.console.quiet => self.console.say(text),
            None => {}
        }
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
