//! Uploads.

use std::io::Write;

use serde_json::json;

use super::fake::digest_of;
use super::served::{Served, read, until};

fn path(digest: &str) -> String {
    format!("/v1/components/{digest}")
}

#[test]
fn a_file_is_uploaded_once() {
    let served = Served::with(&[]);
    let file = vec![7; 5 << 20];
    let digest = digest_of(&file);
    assert_eq!(served.ask("HEAD", &path(&digest), "").status, 404);

    let response = served.ask_with("PUT", &path(&digest), &served.authorization(), &file);
    assert_eq!(response.status, 201, "{response:?}");
    assert_eq!(response.json()["digest"], digest);
    assert_eq!(response.json()["new"], true);
    assert_eq!(served.backend.components.lock().get(&digest), Some(&file));

    assert_eq!(served.ask("HEAD", &path(&digest), "").status, 200);
    // The whole body is sent again; the answer arrives all the same.
    let response = served.ask_with("PUT", &path(&digest), &served.authorization(), &file);
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.json()["new"], false);
}

#[test]
fn a_signature_is_kept_with_its_file() {
    let served = Served::with(&[]);
    let digest = digest_of(b"file");
    let path = path(&digest) + "/signature";
    let key = format!("ed25519:{}", "ab".repeat(16));
    let body = json!({"key": key, "signature": "cd".repeat(64)}).to_string();
    let response = served.ask("PUT", &path, &body);
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.json()["signer"], key);
    for wrong in [
        json!({"key": key}),
        json!({"key": "ed25519:ab", "signature": "cd".repeat(64)}),
        json!({"key": key, "signature": "cd"}),
    ] {
        let response = served.ask("PUT", &path, &wrong.to_string());
        assert_eq!(response.status, 422, "{wrong}");
    }
    assert_eq!(*served.backend.asked.lock(), [format!("sign {digest}")]);
}

#[test]
fn another_content_than_its_name_says_is_refused() {
    let served = Served::with(&[]);
    let digest = digest_of(b"announced");
    let response = served.ask("PUT", &path(&digest), "sent");
    assert_eq!(response.status, 422);
    assert_eq!(response.problem().code, "invalid");
    assert_eq!(served.ask("HEAD", &path(&digest), "").status, 404);
}

#[test]
fn a_body_that_breaks_off_is_an_error_not_a_short_file() {
    let served = Served::with(&[]);
    let digest = digest_of(b"the whole file");
    let head = format!("{}content-length: 14\r\n", served.authorization());
    let mut stream = served.open("PUT", &path(&digest), &head);
    stream.get_mut().write_all(b"the whole").unwrap();
    drop(stream);
    until("the upload fails", || {
        !served.backend.broken.lock().is_empty()
    });
    assert!(served.backend.components.lock().is_empty());
}

#[test]
fn a_file_that_announces_itself_as_too_large_is_refused_unread() {
    let served = Served::with(&[]);
    let head = format!(
        "{}expect: 100-continue\r\ncontent-length: {}\r\n",
        served.authorization(),
        1_u64 << 40
    );
    let stream = served.open("PUT", &path(&digest_of(b"file")), &head);
    let response = read(stream, "PUT");
    assert_eq!(response.status, 413);
    let problem = response.problem();
    assert_eq!(problem.code, "too-large");
    assert!(problem.message.contains("256MiB"), "{problem:?}");
    assert_eq!(*served.backend.asked.lock(), [""; 0]);
}
