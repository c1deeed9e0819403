//! Log lines and figures reach the sink, within their budgets.

use stormcell_sandbox::LogLevel;
use stormcell_topology::plain_text::LOG_LINE;

use crate::support::{prepared, row, told};

#[tokio::test]
async fn log_lines_have_a_budget() {
    let (mut spec, sink) = told("log");
    spec.limits.log_bytes = 1_000;
    let mut instance = prepared(&spec).await;
    instance.execute(&[row()]).await.unwrap();
    drop(instance);
    let log = sink.log.lock().unwrap();
    assert_eq!(log[0], (LogLevel::Warn, "a\\nb".to_owned()));
    let lines = log
        .iter()
        .filter(|(_, line)| line.starts_with("xxx"))
        .count();
    assert_eq!(
        lines, 5,
        "of 100 lines of 100 bytes, which count 64 more each"
    );
    let (level, notice) = log.last().unwrap();
    assert_eq!(*level, LogLevel::Warn);
    assert!(notice.starts_with("96 log lines"), "{notice}");
    assert!(notice.contains("limits.log-bytes"), "{notice}");
}

#[tokio::test]
async fn long_lines_are_cut() {
    let (spec, sink) = told("log");
    let mut instance = prepared(&spec).await;
    instance.execute(&[row()]).await.unwrap();
    let log = sink.log.lock().unwrap();
    let (level, line) = log.last().unwrap();
    assert_eq!(*level, LogLevel::Error);
    assert!(line.len() <= LOG_LINE, "{}", line.len());
    assert!(line.starts_with("yyy") && line.ends_with("y… (3.6 KiB more)"));
}

#[tokio::test]
async fn figures_with_valid_names_up_to_256() {
    let (spec, sink) = told("measure");
    let mut instance = prepared(&spec).await;
    instance.execute(&[row()]).await.unwrap();
    assert_eq!(*sink.counts.lock().unwrap(), [("words.seen".to_owned(), 3)]);
    let gauges = sink.gauges.lock().unwrap();
    assert_eq!(gauges.len(), 255);
    assert_eq!(gauges[254], ("g254".to_owned(), 254.0));
}
