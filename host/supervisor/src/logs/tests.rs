#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use stormcell_protocol::api::LogLine;

use super::*;

/// The folder of a topology, written to by hand.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        append(&self.path(name), text);
    }

    fn chunks(&self, query: &LogQuery) -> Chunks {
        Chunks::new(
            Logs::new(self.0.path().to_owned(), query.worker),
            query.clone(),
        )
    }

    /// What is there now.
    fn all(&self, query: &LogQuery) -> Vec<u64> {
        rest(&mut self.chunks(query))
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn line(at: u64) -> String {
    let line = LogLine {
        at,
        worker: Some(0),
        incarnation: None,
        component: None,
        task: None,
        level: "info".to_owned(),
        message: format!("line {at}"),
    };
    serde_json::to_string(&line).unwrap() + "\n"
}

/// The times of all lines to the end of what is there.
fn rest(chunks: &mut Chunks) -> Vec<u64> {
    let mut ats = Vec::new();
    loop {
        let chunk = chunks.read();
        let text = String::from_utf8(chunk.bytes).unwrap();
        for line in text.lines() {
            ats.push(serde_json::from_str::<LogLine>(line).unwrap().at);
        }
        if chunk.at_end {
            return ats;
        }
    }
}

fn everything() -> LogQuery {
    LogQuery::default()
}

#[test]
fn the_file_before_is_read_first_and_logs_are_joined_by_time() {
    let folder = Folder::new();
    folder.append("worker-0.log.1", &(line(1) + &line(4)));
    folder.append("worker-0.log", &line(6));
    folder.append("worker-12.log", &(line(2) + &line(5)));
    folder.append("supervisor.log", &(line(0) + &line(3)));
    folder.append("worker-0.stderr", "not a log\n");
    folder.append("worker-0.lock", "{}");
    folder.append("worker-x.log", &line(7));
    assert_eq!(folder.all(&everything()), [0, 1, 2, 3, 4, 5, 6]);
    let of_worker = LogQuery {
        worker: Some(0),
        ..everything()
    };
    assert_eq!(folder.all(&of_worker), [1, 4, 6]);
}

#[test]
fn a_line_is_given_when_it_is_whole() {
    let folder = Folder::new();
    let mut chunks = folder.chunks(&everything());
    assert_eq!(rest(&mut chunks), [0_u64; 0], "no folder entry yet");
    let (first, second) = (line(1), line(2));
    let (head, tail) = second.split_at(9);
    folder.append("worker-0.log", &(first + head));
    assert_eq!(rest(&mut chunks), [1]);
    assert_eq!(rest(&mut chunks), [0_u64; 0]);
    folder.append("worker-0.log", tail);
    assert_eq!(rest(&mut chunks), [2]);
}

#[test]
fn damaged_and_endless_lines_are_left_out() {
    let folder = Folder::new();
    let log = "worker-0.log";
    folder.append(log, "{\"at\":1,\n\0\0\0\0\nno JSON\n{}\n");
    folder.append(log, &line(1));
    folder.append(log, &("x".repeat(3 << 20) + "\n"));
    folder.append(log, &line(2));
    fs::write(folder.path("worker-1.log"), b"\xff\xfe\n").unwrap();
    assert_eq!(folder.all(&everything()), [1, 2]);
}

#[test]
fn a_log_that_cannot_be_read_is_named_once_and_the_others_go_on() {
    let folder = Folder::new();
    fs::create_dir(folder.path("worker-0.log")).unwrap();
    folder.append("worker-1.log", &line(5));
    let mut chunks = folder.chunks(&everything());
    let text = String::from_utf8(chunks.read().bytes).unwrap();
    assert!(text.contains("\"error\""), "{text}");
    assert!(text.contains("cannot read "), "{text}");
    assert!(text.contains("line 5"), "{text}");
    assert_eq!(rest(&mut chunks), [0_u64; 0]);
}

#[test]
fn tail_keeps_the_last_lines_and_then_goes_on() {
    let folder = Folder::new();
    for at in 0..100 {
        folder.append(&format!("worker-{}.log", at % 3), &line(at));
    }
    for (tail, expected) in [(0, 100..100), (1, 99..100), (7, 93..100), (1_000, 0..100)] {
        let query = LogQuery {
            tail: Some(tail),
            ..everything()
        };
        let mut chunks = folder.chunks(&query);
        assert_eq!(rest(&mut chunks), expected.collect::<Vec<_>>());
        let next = 1_000 + tail;
        folder.append("worker-9.log", &line(next));
        assert_eq!(rest(&mut chunks), [next]);
        fs::remove_file(folder.path("worker-9.log")).unwrap();
    }
}

#[test]
fn tail_is_bounded_in_bytes() {
    let folder = Folder::new();
    let long = line(0).replace("line 0", &"x".repeat(100_000));
    for _ in 0..200 {
        folder.append("worker-0.log", &long);
    }
    let query = LogQuery {
        tail: Some(u64::MAX),
        ..everything()
    };
    let kept = folder.chunks(&query).read().bytes.len();
    assert!((7 << 20..=8 << 20).contains(&kept), "{kept}");
}

#[test]
fn a_file_that_is_made_shorter_is_read_from_its_start() {
    let folder = Folder::new();
    let mut chunks = folder.chunks(&everything());
    folder.append("worker-0.log", &(line(1) + &line(2)));
    assert_eq!(rest(&mut chunks), [1, 2]);
    fs::write(folder.path("worker-0.log"), line(3)).unwrap();
    assert_eq!(rest(&mut chunks), [3]);
}

#[test]
fn a_file_that_is_deleted_and_made_anew_is_read_without_the_one_before() {
    let folder = Folder::new();
    folder.append("worker-0.log.1", &line(1));
    folder.append("worker-0.log", &line(2));
    let mut chunks = folder.chunks(&everything());
    assert_eq!(rest(&mut chunks), [1, 2]);
    fs::remove_file(folder.path("worker-0.log")).unwrap();
    assert_eq!(rest(&mut chunks), [0_u64; 0]);
    folder.append("worker-0.log", &line(3));
    assert_eq!(rest(&mut chunks), [3]);
}

/// What happens to a log between the looks of somebody who follows it.
#[derive(Debug, Clone)]
enum Step {
    Append(u8),
    /// The current file becomes the one before.
    Change,
    Look,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1..5_u8).prop_map(Step::Append),
        1 => Just(Step::Change),
        3 => Just(Step::Look),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    /// With a look at least between every other change of the file, nothing is missed.
    #[test]
    fn every_line_is_read_once_and_in_order_across_new_files(steps in steps()) {
        let folder = Folder::new();
        let (current, before) = (folder.path("worker-0.log"), folder.path("worker-0.log.1"));
        let mut chunks = folder.chunks(&everything());
        let (mut written, mut seen) = (0, Vec::new());
        let mut changes = 0;
        for step in steps {
            match step {
                Step::Append(count) => {
                    for _ in 0..count {
                        append(&current, &line(written));
                        written += 1;
                    }
                }
                Step::Change if changes < 1 && current.exists() => {
                    fs::rename(&current, &before).unwrap();
                    changes += 1;
                }
                Step::Change => {}
                Step::Look => {
                    seen.extend(rest(&mut chunks));
                    changes = 0;
                }
            }
        }
        seen.extend(rest(&mut chunks));
        prop_assert_eq!(seen, (0..written).collect::<Vec<_>>());
    }
}
