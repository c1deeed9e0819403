#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;
use stormcell_topology::plain_text::ERROR;

use super::*;

const GENEROUS: Duration = Duration::from_secs(30);

fn line(at: u64, message: &str) -> LogLine {
    LogLine {
        at,
        worker: Some(1),
        incarnation: Some(7),
        component: Some("split".to_owned()),
        task: Some(3),
        level: "info".to_owned(),
        message: message.to_owned(),
    }
}

fn read(path: &Path) -> Vec<LogLine> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "{text:?}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn lines_are_appended_to_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker-1.log");
    for run in 0..2 {
        let log = LogFile::open(&path, LogLimits::default()).unwrap();
        log.write(line(run, "one\ntwo"));
    }
    assert_eq!(read(&path), [line(0, "one\ntwo"), line(1, "one\ntwo")]);
}

#[test]
fn half_a_line_of_a_killed_writer_does_not_spoil_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    fs::write(&path, "{\"at\":1,\"lev").unwrap();
    drop({
        let log = LogFile::open(&path, LogLimits::default()).unwrap();
        log.write(line(2, "whole"));
        log
    });
    let text = fs::read_to_string(&path).unwrap();
    let second = text.lines().nth(1).unwrap();
    assert_eq!(
        serde_json::from_str::<LogLine>(second).unwrap(),
        line(2, "whole")
    );
}

#[test]
fn a_full_file_is_renamed_and_every_line_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let limits = LogLimits {
        file_bytes: 2_000,
        ..LogLimits::default()
    };
    let log = LogFile::open(&path, limits).unwrap();
    for at in 0..100 {
        log.write(line(at, "a message of some length"));
        assert!(log.flush(GENEROUS));
    }
    let before = dir.path().join("log.1");
    assert!(fs::metadata(&path).unwrap().len() <= 2_000);
    assert!(fs::metadata(&before).unwrap().len() <= 2_000);
    let mut lines = read(&before);
    lines.extend(read(&path));
    let first = lines[0].at;
    assert!(first > 0, "older files are gone");
    let ats: Vec<_> = lines.iter().map(|line| line.at).collect();
    assert_eq!(ats, (first..100).collect::<Vec<_>>());
}

#[test]
fn lines_that_a_full_disk_refuses_are_counted_and_said_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    symlink("/dev/full", &path).unwrap();
    let log = LogFile::open(&path, LogLimits::default()).unwrap();
    for at in 0..3 {
        log.write(line(at, "lost"));
        assert!(log.flush(GENEROUS));
    }
    fs::remove_file(&path).unwrap();
    log.write(line(3, "written"));
    assert!(log.flush(GENEROUS));

    let lines = read(&path);
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0]
            .message
            .starts_with("3 lines were lost: No space left on device"),
        "{lines:?}"
    );
    assert_eq!((lines[0].at, lines[0].worker), (2, Some(1)));
    assert_eq!(lines[0].component, None);
    assert_eq!(lines[1], line(3, "written"));
}

#[test]
fn lines_before_the_folder_is_there_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("later");
    let log = LogFile::open(folder.join("log"), LogLimits::default()).unwrap();
    log.write(line(0, "lost"));
    assert!(log.flush(GENEROUS));
    fs::create_dir(&folder).unwrap();
    log.write(line(1, "written"));
    assert!(log.flush(GENEROUS));
    let lines = read(log.path());
    assert!(
        lines[0].message.starts_with("1 line was lost: "),
        "{lines:?}"
    );
    assert_eq!(lines[1].at, 1);
}

#[test]
fn what_waits_is_bounded_and_the_rest_is_counted() {
    let limits = LogLimits {
        queue_bytes: 3 * (size_of::<LogLine>() + 1),
        ..LogLimits::default()
    };
    let shared = Arc::new(Shared {
        queue: Mutex::default(),
        changed: Condvar::new(),
        queue_bytes: limits.queue_bytes,
    });
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let log = LogFile {
        shared: Arc::clone(&shared),
        path: path.clone(),
    };
    // No thread takes lines yet.
    for at in 0..10 {
        log.write(line(at, "x"));
    }
    shared.queue.lock().closed = true;
    shared.write_until_closed(Disk::new(path.clone(), limits.file_bytes));
    let lines = read(&path);
    assert_eq!(
        lines[3].message,
        "7 lines were lost: they came faster than they could be written"
    );
    let ats: Vec<_> = lines[..3].iter().map(|line| line.at).collect();
    assert_eq!(ats, [0, 1, 2]);
}

#[test]
fn a_deleted_file_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let log = LogFile::open(dir.path().join("log"), LogLimits::default()).unwrap();
    log.write(line(0, "in the file that is deleted"));
    assert!(log.flush(GENEROUS));
    fs::remove_file(log.path()).unwrap();
    log.write(line(1, "in the next"));
    assert!(log.flush(GENEROUS));
    assert_eq!(read(log.path()), [line(1, "in the next")]);
}

#[test]
fn flush_gives_up_in_time() {
    let log = LogFile {
        shared: Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            queue_bytes: 1 << 20,
        }),
        path: PathBuf::new(),
    };
    log.write(line(0, "nobody takes it"));
    assert!(!log.flush(Duration::from_millis(1)));
    log.shared.queue.lock().lines.clear();
}

proptest! {
    #[test]
    fn no_message_can_steer_a_terminal_or_break_a_line(message in any::<String>()) {
        let mut bytes = Vec::new();
        text::append(&line(0, &message), &mut bytes);
        prop_assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), 1);
        let written: LogLine = serde_json::from_slice(&bytes).unwrap();
        prop_assert!(
            written.message.chars().all(|c| !c.is_control() || c == '\n' || c == '\t')
        );
    }
}

#[test]
fn long_messages_are_cut_and_escapes_are_shown() {
    let mut bytes = Vec::new();
    text::append(&line(0, "\u{1b}[31mred\u{9b}\u{202e}\ttab"), &mut bytes);
    let written: LogLine = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(written.message, "\\u{1b}[31mred\\u{9b}\\u{202e}\ttab");

    bytes.clear();
    text::append(&line(0, &"é".repeat(ERROR)), &mut bytes);
    let written: LogLine = serde_json::from_slice(&bytes).unwrap();
    assert!(written.message.len() <= ERROR);
    assert!(written.message.ends_with("é… (64.0 KiB more)"));
}
