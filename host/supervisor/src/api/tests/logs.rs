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
    let folder = served.data.topology("word-count");
    std::fs::create_dir_all(folder).unwrap();
    let limits = LogLimits {
        file_bytes,
        ..LogLimits::default()
    };
    LogFile::open(served.data.worker_log("word-count", worker), limits).unwrap()
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
    assert!(std::fs::exists(served.data.topology("word-count").join("worker-0.log.1")).unwrap());
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
