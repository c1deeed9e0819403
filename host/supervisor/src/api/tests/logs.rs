//! Logs over HTTP.

use std::io::BufReader;
use std::net::TcpStream;

use stormcell_protocol::api::LogLine;
use stormcell_worker::{LogFile, LogLimits};

use super::served::{GENEROUS, Served, read_chunk, read_head};

fn line(at: u64, worker: u32, message: &str) -> LogLine {
    LogLine {
        at,
        worker: Some(worker),
        incarnation: Some(1),
        component: Some("split".to_owned()),
        task: Some(3),
        level: "info".to_owned(),
        message: message.to_owned(),
    }
}

fn log(served: &Served, worker: u32, file_bytes: u64) -> LogFile {
    let folder = served.data.logs("word-count", 1);
    std::fs::create_dir_all(folder).unwrap();
    let limits = LogLimits {
        file_bytes,
        ..LogLimits::default()
    };
    LogFile::open(served.data.worker_log("word-count", 1, worker), limits).unwrap()
}

fn parse(text: &str) -> Vec<LogLine> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The next lines of somebody who follows.
fn take(stream: &mut BufReader<TcpStream>, count: usize) -> Vec<u64> {
    let mut lines = Vec::new();
    while lines.len() < count {
        lines.extend(parse(&read_chunk(stream).unwrap()));
    }
    lines.iter().map(|line| line.at).collect()
}

#[test]
fn the_lines_of_all_workers_come_by_time() {
    let served = Served::with(&["word-count"]);
    let logs = [log(&served, 0, 1 << 20), log(&served, 1, 1 << 20)];
    for at in 0..10 {
        logs[(at % 2) as usize].write(line(at, (at % 2) as u32, "a line"));
    }
    assert!(logs.iter().all(|log| log.flush(GENEROUS)));
    let path = "/v1/topologies/word-count/logs";
    let response = served.ask("GET", path, "");
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("content-type"),
        Some("application/x-ndjson")
    );
    let ats: Vec<_> = parse(&response.body).iter().map(|line| line.at).collect();
    assert_eq!(ats, (0..10).collect::<Vec<_>>());

    let response = served.ask("GET", &format!("{path}?worker=1&tail=2&since=3"), "");
    assert_eq!(
        parse(&response.body),
        [line(7, 1, "a line"), line(9, 1, "a line")]
    );
}

#[test]
fn who_follows_gets_every_line_across_new_files() {
    let served = Served::with(&["word-count"]);
    let log = log(&served, 0, 1_000);
    log.write(line(0, 0, "there already"));
    log.write(line(1, 0, "there already"));
    assert!(log.flush(GENEROUS));
    let path = "/v1/topologies/word-count/logs?follow=true&tail=1";
    let mut stream = served.open("GET", path, &served.authorization());
    assert_eq!(read_head(&mut stream).0, 200);
    assert_eq!(take(&mut stream, 1), [1]);
    // The file is full after about six lines.
    for start in (2..42).step_by(4) {
        for at in start..start + 4 {
            log.write(line(at, 0, "a line that comes later"));
        }
        assert_eq!(take(&mut stream, 4), (start..start + 4).collect::<Vec<_>>());
    }
    assert!(std::fs::exists(served.data.logs("word-count", 1).join("worker-0.log.1")).unwrap());
}

#[test]
fn following_ends_when_the_topology_is_gone() {
    let served = Served::with(&["word-count"]);
    let log = log(&served, 0, 1 << 20);
    let path = "/v1/topologies/word-count/logs?follow=true";
    let mut stream = served.open("GET", path, &served.authorization());
    assert_eq!(read_head(&mut stream).0, 200);
    log.write(line(0, 0, "the last line"));
    assert_eq!(take(&mut stream, 1), [0]);
    served.backend.topologies.lock().clear();
    assert_eq!(read_chunk(&mut stream), None);
}

/// The log of a submission, with one line.
fn write(served: &Served, submission: u32, message: &str) {
    std::fs::create_dir_all(served.data.logs("word-count", submission)).unwrap();
    let path = served.data.worker_log("word-count", submission, 0);
    let log = LogFile::open(path, LogLimits::default()).unwrap();
    log.write(line(submission.into(), 0, message));
    assert!(log.flush(GENEROUS));
}

fn said(served: &Served, query: &str) -> Vec<String> {
    let response = served.ask("GET", &format!("/v1/topologies/word-count/logs{query}"), "");
    assert_eq!(response.status, 200, "{query}: {}", response.body);
    parse(&response.body)
        .into_iter()
        .map(|line| line.message)
        .collect()
}

/// Logs of a topology that was killed came back under the next one of its name, and could
/// not be read before.
#[test]
fn logs_belong_to_a_submission() {
    let served = Served::with(&["word-count"]);
    write(&served, 1, "of the first");
    assert_eq!(said(&served, ""), ["of the first"]);
    // It is killed.
    served.backend.topologies.lock().clear();
    assert_eq!(said(&served, ""), ["of the first"]);
    assert_eq!(said(&served, "?follow=true"), ["of the first"], "it ends");
    // Another is submitted, and has written nothing.
    served.backend.add("word-count", 2);
    assert_eq!(said(&served, ""), [""; 0]);
    write(&served, 2, "of the second");
    assert_eq!(said(&served, ""), ["of the second"]);
    assert_eq!(said(&served, "?submission=1"), ["of the first"]);

    let path = "/v1/topologies/word-count/submissions";
    let listed = served.ask("GET", path, "").json();
    let listed = listed.as_array().unwrap().iter();
    let listed: Vec<_> = listed
        .map(|one| (one["submission"].as_u64(), &one["current"]))
        .collect();
    assert_eq!(listed, [(Some(1), &false.into()), (Some(2), &true.into())]);

    let refused = served.ask("DELETE", &format!("{path}/2"), "");
    assert_eq!(refused.status, 409);
    let removed = served.ask("DELETE", &format!("{path}/1"), "");
    assert_eq!(
        (removed.status, &removed.json()["submission"]),
        (200, &1.into())
    );
    let refused = served.ask("GET", "/v1/topologies/word-count/logs?submission=1", "");
    assert_eq!(refused.status, 404);
    assert_eq!(
        refused.problem().message,
        "there are no logs of submission 1 of `word-count`; there are those of: 2"
    );
    for number in ["x", "-1", "1.5", "4294967298"] {
        assert_eq!(
            served.ask("DELETE", &format!("{path}/{number}"), "").status,
            422
        );
    }
}

/// A name becomes part of a path.
#[test]
fn nothing_outside_the_logs_is_read_or_removed() {
    let served = Served::with(&[]);
    std::fs::create_dir_all(served.data.path().join("logs/1")).unwrap();
    for name in ["..", "%2e%2e", "..%2f..", "a%2f..%2f.."] {
        for path in ["logs", "submissions"] {
            let asked = served.ask("GET", &format!("/v1/topologies/{name}/{path}"), "");
            assert_eq!(asked.status, 422, "{name} {path}");
        }
        let asked = served.ask(
            "DELETE",
            &format!("/v1/topologies/{name}/submissions/1"),
            "",
        );
        assert_eq!(asked.status, 422, "{name}");
    }
    assert!(served.data.path().join("logs/1").is_dir());
}
