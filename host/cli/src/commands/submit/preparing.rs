//! Submitting, and what the supervisor does meanwhile.

use std::time::Duration;

use stormcell_protocol::api::{Status, Submit, Submitted, TopologySummary};
use tokio::time::{MissedTickBehavior, interval};

use crate::client::{Client, ClientError};
use crate::console::Console;
use crate::status_line::StatusLine;

/// How often the supervisor is asked how far it is.
const EVERY: Duration = Duration::from_millis(250);

/// Hands a topology over, and shows what the supervisor does until it has taken it.
pub(super) async fn submit(
    client: &Client,
    name: &str,
    request: &Submit,
    console: &Console,
) -> Result<Submitted, ClientError> {
    let submitting = client.submit(request);
    tokio::pin!(submitting);
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = Shown::default();
    let line = StatusLine::new(console);
    loop {
        tokio::select! {
            biased;
            submitted = &mut submitting => return submitted,
            _ = looks.tick(), if !console.quiet => {}
        }
        let summary = tokio::select! {
            biased;
            submitted = &mut submitting => return submitted,
            detail = client.show(name) => detail.ok().map(|detail| detail.summary),
        };
        if let Some(text) = summary.and_then(|summary| shown.next(&summary)) {
            line.show(&text);
        }
    }
}

/// What was shown last.
#[derive(Debug, Default)]
struct Shown(Option<String>);

impl Shown {
    /// What is to be shown, if it is news. Another topology of the name is no news.
    fn next(&mut self, summary: &TopologySummary) -> Option<String> {
        if summary.status != Status::Preparing {
            return None;
        }
        let doing = summary.operation.as_deref().unwrap_or("preparing");
        let text = format!("{}: {doing}", summary.name);
        if self.0.as_ref() == Some(&text) {
            return None;
        }
        self.0 = Some(text.clone());
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use stormcell_protocol::api::WorkerCount;

    use super::*;

    #[test]
    fn each_step_is_shown_once() {
        let mut summary = TopologySummary {
            name: "words".to_owned(),
            status: Status::Preparing,
            operation: Some("compiling component 1 of 2: ./spout".to_owned()),
            workers: WorkerCount { planned: 1, up: 0 },
            tasks: 0,
            generation: 0,
            submitted_at: 0,
            submission: 0,
            trees: None,
            problem: None,
        };
        let mut shown = Shown::default();
        let first = shown.next(&summary);
        assert_eq!(
            first.as_deref(),
            Some("words: compiling component 1 of 2: ./spout")
        );
        assert_eq!(shown.next(&summary), None);
        summary.operation = Some("storing the topology".to_owned());
        assert!(shown.next(&summary).is_some());
        summary.operation = None;
        assert_eq!(shown.next(&summary).as_deref(), Some("words: preparing"));
        summary.status = Status::Starting;
        assert_eq!(shown.next(&summary), None, "it is there");
    }
}
