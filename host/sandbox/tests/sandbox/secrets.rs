//! A secret is in the configuration and the environment of an instance, and in nothing
//! that the host shows.

use std::collections::BTreeMap;

use serde_json::json;
use stormcell_sandbox::{CallError, FaultKind, SecretError, Secrets};
use stormcell_topology::{EnvValue, SecretRef};

use crate::support::{bolt, fault, run, task, text, word};

const SECRET: &str = "open \"sesame\"";

fn secrets() -> Secrets {
    Secrets::given(BTreeMap::from([("DOOR".to_owned(), SECRET.to_owned())]))
}

#[tokio::test]
async fn a_component_is_given_the_text() {
    let config = json!({ "do": "show the configuration", "key": { "secret": "DOOR" } });
    let (mut spec, _) = task(&word(), config);
    spec.secrets = secrets();
    let said: serde_json::Value = serde_json::from_str(&text(&run(&spec).await.unwrap())).unwrap();
    assert_eq!(said["key"], SECRET);

    let (mut spec, _) = task(&word(), json!({ "do": "environment" }));
    spec.secrets = secrets();
    let reference = SecretRef {
        secret: "DOOR".to_owned(),
    };
    spec.grants
        .env
        .insert("KEY".to_owned(), EnvValue::Secret(reference));
    assert_eq!(
        text(&run(&spec).await.unwrap()),
        format!("{:?} []", [format!("KEY={SECRET}")])
    );
}

#[tokio::test]
async fn what_the_host_shows_has_the_name_in_its_place() {
    for what in [
        "panic with the configuration",
        "fail with the configuration",
    ] {
        let config = json!({ "do": what, "key": { "secret": "DOOR" } });
        let (mut spec, sink) = task(&word(), config);
        spec.secrets = secrets();
        let shown = match what {
            "panic with the configuration" => fault(&spec).await.message.into_string(),
            _ => match run(&spec).await {
                Err(CallError::Returned(error)) => error.into_string(),
                other => panic!("{other:?}"),
            },
        };
        let log = format!("{:?}", sink.log.lock().unwrap());
        for text in [shown, log] {
            assert!(text.contains("[secret DOOR]"), "{text}");
            assert!(!text.contains("sesame"), "{text}");
        }
        assert!(!format!("{spec:?}").contains("sesame"));
    }
}

#[tokio::test]
async fn without_its_secret_a_component_does_not_start() {
    let (mut spec, _) = task(&word(), json!({ "key": { "secret": "WINDOW" } }));
    spec.secrets = secrets();
    let Err(CallError::Fault(fault)) = bolt().await.bolt(&spec).await else {
        panic!("it started");
    };
    assert_eq!(fault.kind, FaultKind::Start);
    let expected = SecretError::Missing("WINDOW".to_owned()).to_string();
    assert_eq!(fault.message, expected);
}
