//! Shows how far a topology is while it runs: a moving line on a terminal, a line
//! every ten seconds elsewhere, nothing with `--quiet`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use stormcell_runtime::{Control, Report};
use tokio::task::JoinHandle;

use crate::console::Console;
use crate::format;

/// How often the moving line is renewed.
const MOVING: Duration = Duration::from_millis(250);
/// How often a plain line is written.
const PLAIN: Duration = Duration::from_secs(10);

/// Shows progress until it is stopped.
pub(super) struct Watch(Option<(JoinHandle<()>, Option<ProgressBar>)>);

/// Begins to show progress.
pub(super) fn start(console: &Console, control: Control) -> Watch {
    if console.quiet {
        return Watch(None);
    }
    let bar = console.interactive.then(|| {
        let bar = console.progress.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        bar
    });
    let task = tokio::spawn(show(console.clone(), control, bar.clone()));
    Watch(Some((task, bar)))
}

impl Watch {
    /// Takes the moving line away.
    pub(super) async fn stop(self) {
        if let Some((task, bar)) = self.0 {
            task.abort();
            // It was aborted: there is no result.
            let _ = task.await;
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        }
    }
}

async fn show(console: Console, control: Control, bar: Option<ProgressBar>) {
    let every = if bar.is_some() { MOVING } else { PLAIN };
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    // The first one comes at once.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let Some(report) = control.report() else {
            continue;
        };
        let line = line(&report);
        match &bar {
            Some(bar) => {
                bar.set_message(line);
                bar.tick();
            }
            None => console.say(&line),
        }
    }
}

fn line(report: &Report) -> String {
    let trees = &report.trees;
    let mut line = format!(
        "{}: {}, {} acked, {} in flight",
        report.topology,
        format::of(trees.emitted, "spout row"),
        format::count(trees.acked),
        format::count(trees.pending),
    );
    for (number, what) in [(trees.replayed, "replayed"), (trees.failed, "failed")] {
        if number > 0 {
            line.push_str(&format!(", {} {what}", format::count(number)));
        }
    }
    line.push_str(&format!(
        ", {} rows/s",
        format::rounded(report.rows_per_second)
    ));
    for component in &report.components {
        if let Some(reason) = &component.waiting {
            line.push_str(&format!("; {} waits: {reason}", component.id));
        }
    }
    line
}
