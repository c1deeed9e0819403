#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use stormcell_protocol::DataDir;
use stormcell_protocol::api::LogQuery;

use super::*;

/// A request as it came: the first line, the token, and the body.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    line: String,
    authorization: String,
    body: Vec<u8>,
}

/// Gives these answers, each to one connection, and keeps what was asked.
fn supervisor(answers: Vec<(u16, String)>) -> (String, JoinHandle<Vec<Heard>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut all = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut heard = Heard {
                line: String::new(),
                authorization: String::new(),
                body: Vec::new(),
            };
            reader.read_line(&mut heard.line).unwrap();
            let mut length = 0;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).unwrap();
                let Some((name, value)) = header.trim_end().split_once(": ") else {
                    break;
                };
                match name.to_ascii_lowercase().as_str() {
                    "authorization" => heard.authorization = value.to_owned(),
                    "content-length" => length = value.parse().unwrap(),
                    _ => {}
                }
            }
            heard.body = vec![0; length];
            reader.read_exact(&mut heard.body).unwrap();
            let head = heard.line.starts_with("HEAD");
            write!(
                stream,
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n{}",
                body.len(),
                if head { "" } else { &body },
            )
            .unwrap();
            heard.line.truncate(heard.line.trim_end().len());
            all.push(heard);
        }
        all
    });
    (url, thread)
}

fn data(url: &str) -> (tempfile::TempDir, DataDir) {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::new(dir.path());
    std::fs::write(data.url(), format!("{url}\n")).unwrap();
    std::fs::write(data.token(), "secret\n").unwrap();
    (dir, data)
}

fn client(data: &DataDir) -> Client {
    Client::at(Endpoint::Data(data.clone()), CONNECT)
}

#[tokio::test]
async fn requests_have_the_token_and_their_parameters() {
    let summary = r#"{"name":"a","status":"killed","operation":null,
        "workers":{"planned":1,"up":1},"tasks":3,"generation":1,"submitted_at":0,
        "trees":null,"problem":null}"#;
    let answers = vec![(200, "[]".to_owned()), (202, summary.to_owned())];
    let (url, thread) = supervisor(answers);
    let (_dir, data) = data(&url);
    let client = client(&data);
    assert_eq!(client.list().await, Ok(Vec::new()));
    let wait = Some(Duration::from_millis(1500));
    let killed = client.kill("a", wait, true).await.unwrap();
    assert_eq!(killed.topology.status, api::Status::Killed);
    let heard = thread.join().unwrap();
    assert!(
        heard
            .iter()
            .all(|heard| heard.authorization == "Bearer secret")
    );
    assert_eq!(heard[0].line, "GET /v1/topologies HTTP/1.1");
    assert_eq!(
        heard[1].line,
        "DELETE /v1/topologies/a?wait_ms=1500&remove_state=true HTTP/1.1"
    );
}

#[tokio::test]
async fn problems_are_told_as_the_supervisor_tells_them() {
    let problem =
        |code: &str| format!(r#"{{"code":"{code}","message":"that is why","diagnostics":[]}}"#);
    let cases = [
        (404, "not-found", 66),
        (409, "busy", 1),
        (422, "invalid", 65),
        (413, "too-large", 65),
        (507, "storage", 70),
        (409, "of-a-later-version", 1),
        (404, "of-a-later-version", 66),
        (422, "of-a-later-version", 65),
        (403, "of-a-later-version", 77),
        (500, "of-a-later-version", 70),
    ];
    let answers = cases.map(|(status, code, _)| (status, problem(code)));
    let (url, thread) = supervisor(answers.to_vec());
    let (_dir, data) = data(&url);
    for (_, code, status) in cases {
        let error = client(&data).show("a").await.unwrap_err();
        assert_eq!(error.is_not_found(), code == "not-found");
        let failure = Failure::from(error);
        assert_eq!(failure.status.code(), status, "{code}");
        assert_eq!(failure.messages(), ["that is why"]);
        assert_eq!(failure.code(), Some(code));
    }
    thread.join().unwrap();
}

#[tokio::test]
async fn a_wrong_token_is_told_by_its_file() {
    let (url, thread) = supervisor(vec![(401, String::new())]);
    let (_dir, data) = data(&url);
    let failure = Failure::from(client(&data).list().await.unwrap_err());
    assert_eq!(failure.status.code(), 77);
    let file = data.token().display().to_string();
    assert!(failure.messages()[0].contains(&file), "{failure:?}");
    thread.join().unwrap();
}

#[tokio::test]
async fn nobody_who_listens_is_told_with_what_to_do() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    drop(port);
    let (dir, data) = data(&format!("http://{address}"));
    let expected = format!("stormcell serve --data {}", dir.path().display());
    for without_url in [false, true] {
        if without_url {
            std::fs::remove_file(data.url()).unwrap();
        }
        let error = client(&data).list().await.unwrap_err();
        assert!(error.is_passing(), "{error:?}");
        let failure = Failure::from(error);
        assert_eq!(failure.status.code(), 69);
        assert!(failure.messages()[0].contains(&expected), "{failure:?}");
    }
}

#[tokio::test]
async fn what_is_no_supervisor_is_said_so() {
    let answers = vec![
        (200, "<html>".to_owned()),
        (500, "<html>".to_owned()),
        (301, String::new()),
    ];
    let (url, thread) = supervisor(answers);
    let (_dir, data) = data(&url);
    for _ in 0..3 {
        let failure = Failure::from(client(&data).list().await.unwrap_err());
        assert!(matches!(failure.status.code(), 69 | 70), "{failure:?}");
    }
    thread.join().unwrap();
}

#[tokio::test]
async fn a_supervisor_that_was_started_again_is_found() {
    let (first, thread) = supervisor(vec![(200, "[]".to_owned())]);
    let (_dir, data) = data(&first);
    let client = client(&data);
    client.list().await.unwrap();
    thread.join().unwrap();
    let (second, thread) = supervisor(vec![(200, "[]".to_owned())]);
    std::fs::write(data.url(), second).unwrap();
    client.list().await.unwrap();
    thread.join().unwrap();
}

#[tokio::test]
async fn a_file_is_uploaded_whole_and_only_if_it_is_missing() {
    let answers = vec![
        (404, String::new()),
        (201, r#"{"digest":"sha256:00","new":true}"#.to_owned()),
        (200, String::new()),
    ];
    let (url, thread) = supervisor(answers);
    let (dir, data) = data(&url);
    let client = client(&data);
    let path = dir.path().join("a.wasm");
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| i as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(client.has_component("sha256:00").await, Ok(false));
    let counted = Arc::new(Mutex::new(0));
    let sent: Sent = Box::new({
        let counted = counted.clone();
        move |bytes| *counted.lock().unwrap() += bytes
    });
    client.upload("sha256:00", &path, sent).await.unwrap();
    assert_eq!(client.has_component("sha256:00").await, Ok(true));
    let heard = thread.join().unwrap();
    assert_eq!(heard[1].line, "PUT /v1/components/sha256:00 HTTP/1.1");
    assert!(heard[1].body == bytes, "{} bytes", heard[1].body.len());
    assert_eq!(*counted.lock().unwrap(), 300_000);
}

#[tokio::test]
async fn log_lines_come_one_by_one() {
    let lines = "{\"at\":1,\"level\":\"info\",\"message\":\"a\"}\n\n{\"at\":2,\"level\":\"stdout\",\"message\":\"b\"}\n<html>\n";
    let (url, thread) = supervisor(vec![(200, lines.to_owned())]);
    let (_dir, data) = data(&url);
    let mut lines = client(&data).logs(
        "a",
        &LogQuery {
            follow: true,
            task: Some(3),
            level: Some(api::LogLevel::Warn),
            ..LogQuery::default()
        },
    );
    assert_eq!(lines.next().await.unwrap().unwrap().message, "a");
    assert_eq!(lines.next().await.unwrap().unwrap().message, "b");
    let error = lines.next().await.unwrap().unwrap_err();
    assert!(matches!(error, ClientError::Broken(_)), "{error:?}");
    assert!(lines.next().await.is_none());
    let heard = thread.join().unwrap();
    assert_eq!(
        heard[0].line,
        "GET /v1/topologies/a/logs?follow=true&task=3&level=warn HTTP/1.1"
    );
}
