//! Shows how far a topology is while it runs.

use stormcell_runtime::Control;
use tokio::task::JoinHandle;

use crate::console::Console;
use crate::status_line::StatusLine;
use crate::summary;

/// Shows progress until it is stopped.
pub(super) struct Watch(JoinHandle<()>);

/// Begins to show progress.
pub(super) fn start(console: &Console, control: Control) -> Watch {
    Watch(tokio::spawn(show(StatusLine::new(console), control)))
}

impl Watch {
    /// Takes the moving line away.
    pub(super) async fn stop(self) {
        self.0.abort();
        // It was aborted: there is no result.
        let _ = self.0.await;
    }
}

async fn show(mut line: StatusLine, control: Control) {
    loop {
        line.due().await;
        if let Some(report) = control.report() {
            line.show(&summary::progress(&report));
        }
    }
}
