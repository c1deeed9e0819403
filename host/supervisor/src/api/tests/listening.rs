//! Listening, and the end of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use stormcell_protocol::DataDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::super::{Api, ApiConfig, ApiError};
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
        assert!((30..=31).contains(&seconds), "after {seconds} s");
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
