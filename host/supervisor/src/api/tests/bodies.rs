//! Documents and parameters that make no sense.

use super::super::input::DOCUMENT;
use super::problems::SUBMIT;
use super::served::Served;

#[test]
fn documents_that_make_no_sense_are_refused_and_say_where() {
    let served = Served::with(&["word-count"]);
    for (path, body, expected) in [
        ("/v1/topologies", "", "the request has no body"),
        ("/v1/topologies", " \n", "the request has no body"),
        ("/v1/topologies", "{", "EOF while parsing"),
        ("/v1/topologies", "{\"file\": ", "EOF while parsing"),
        ("/v1/topologies", "{} {}", "missing field `file`"),
        (
            "/v1/topologies",
            r#"{"file": "x", "base_dir": "/", "components": {}, "worker": 2}"#,
            "unknown field `worker`, expected one of `file`",
        ),
        (
            "/v1/topologies",
            r#"{"file": "x", "base_dir": "/", "components": {}, "workers": -1}"#,
            "workers: invalid value: integer `-1`, expected a whole number from 1 to 32",
        ),
        (
            "/v1/topologies/word-count/rebalance",
            r#"{"parallelism": {"split": "four"}}"#,
            "parallelism.split: invalid type: string \"four\", expected a whole number from 1 to 10000",
        ),
        (
            "/v1/topologies/word-count/deploy",
            r#"{"component": "split", "canary_percent": 256}"#,
            "canary_percent: invalid value: integer `256`, expected a whole number from 1 to 100",
        ),
        (
            "/v1/topologies/word-count/rollback",
            r#"{"component": "split", "to": 3}"#,
            "unknown field `to`, expected `component`",
        ),
    ] {
        let response = served.ask("POST", path, body);
        assert_eq!(response.status, 422, "{path} {body}: {response:?}");
        let problem = response.problem();
        assert_eq!(problem.code, "invalid");
        assert!(problem.message.contains(expected), "{}", problem.message);
    }
    assert_eq!(*served.backend.asked.lock(), [""; 0]);
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let served = Served::with(&["word-count"]);
    for (method, parameters, expected) in [
        (
            "DELETE",
            "?wait_ms=soon",
            "wait_ms: `soon`: expected a whole number from 0 to 604800000",
        ),
        (
            "DELETE",
            "?wait=3",
            "unknown field `wait`, expected `wait_ms`",
        ),
        ("GET", "/logs?level=warning", "unknown variant `warning`"),
        ("GET", "/logs?follow=yes", "follow: provided string was not"),
        (
            "GET",
            "/logs?task=-1",
            "task: `-1`: expected a whole number from 1",
        ),
        (
            "GET",
            "/logs?tail=%2B1",
            "tail: `+1`: expected a whole number",
        ),
        ("GET", "/logs?lines=3", "unknown field `lines`"),
        ("GET", "/logs?tail=1&tail=2", "duplicate field `tail`"),
    ] {
        let path = format!("/v1/topologies/word-count{parameters}");
        let response = served.ask(method, &path, "");
        assert_eq!(response.status, 422, "{path}: {response:?}");
        let message = response.problem().message;
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(*served.backend.asked.lock(), [""; 0]);
}

#[test]
fn a_huge_document_is_refused_and_one_at_the_limit_is_not() {
    let served = Served::with(&[]);
    let padded = |length: usize| {
        let mut body = SUBMIT.to_owned();
        body.push_str(&" ".repeat(length - body.len()));
        body
    };
    let response = served.ask("POST", "/v1/topologies", &padded(DOCUMENT));
    assert_eq!(response.status, 201, "{response:?}");

    let response = served.ask("POST", "/v1/topologies", &padded(DOCUMENT + 1));
    assert_eq!(response.status, 413, "{response:?}");
    let problem = response.problem();
    assert_eq!(problem.code, "too-large");
    assert!(problem.message.contains("4194304 bytes"), "{problem:?}");
}

#[test]
fn deep_nesting_is_an_error_and_no_stack_overflow() {
    let served = Served::with(&[]);
    let response = served.ask("POST", "/v1/topologies", &"[".repeat(1 << 20));
    assert_eq!(response.status, 422);
    let response = served.ask(
        "POST",
        "/v1/topologies",
        &format!(r#"{{"file": "", "extra": {}"#, "[".repeat(1 << 20)),
    );
    assert_eq!(response.status, 422);
}
