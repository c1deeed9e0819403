//! What is asked of the supervisor, and how it is answered.

use serde_json::json;

use super::fake::{Fake, digest_of};
use super::problems::SUBMIT;
use super::served::{Served, until};

#[test]
fn a_topology_is_submitted_looked_at_changed_and_killed() {
    let served = Served::with(&["word-count"]);
    let response = served.ask("POST", "/v1/topologies", SUBMIT);
    assert_eq!(response.status, 201);
    assert_eq!(
        response.header("location"),
        Some("/v1/topologies/word-count")
    );
    assert_eq!(response.json()["topology"]["name"], "word-count");
    assert!(response.body.ends_with("}\n"), "whole lines for terminals");
    let submitted = served.backend.submitted.lock().clone();
    assert_eq!(submitted[0].workers, 2);
    assert_eq!(submitted[0].file_name, "topology.yaml");

    let response = served.ask("GET", "/v1/topologies", "");
    assert_eq!(response.status, 200);
    assert_eq!(
        response.json()[0]["workers"],
        json!({"planned": 2, "up": 2})
    );

    let response = served.ask("GET", "/v1/topologies/word-count", "");
    assert_eq!(response.status, 200);
    assert_eq!(response.json()["summary"]["status"], "active");

    served.backend.asked.lock().clear();
    for (method, path, body, status) in [
        ("POST", "/activate", "", 200),
        ("POST", "/deactivate", "", 200),
        ("DELETE", "?wait_ms=1500", "", 202),
        ("DELETE", "?remove_state=true", "", 202),
        ("DELETE", "", "", 202),
    ] {
        let path = format!("/v1/topologies/word-count{path}");
        let response = served.ask(method, &path, body);
        assert_eq!(response.status, status, "{path}");
        assert_eq!(response.json()["name"], "word-count", "{path}");
    }
    assert_eq!(
        *served.backend.asked.lock(),
        [
            "word-count: Activate",
            "word-count: Deactivate",
            "word-count: Kill { wait_ms: Some(1500), remove_state: false }",
            "word-count: Kill { wait_ms: None, remove_state: true }",
            "word-count: Kill { wait_ms: None, remove_state: false }",
        ]
    );
}

#[test]
fn what_becomes_of_state_is_in_the_answer() {
    let served = Served::with(&["word-count"]);
    let path = "/v1/topologies/word-count";
    let gone = json!({"folder": "/data/state/word-count", "removed": true});
    let killed = served.ask("DELETE", &format!("{path}?remove_state=true"), "");
    assert_eq!(killed.json()["state"], gone);
    assert_eq!(killed.json()["status"], "active");
    let killed = served.ask("DELETE", path, "");
    assert_eq!(killed.json()["state"], json!(null));

    let removed = served.ask("DELETE", &format!("{path}/state"), "");
    assert_eq!((removed.status, removed.json()), (200, gone));
    let refused = served.ask("DELETE", &format!("{path}?remove_state=perhaps"), "");
    assert_eq!(refused.status, 422, "{refused:?}");
    let asked = served.backend.asked.lock();
    assert_eq!(asked.last().unwrap(), "word-count: remove its state");
}

#[test]
fn changes_are_asked_for_with_their_defaults() {
    let served = Served::with(&["word-count"]);
    let body = r#"{"workers": 4, "parallelism": {"split": 3}, "dry_run": true}"#;
    let response = served.ask("POST", "/v1/topologies/word-count/rebalance", body);
    assert_eq!(response.status, 200);
    assert_eq!(response.json()["workers"], json!([2, 4]));
    assert_eq!(response.json()["applied"], false);

    let digest = digest_of(b"new");
    let body = json!({"component": "split", "digest": digest}).to_string();
    let response = served.ask("POST", "/v1/topologies/word-count/deploy", &body);
    assert_eq!(response.status, 200);
    assert_eq!(response.json()["to"], digest);
    assert_eq!(response.json()["outcome"]["state"], "watching");

    let body = r#"{"component": "split"}"#;
    let response = served.ask("POST", "/v1/topologies/word-count/rollback", body);
    assert_eq!(response.status, 200);

    let asked = served.backend.asked.lock();
    assert!(asked[0].contains("parallelism: {\"split\": 3}, dry_run: true, wait_ms: None"));
    assert!(asked[1].contains("canary_percent: 100, max_error_rate: 0.01, watch_ms: 10000"));
    assert_eq!(asked[2], "word-count: Rollback { component: \"split\" }");
}

#[test]
fn names_are_taken_as_they_are_written_not_as_paths() {
    let served = Served::with(&["word-count"]);
    let response = served.ask("GET", "/v1/topologies/..%2F..%2Fetc/logs", "");
    assert_eq!(response.status, 422, "{response:?}");
    let said = response.problem().message;
    assert!(
        said.contains("name: `../../etc`: expected a name"),
        "{said}"
    );
    assert_eq!(*served.backend.asked.lock(), [""; 0]);
}

#[test]
fn what_was_begun_is_brought_to_its_end_when_the_client_goes() {
    let served = Served::with(&[]);
    let closed = served.backend.gate.try_acquire().unwrap();
    let head = format!(
        "{}content-length: {}\r\n",
        served.authorization(),
        SUBMIT.len()
    );
    let mut stream = served.open("POST", "/v1/topologies", &head);
    std::io::Write::write_all(stream.get_mut(), SUBMIT.as_bytes()).unwrap();
    let asked = |backend: &Fake, what: &str| backend.asked.lock().iter().any(|asked| asked == what);
    until("it has begun", || asked(&served.backend, "submit begins"));
    drop(stream);
    // The server has noticed that the client is gone, or will: another request is
    // answered meanwhile.
    assert_eq!(served.ask("GET", "/v1/topologies", "").status, 200);
    drop(closed);
    until("it has ended", || asked(&served.backend, "submit ends"));
    assert_eq!(served.backend.submitted.lock().len(), 1);
}

#[test]
fn the_server_tells_who_it_is() {
    let served = Served::with(&[]);
    let server = served.ask("GET", "/v1/server", "").json();
    assert_eq!(server["pid"], std::process::id());
    assert_eq!(server["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        server["data"],
        served.data.path().to_str().unwrap(),
        "the data folder"
    );
}
