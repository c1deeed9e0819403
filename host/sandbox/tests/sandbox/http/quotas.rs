//! What a component may use of the network.

use std::time::{Duration, Instant};

use serde_json::json;
use stormcell_sandbox::{CallError, FaultKind};

use super::server::{Answer, Server};
use super::{CALLING, HERE, called, caller, says};
use crate::support::{guest, row};

/// The host of a server, as a grant names it.
fn host(server: &Server) -> String {
    format!("http://127.0.0.1:{}", server.port)
}

#[tokio::test]
async fn a_response_that_never_ends() {
    let server = Server::start(HERE, Answer::Endless).await;
    let host = host(&server);
    let (mut spec, sink) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    spec.limits.http_response_bytes = 1 << 20;
    let said = called(&spec).await;
    says(
        &said,
        &["longer than 1 MiB", "limits.http-response-bytes", &host],
    );
    let log = sink.log.lock().unwrap().clone();
    assert!(
        log.iter()
            .any(|(_, line)| line.contains("limits.http-response-bytes")),
        "{log:?}"
    );
    server.until_open(0).await;
}

#[tokio::test]
async fn a_response_that_says_it_is_too_long() {
    let server = Server::start(HERE, Answer::Long(1 << 20)).await;
    let host = host(&server);
    let (mut spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    spec.limits.http_response_bytes = (1 << 20) - 1;
    says(
        &called(&spec).await,
        &["HttpResponseBodySize", "limits.http-response-bytes"],
    );
    spec.limits.http_response_bytes = 1 << 20;
    assert_eq!(called(&spec).await.len(), "200 ".len() + (1 << 20));
}

#[tokio::test]
async fn headers_without_end() {
    let server = Server::start(HERE, Answer::EndlessHeaders).await;
    let host = host(&server);
    let (spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    says(&called(&spec).await, &["HttpResponseHeaderSectionSize"]);
    server.until_open(0).await;
}

#[tokio::test]
async fn headers_of_its_own_without_end() {
    let (spec, _) = caller(
        json!({ "do": "send long headers" }),
        &["http://x.example"],
        &[],
    );
    let component = CALLING.load(&guest("guest_bolt")).await.unwrap();
    let mut instance = component.bolt(&spec).await.unwrap();
    let Err(CallError::Fault(fault)) = instance.execute(&[row()]).await else {
        panic!("it made them");
    };
    assert_eq!(fault.kind, FaultKind::Trap);
    says(
        &fault.message,
        &["HTTP headers of more than 32 KiB", "`execute`"],
    );
}

#[tokio::test]
async fn a_request_that_is_too_long() {
    let server = Server::start(HERE, Answer::Count).await;
    let host = host(&server);
    let upload = |size: u32| json!({ "do": "upload", "url": host, "size": size });
    let (mut spec, _) = caller(upload(100_000), &[&host], &[]);
    spec.limits.http_request_bytes = 100_000;
    assert_eq!(called(&spec).await, "100000");
    spec.config = upload(100_001);
    let said = called(&spec).await;
    says(&said, &["HttpRequestBodySize", "limits.http-request-bytes"]);
}

#[tokio::test]
async fn connections_at_a_time() {
    let server = Server::start(HERE, Answer::SilentBody).await;
    let host = host(&server);
    let config = json!({ "do": "hold", "url": host, "wait-ms": "200" });
    let (mut spec, _) = caller(config, &[&host], &[]);
    spec.limits.http_connections = 3;
    let said = called(&spec).await;
    says(
        &said,
        &[
            "ConnectionLimitReached after 3",
            "its 3 connections",
            "limits.http-connections",
        ],
    );
    assert_eq!(server.connections(), 3);
    server.until_open(0).await;
}

#[tokio::test]
async fn one_connection_after_the_other() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let host = host(&server);
    let (mut spec, _) = caller(json!({ "do": "fetch twice", "url": host }), &[&host], &[]);
    spec.limits.http_connections = 1;
    for _ in 0..20 {
        assert_eq!(called(&spec).await, "200 hello, 200 hello");
    }
}

#[tokio::test]
async fn bytes_a_second() {
    let server = Server::start(HERE, Answer::Long(300_000)).await;
    let host = host(&server);
    let (mut spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    spec.limits.http_bytes = 100_000;
    let begun = Instant::now();
    assert_eq!(called(&spec).await.len(), "200 ".len() + 300_000);
    // A second's worth comes at once, and up to a buffer more.
    assert!(
        begun.elapsed() > Duration::from_millis(1_000),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_server_that_is_silent() {
    for answer in [Answer::Silence, Answer::SilentBody] {
        let server = Server::start(HERE, answer).await;
        let host = host(&server);
        let (mut spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
        spec.limits.host_time = Duration::from_millis(400);
        let said = called(&spec).await;
        assert!(
            said.contains("ConnectionReadTimeout") || said.contains("connection read timeout"),
            "the component outlives it: {said}"
        );
        server.until_open(0).await;
    }
}

#[tokio::test]
async fn a_component_that_waits_again_and_again() {
    let server = Server::start(HERE, Answer::SilentBody).await;
    let host = host(&server);
    let config = json!({ "do": "hold", "url": host, "wait-ms": "60000" });
    let (mut spec, _) = caller(config, &[&host], &[]);
    spec.limits.host_time = Duration::from_millis(300);
    spec.limits.http_connections = 2;
    let component = CALLING.load(&guest("guest_bolt")).await.unwrap();
    let mut instance = component.bolt(&spec).await.unwrap();
    let Err(CallError::Fault(fault)) = instance.execute(&[row()]).await else {
        panic!("it came back");
    };
    assert_eq!(fault.kind, FaultKind::HostTime);
    says(&fault.message, &["limits.host-time", "a server"]);
    drop(instance);
    server.until_open(0).await;
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_no_connection() {
    let server = Server::start(HERE, Answer::SilentBody).await;
    let host = host(&server);
    let (spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    let component = CALLING.load(&guest("guest_bolt")).await.unwrap();
    let mut instance = component.bolt(&spec).await.unwrap();
    {
        let batches = [row()];
        let mut call = Box::pin(instance.execute(&batches));
        let opened = server.until_open(1);
        tokio::select! {
            _ = &mut call => panic!("it came back"),
            () = opened => {}
        }
    }
    drop(instance);
    server.until_open(0).await;
}
