//! The OpenAPI document.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::super::openapi_json;
use super::served::Served;

/// To accept changes, run with `SNAPSHOTS=overwrite`.
#[test]
fn the_document_is_that_in_the_docs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document = openapi_json();
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        std::fs::write(&path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = document
        .lines()
        .zip(committed.lines())
        .position(|(new, old)| new != old);
    assert!(
        document == committed,
        "docs/openapi.json is not that of the code (line {:?}): run the test with \
         SNAPSHOTS=overwrite and look at the difference",
        differs.map(|line| line + 1)
    );
}

#[test]
fn the_document_is_whole() {
    let text = openapi_json();
    let parsed: OpenApi = serde_json::from_str(&text).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.keys().eq(parsed.paths.paths.keys()));
    assert_eq!(document["openapi"], "3.1.0");

    let mut operations = BTreeSet::new();
    for (path, item) in paths {
        assert!(path.starts_with("/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(operations.insert(id.to_owned()), "{id} is there twice");
            assert!(operation["summary"].is_string(), "{method} {path}");
            let secured = operation["responses"].get("401").is_some();
            assert_eq!(secured, path != "/v1/openapi.json", "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                // The specification demands one, and generators of clients insist.
                let described = response["description"].as_str();
                let is_described = described.is_some_and(|text| !text.is_empty());
                assert!(is_described, "{method} {path}: {status}");
                if status.starts_with(['4', '5']) && method != "head" {
                    let schema = &response["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{method} {path}");
                }
            }
        }
    }
    assert!(!text.contains("\"items\": false"), "generators refuse it");
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(reference) => references.push(reference.to_owned()),
                    None => collect_references(value, references),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                collect_references(item, references);
            }
        }
        _ => {}
    }
}

#[test]
fn it_is_served_without_the_token() {
    let served = Served::with(&[]);
    let response = served.ask_with("GET", "/v1/openapi.json", "", b"");
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.body, openapi_json());
}
