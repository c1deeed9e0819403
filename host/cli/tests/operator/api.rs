//! The HTTP API, as `curl` uses it: lines of text over a connection.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::cluster::{Cluster, workspace};
use crate::words;

/// Sends a request, and gives the status and the JSON of the answer.
fn request(cluster: &Cluster, method: &str, path: &str, token: Option<&str>) -> (u16, Value) {
    let url = fs::read_to_string(cluster.data().join("url")).unwrap();
    let address = url.trim().strip_prefix("http://").unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    let mut stream = TcpStream::connect(address).unwrap();
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{}\r\n",
        token.unwrap_or_default()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[test]
fn it_wants_the_token_and_answers_what_the_commands_print() {
    let cluster = Cluster::start();
    let file = words::file(&cluster);
    cluster.ask(&["submit", file.to_str().unwrap(), "--wait"]);
    let token = fs::read_to_string(cluster.data().join("token")).unwrap();
    let token = Some(token.trim());

    for wrong in [None, Some("wrong"), Some("")] {
        for (method, path) in [
            ("GET", "/v1/topologies"),
            ("DELETE", "/v1/topologies/words"),
            ("GET", "/v1/nowhere"),
        ] {
            let (status, problem) = request(&cluster, method, path, wrong);
            assert_eq!(status, 401, "{method} {path}: {problem}");
            assert_eq!(problem["code"], "unauthorized");
        }
    }
    // Its worker may still be on its way out.
    cluster.until("the answer is what `list` prints", crate::LONG, || {
        let (status, listed) = request(&cluster, "GET", "/v1/topologies", token);
        assert_eq!((status, &listed[0]["name"]), (200, &json!(words::NAME)));
        (listed == cluster.ask(&["list"])).then_some(())
    });
    let (status, shown) = request(&cluster, "GET", "/v1/topologies/words", token);
    assert_eq!(status, 200);
    assert_eq!(shown["report"]["trees"]["acked"], 3);
    let (status, problem) = request(&cluster, "GET", "/v1/topologies/wrods", token);
    assert_eq!(status, 404);
    assert_eq!(
        problem,
        json!({
            "code": "not-found",
            "message": "there is no topology `wrods`; did you mean `words`?",
            "diagnostics": [],
        })
    );

    // Who may not do anything may still read what there is to do.
    let (status, served) = request(&cluster, "GET", "/v1/openapi.json", None);
    let document = fs::read(workspace().join("docs/openapi.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    assert_eq!((status, served), (200, document));

    let (status, _) = request(&cluster, "DELETE", "/v1/topologies/words", token);
    assert_eq!(status, 202);
    cluster.until("it is gone", crate::LONG, || {
        let (status, _) = request(&cluster, "GET", "/v1/topologies/words", token);
        (status == 404).then_some(())
    });
    cluster.stop();
}
