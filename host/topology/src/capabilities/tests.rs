#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::description::{TextForm, World};

fn importing(imports: &[&str], capabilities: &[Capability]) -> Description {
    Description {
        world: World::Bolt,
        interface_version: "0.1.0".to_owned(),
        summary: String::new(),
        outputs: Vec::new(),
        inputs: Vec::new(),
        config_schema: None,
        text_form: TextForm::Packed,
        capabilities: capabilities.to_vec(),
        works_at_ticks: false,
        imports: imports.iter().map(ToString::to_string).collect(),
        digest: String::new(),
        size: 0,
    }
}

fn names_of(asked: &[Asked]) -> Vec<&str> {
    asked.iter().map(|asked| asked.name).collect()
}

#[test]
fn imports_are_told_by_what_they_give() {
    let asked = asked(&importing(
        &[
            "stormcell:topology/types@0.1.0",
            "stormcell:topology/logging@0.1.0",
            "wasi:cli/stdout@0.2.6",
            "wasi:cli/terminal-stdout@0.2.6",
            "wasi:clocks/wall-clock@0.2.6",
            "wasi:cli/stderr@0.2.6",
            "acme:db/query@1.0.0",
            "wasi:sockets/tcp@0.2.6",
            "stormcell:topology/state@0.1.0",
        ],
        &[],
    ));
    assert_eq!(
        names_of(&asked),
        [
            "state", "stdout", "clock", "sockets", "log", "terminal", "unknown"
        ]
    );
    assert_eq!(
        asked[1].interfaces,
        ["wasi:cli/stdout@0.2.6", "wasi:cli/stderr@0.2.6"]
    );
    assert_eq!(
        asked[1].to_string(),
        "stdout: writes to standard output and error, which is shown if that is granted \
         (grants.stdout)"
    );
    assert_eq!(asked[6].interfaces, ["acme:db/query@1.0.0"]);
    assert_eq!(asked[6].given, Given::Unknown);
}

#[test]
fn what_is_declared_is_asked_for_even_if_it_is_not_imported() {
    let asked = asked(&importing(&[], &[Capability::Files]));
    assert_eq!(names_of(&asked), ["files"]);
    assert!(asked[0].declared);
}

#[test]
fn only_what_reaches_out_makes_a_difference() {
    let before = importing(
        &[
            "wasi:clocks/wall-clock@0.2.3",
            "wasi:random/random@0.2.3",
            "stormcell:topology/config@0.1.0",
        ],
        &[],
    );
    let after = importing(
        &[
            "wasi:clocks/wall-clock@0.2.6",
            "wasi:clocks/monotonic-clock@0.2.6",
            "wasi:http/outgoing-handler@0.2.6",
            "wasi:io/poll@0.2.6",
            "stormcell:topology/logging@0.1.0",
        ],
        &[],
    );
    let forth = difference(&before, &after);
    assert_eq!(names_of(&forth.more), ["http"]);
    assert_eq!(names_of(&forth.less), ["random"]);
    let back = difference(&after, &before);
    assert_eq!((back.more, back.less), (forth.less, forth.more));
    assert_eq!(difference(&after, &after), Difference::default());
}

/// A toolchain may have imported it all along: then only the author tells the difference.
#[test]
fn what_is_newly_declared_is_more() {
    let imports = ["wasi:filesystem/types@0.2.6"];
    let (before, after) = (
        importing(&imports, &[]),
        importing(&imports, &[Capability::Files]),
    );
    assert_eq!(names_of(&difference(&before, &after).more), ["files"]);
    let back = difference(&after, &before);
    assert_eq!(back, Difference::default(), "it is imported all the same");
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut all: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), KINDS.len());
    assert!(names().all(|name| name != "config"));
}

#[test]
fn every_grant_that_is_named_can_be_written() {
    let schema = crate::json_schema();
    let grants = schema.pointer("/properties/bolts/items/properties/grants/properties");
    let grants = grants.and_then(serde_json::Value::as_object).unwrap();
    for kind in KINDS {
        if let Given::Grant(key) = kind.given {
            assert!(grants.contains_key(key), "{key}");
        }
    }
}
