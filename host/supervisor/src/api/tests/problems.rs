//! What goes wrong has a status, and a body that says what.

use serde_json::{Value, json};
use stormcell_protocol::api::Problem;

use super::fake::digest_of;
use super::served::Served;

/// Each path with a method, as the OpenAPI document has them.
fn operations(served: &Served) -> Vec<(String, String)> {
    let document = served.ask_with("GET", "/v1/openapi.json", "", b"").json();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path
                .replace("{name}", "word-count")
                .replace("{digest}", "x")
                .replace("{number}", "1");
            operations.push((method.to_uppercase(), path));
        }
    }
    assert!(operations.len() >= 14, "{operations:?}");
    operations
}

#[test]
fn everything_but_the_document_needs_the_token() {
    let served = Served::with(&["word-count"]);
    let mut operations = operations(&served);
    operations.retain(|(_, path)| path != "/v1/openapi.json");
    operations.push(("GET".to_owned(), "/".to_owned()));
    operations.push(("GET".to_owned(), "/v1/openapi.json/".to_owned()));
    let half = &served.token[..32];
    let wrong = [
        String::new(),
        format!("authorization: Bearer {half}\r\n"),
        format!("authorization: Bearer {}x\r\n", served.token),
        format!("authorization: Basic {}\r\n", served.token),
        format!("authorization: {}\r\n", served.token),
        "authorization: \r\n".to_owned(),
    ];
    for (method, path) in &operations {
        for head in &wrong {
            let response = served.ask_with(method, path, head, b"");
            assert_eq!(response.status, 401, "{method} {path} {head}");
            assert_eq!(
                response.header("www-authenticate"),
                Some("Bearer realm=\"stormcell\"")
            );
            if method != "HEAD" {
                let problem = response.problem();
                assert_eq!(problem.code, "unauthorized");
                assert!(problem.message.contains("Bearer TOKEN"), "{problem:?}");
            }
        }
    }
    assert_eq!(
        *served.backend.asked.lock(),
        [""; 0],
        "nothing was asked for"
    );
    let right = format!("Authorization: bearer {}\r\n", served.token);
    assert_eq!(
        served.ask_with("GET", "/v1/server", &right, b"").status,
        200
    );
}

#[test]
fn each_code_of_the_supervisor_has_its_status() {
    let served = Served::with(&["word-count"]);
    for (code, status) in [
        ("not-found", 404),
        ("exists", 409),
        ("conflict", 409),
        ("busy", 409),
        ("missing-secrets", 409),
        ("invalid", 422),
        ("unsigned", 403),
        ("not-allowed", 403),
        ("too-large", 413),
        ("storage", 507),
        ("internal", 500),
        ("of a later version", 500),
    ] {
        let problem = Problem {
            code: code.into(),
            message: "what, where and what to do".to_owned(),
            diagnostics: vec![json!({"code": "unknown-component"})],
        };
        *served.backend.refusal.lock() = Some(problem.clone());
        for (method, path, body) in [
            ("GET", "/v1/topologies/word-count", ""),
            ("GET", "/v1/topologies/word-count/logs", ""),
            ("DELETE", "/v1/topologies/word-count", ""),
            ("POST", "/v1/topologies/word-count/activate", ""),
            ("POST", "/v1/topologies/word-count/rebalance", "{}"),
            ("POST", "/v1/topologies", SUBMIT),
            (
                "PUT",
                &format!("/v1/components/{}", digest_of(b"body")),
                "body",
            ),
        ] {
            let response = served.ask(method, path, body);
            assert_eq!(response.status, status, "{code} {method} {path}");
            assert_eq!(response.problem(), problem, "{method} {path}");
        }
    }
}

#[test]
fn wrong_paths_and_methods_say_where_to_look() {
    let served = Served::with(&[]);
    let response = served.ask("GET", "/v1/topology", "");
    assert_eq!(response.status, 404);
    let message = response.problem().message;
    assert_eq!(
        message,
        "there is no path /v1/topology; GET /v1/openapi.json lists those there are"
    );

    let response = served.ask("PATCH", "/v1/topologies", "");
    assert_eq!(response.status, 405);
    assert_eq!(response.problem().code, "method-not-allowed");
    let allow = response.header("allow").unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");

    let response = served.ask("GET", "/v1/topologies/%ff", "");
    assert_eq!(response.status, 422);
    assert_eq!(response.problem().code, "invalid");
}

pub(super) const SUBMIT: &str =
    r#"{"file": "name: x", "base_dir": "/tmp", "components": {}, "workers": 2}"#;

#[test]
fn problems_always_have_all_their_fields() {
    let served = Served::with(&[]);
    let body: Value = served.ask("GET", "/v1/topologies/absent", "").json();
    let keys: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "message", "diagnostics"]);
}
