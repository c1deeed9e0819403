//! The log lines of a topology, as they come.

use std::io::{BufRead as _, BufReader};

use stormcell_protocol::api::{LogLine, LogQuery};
use tokio::sync::mpsc;

use super::{Call, Client, ClientError, topology};

/// How many lines are read ahead.
const AHEAD: usize = 256;

/// The parameters of a request for log lines. None needs an escape: names are letters,
/// digits, `_` and `-`.
fn pairs(query: &LogQuery) -> Vec<(&'static str, String)> {
    let text = |value: &dyn ToString| value.to_string();
    let level = query
        .level
        .and_then(|level| serde_json::to_value(level).ok());
    [
        (
            "submission",
            query.submission.map(|submission| text(&submission)),
        ),
        ("follow", query.follow.then(|| "true".to_owned())),
        ("component", query.component.clone()),
        ("task", query.task.map(|task| text(&task))),
        ("worker", query.worker.map(|worker| text(&worker))),
        (
            "level",
            level.and_then(|level| level.as_str().map(str::to_owned)),
        ),
        ("tail", query.tail.map(|tail| text(&tail))),
        ("since", query.since.map(|since| text(&since))),
    ]
    .into_iter()
    .filter_map(|(key, value)| value.map(|value| (key, value)))
    .collect()
}

/// Lines that are being read. Ends with `None` when the supervisor has no more.
#[derive(Debug)]
pub(crate) struct Lines(mpsc::Receiver<Result<LogLine, ClientError>>);

impl Lines {
    /// The next one.
    pub(crate) async fn next(&mut self) -> Option<Result<LogLine, ClientError>> {
        self.0.recv().await
    }
}

impl Client {
    /// Begins to read log lines.
    pub(crate) fn logs(&self, name: &str, query: &LogQuery) -> Lines {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let client = self.clone();
        let mut call = Call::get(topology(name) + "/logs");
        call.query = pairs(query);
        tokio::task::spawn_blocking(move || client.read_lines(&call, &sender));
        Lines(receiver)
    }

    /// Passes on line after line, until there are no more or nobody wants them.
    fn read_lines(&self, call: &Call, sender: &mpsc::Sender<Result<LogLine, ClientError>>) {
        let response = match self.send(call, ()) {
            Ok(response) => response,
            Err(error) => {
                // Nobody may want to know any more.
                let _ = sender.blocking_send(Err(error));
                return;
            }
        };
        let body = response.into_body().into_with_config().limit(u64::MAX);
        for line in BufReader::new(body.reader()).lines() {
            let line = match line {
                // An empty line only shows that the supervisor is there.
                Ok(line) if line.is_empty() => {
                    if sender.is_closed() {
                        return;
                    }
                    continue;
                }
                Ok(line) => serde_json::from_str(&line).map_err(|error| {
                    ClientError::Broken(format!("the supervisor sent `{line}`: {error}"))
                }),
                Err(error) => Err(ClientError::Lost(format!(
                    "the supervisor stopped in the middle of the log: {error}"
                ))),
            };
            let failed = line.is_err();
            if sender.blocking_send(line).is_err() || failed {
                return;
            }
        }
    }
}
