//! Listening, and the end of it.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use stormcell_protocol::DataDir;
use stormcell_protocol::api::Problem;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::super::connections::{self, Bounds};
use super::super::{Api, ApiConfig, ApiError, routes};
use super::fake::Fake;
use super::served::{LOOPBACK, Served, read_chunk, read_head};

async fn bind(data: &DataDir, address: &str) -> Result<Api, ApiError> {
    let config = ApiConfig {
        bind: address.parse().unwrap(),
    };
    Api::bind(Fake::with(&[]), data.clone(), config).await
}

#[test]
fn the_address_is_in_the_data_folder_for_as_long_as_it_listens() {
    let mut served = Served::with(&[]);
    let url = fs::read_to_string(served.data.url()).unwrap();
    assert_eq!(url, format!("http://{}\n", served.address));
    served.end();
    assert!(!served.data.url().exists());
    assert!(served.data.token().exists());
}

#[tokio::test]
async fn any_address_is_reached_over_loopback_on_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::new(dir.path());
    let api = bind(&data, "0.0.0.0:0").await.unwrap();
    assert_eq!(
        api.url(),
        format!("http://127.0.0.1:{}", api.address().port())
    );
}

#[test]
fn a_port_in_use_says_what_to_do_and_leaves_the_other_address_alone() {
    let served = Served::with(&[]);
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::new(dir.path());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let second = runtime.block_on(bind(&data, &served.address.to_string()));
    let Err(error) = second else {
        panic!("two listen at one address");
    };
    assert!(matches!(error, ApiError::InUse { .. }));
    let text = error.to_string();
    assert!(text.contains(&served.address.to_string()), "{text}");
    assert!(text.contains("--bind"), "{text}");
    assert!(!data.url().exists());
}

#[tokio::test]
async fn it_does_not_listen_with_a_token_that_others_can_read() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::new(dir.path());
    drop(bind(&data, LOOPBACK).await.unwrap());
    fs::set_permissions(data.token(), fs::Permissions::from_mode(0o644)).unwrap();
    let Err(error) = bind(&data, LOOPBACK).await else {
        panic!("it listens");
    };
    assert!(matches!(error, ApiError::Token { .. }), "{error}");
}

/// The clock stands still while anything can be done.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_say_what_it_wants_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::new(dir.path());
    let api = bind(&data, LOOPBACK).await.unwrap();
    let address = api.address();
    tokio::spawn(api.serve(std::future::pending()));
    for said in ["", "GET /v1/server HTTP/1.1\r\nhost: "] {
        let begin = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), "");
        let seconds = begin.elapsed().as_secs();
        assert!((10..=11).contains(&seconds), "after {seconds} s");
    }
}

#[test]
fn followers_are_told_the_end() {
    let mut served = Served::with(&["word-count"]);
    let path = "/v1/topologies/word-count/logs?follow=true";
    let mut stream = served.open("GET", path, &served.authorization());
    assert_eq!(read_head(&mut stream).0, 200);
    served.stop();
    assert_eq!(read_chunk(&mut stream), None, "a whole answer");
    served.end();
}

/// The API with room for four connections, two of them of strangers, in a data folder of its
/// own. Returns the folder, the address, and what to send for a request with the token.
async fn small() -> (TempDir, SocketAddr, impl Fn(&str) -> String) {
    let dir = tempfile::tempdir().unwrap();
    let config = ApiConfig {
        bind: LOOPBACK.parse().unwrap(),
    };
    let backend = Fake::with(&["word-count"]);
    let api = Api::bind(backend, DataDir::new(dir.path()), config).await;
    let api = api.unwrap();
    let token = api.state.token.text().to_owned();
    let address = api.address();
    let ending = api.state.ending.clone();
    let app = routes::app(api.state);
    let bounds = Bounds {
        all: 4,
        strangers: 2,
    };
    tokio::spawn(connections::serve(api.listener, app, ending, bounds));
    let request = move |path: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n")
    };
    (dir, address, request)
}

/// Connects, says something, and returns what comes first.
async fn say(address: SocketAddr, what: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(what.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1 << 10];
    // An end by a reset is an end.
    let length = stream.read(&mut answer).await.unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    (stream, answer)
}

/// The same, and the answer is a good one.
async fn answered(address: SocketAddr, what: &str) -> TcpStream {
    let (stream, answer) = say(address, what).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    stream
}

#[tokio::test]
async fn who_is_being_answered_stays_and_who_comes_then_is_told() {
    let (_dir, address, request) = small().await;
    let follow = request("/v1/topologies/word-count/logs?follow=true");
    let mut followers = Vec::new();
    for _ in 0..4 {
        followers.push(answered(address, &follow).await);
    }
    let (_, answer) = say(address, "").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    let problem: Problem = serde_json::from_str(body).unwrap();
    assert_eq!(problem.code, "overloaded");
    assert!(problem.message.contains("all 4 connections"));
    // One who has gone has left his place, as soon as that is noticed.
    drop(followers.pop());
    let list = request("/v1/topologies");
    while !say(address, &list).await.1.starts_with("HTTP/1.1 200 OK") {
        tokio::task::yield_now().await;
    }
    for mut follower in followers {
        let nothing = tokio::time::timeout(Duration::ZERO, follower.read(&mut [0])).await;
        assert!(nothing.is_err(), "it stays");
    }
}

#[tokio::test]
async fn a_stranger_goes_for_another_and_the_owner_stays() {
    let (_dir, address, request) = small().await;
    let list = request("/v1/topologies");
    let mut owner = answered(address, &list).await;
    let mut strangers = Vec::new();
    for _ in 0..10 {
        strangers.push(TcpStream::connect(address).await.unwrap());
    }
    for mut gone in strangers.drain(..8) {
        assert_eq!(gone.read(&mut [0]).await.unwrap_or(0), 0);
    }
    // Without the token it stays a stranger, whatever it asks for.
    let asking = "GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut asked = answered(address, asking).await;
    let _others = [
        TcpStream::connect(address).await.unwrap(),
        TcpStream::connect(address).await.unwrap(),
    ];
    let mut rest = Vec::new();
    let _ = asked.read_to_end(&mut rest).await;
    // The connection of the owner is the one that it was.
    owner.write_all(list.as_bytes()).await.unwrap();
    let mut answer = [0; 15];
    owner.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

/// A connection of the owner ends as well. A connection on which an answer goes on does not.
#[tokio::test]
async fn a_connection_without_a_request_ends() {
    let (_dir, address, request) = small().await;
    let follow = request("/v1/topologies/word-count/logs?follow=true");
    let mut follower = answered(address, &follow).await;
    let mut owner = answered(address, &request("/v1/topologies")).await;
    // From now on the clock stands still while anything can be done.
    tokio::time::pause();
    let begin = Instant::now();
    owner.read_to_end(&mut Vec::new()).await.unwrap();
    let seconds = begin.elapsed().as_secs();
    assert!((29..=31).contains(&seconds), "after {seconds} s");
    let mut rest = Vec::new();
    let more = follower.read_to_end(&mut rest);
    let ended = tokio::time::timeout(Duration::from_mins(20), more).await;
    assert!(ended.is_err(), "it is being answered");
}
