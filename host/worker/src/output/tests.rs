#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::LogLimits;
use crate::events::{Events, filter};

struct Case {
    output: Arc<LogOutput>,
    path: PathBuf,
    _dir: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("worker-3.log");
        let log = Arc::new(LogFile::open(&path, LogLimits::default()).unwrap());
        let worker = WorkerIncarnation {
            worker: 3,
            number: 9,
        };
        Self {
            output: Arc::new(LogOutput::new(log, worker)),
            path,
            _dir: dir,
        }
    }

    fn written(&self) -> Vec<LogLine> {
        assert!(self.output.log.flush(Duration::from_secs(60)));
        let text = std::fs::read_to_string(&self.path).unwrap();
        let lines: Vec<LogLine> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for line in &lines {
            assert_eq!((line.worker, line.incarnation), (Some(3), Some(9)));
            assert!(line.at > 1_600_000_000_000, "milliseconds since 1970");
        }
        lines
    }

    fn said(&self) -> Vec<(Option<String>, Option<u32>, String, String)> {
        let lines = self.written().into_iter();
        lines
            .map(|line| (line.component, line.task, line.level, line.message))
            .collect()
    }
}

fn line(
    component: &str,
    task: u32,
    level: &str,
    message: &str,
) -> (Option<String>, Option<u32>, String, String) {
    (
        Some(component.to_owned()),
        Some(task),
        level.to_owned(),
        message.to_owned(),
    )
}

#[test]
fn components_write_lines_of_their_own() {
    let case = Case::new();
    case.output.stdout("split", 4, b"one\ntw");
    case.output.stdout("split", 5, b"of another task\n");
    case.output.stderr("split", 4, b"an error\n");
    case.output.stdout("split", 4, b"o\nno end");
    case.output.log("count", 6, LogLevel::Warn, "a log line");
    case.output.finish();
    case.output.finish();
    assert_eq!(
        case.said(),
        [
            line("split", 4, "stdout", "one"),
            line("split", 5, "stdout", "of another task"),
            line("split", 4, "stderr", "an error"),
            line("split", 4, "stdout", "two"),
            line("count", 6, "warn", "a log line"),
            line("split", 4, "stdout", "no end"),
        ]
    );
}

#[test]
fn events_of_the_process_go_to_the_same_log() {
    let case = Case::new();
    let subscriber = tracing_subscriber::registry()
        .with(filter("").unwrap())
        .with(Events(Arc::clone(&case.output)));
    tracing::subscriber::with_default(subscriber, || {
        let component = "count";
        tracing::warn!(component, task = 6_u32, "a fault");
        tracing::info!(digest = "sha256:0", rows = 3, "loaded");
        tracing::debug!("not asked for");
    });
    let own = |level: &str, text: &str| (None, None, level.to_owned(), text.to_owned());
    assert_eq!(
        case.said(),
        [
            line("count", 6, "warn", "a fault"),
            own("info", "loaded digest=sha256:0 rows=3"),
        ]
    );
}

#[test]
fn more_or_less_is_logged_if_asked_for() {
    let case = Case::new();
    let subscriber = tracing_subscriber::registry()
        .with(filter("error,stormcell_worker=debug").unwrap())
        .with(Events(Arc::clone(&case.output)));
    tracing::subscriber::with_default(subscriber, || {
        tracing::debug!("of this crate");
        tracing::info!(target: "another", "of another");
        tracing::error!(target: "another", "an error");
    });
    let said: Vec<String> = case.said().into_iter().map(|line| line.3).collect();
    assert_eq!(said, ["of this crate", "an error"]);
}

#[test]
fn a_filter_that_cannot_be_read_is_named() {
    let error = filter("info,=x=y=z").unwrap_err();
    assert!(error.contains("STORMCELL_LOG=info,=x=y=z"), "{error}");
}
