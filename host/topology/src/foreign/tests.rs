#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diagnostic::Code;
use crate::parse;

/// Every key of the tables, with the path of a mapping that it may be in.
fn rows() -> Vec<(&'static str, Row)> {
    let tables = [
        ("", flux::FILE),
        ("/spouts/0", flux::COMPONENT),
        ("/streams/0", flux::STREAM),
        ("/streams/0/grouping", flux::GROUPING),
        ("/config", python::CONFIG),
        ("", python::CONFIG),
        ("", python::FILE),
        ("/bolts/0", python::COMPONENT),
        ("/streams/0/grouping", python::GROUPING),
        ("", storm::SETTINGS),
        ("/config", storm::SETTINGS),
        ("/spouts/0", storm::SETTINGS),
        ("/bolts/0/limits", storm::SETTINGS),
    ];
    let rows = tables
        .iter()
        .flat_map(|(at, rows)| rows.iter().map(|row| (*at, *row)));
    rows.collect()
}

/// Values as people may write them.
fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(300),
        json!(-1),
        json!(0.5),
        json!(2.0),
        json!(1e300),
        json!(u64::MAX),
        json!("300"),
        json!("${x}"),
        json!("org.apache.storm.flux.wrappers.bolts.FluxShellBolt"),
        json!([1, 2]),
        json!({"a": 1}),
    ]
}

/// A topology with this text in one of its places.
fn file(top: &str, config: &str, spout: &str, bolt: &str) -> String {
    let name = if top.contains("name:") {
        ""
    } else {
        "name: t\n"
    };
    format!(
        "{name}{top}\nconfig: {{ {config} }}\nspouts:\n  - {{ id: a, component: a.wasm, {spout} }}\n\
         bolts:\n  - {{ id: b, component: b.wasm, {bolt} }}\n\
         streams:\n  - {{ from: a, to: b, grouping: {{ type: shuffle }} }}\n"
    )
}

/// What is advised may be written, whatever the value was.
#[test]
fn what_is_advised_is_accepted() {
    for (_, (key, instead)) in rows() {
        let Instead::Write(home, text) = instead else {
            continue;
        };
        for value in values() {
            let text = text(&value);
            let files = match home {
                Home::File => vec![file(&text, "", "", "")],
                Home::Config => vec![file("", &text, "", "")],
                Home::Ticked => vec![file("", "", "", &text)],
                Home::Component => vec![file("", "", &text, ""), file("", "", "", &text)],
            };
            for file in files {
                let read = parse("t.yaml", &file);
                assert!(
                    read.is_ok(),
                    "{key}: {value}: {text}\n{}",
                    read.unwrap_err()
                );
            }
        }
    }
}

#[test]
fn every_key_of_theirs_is_answered_with_what_to_do() {
    for (at, (key, _)) in rows() {
        for value in values() {
            let at = Pointer::from_text(at).key(key);
            let advice = advice(&at, &value).unwrap();
            assert!(
                advice.starts_with(&format!("{} is a key of ", quoted(key))),
                "{advice}"
            );
            let tells = ["write ", "remove it", " goes into ", " belong", "`"];
            let rest = &advice[key.len() + 2..];
            assert!(tells.iter().any(|word| rest.contains(word)), "{advice}");
        }
    }
}

/// No row is hidden by another one.
#[test]
fn no_key_is_there_twice() {
    for table in [
        flux::FILE,
        flux::COMPONENT,
        flux::STREAM,
        flux::GROUPING,
        python::FILE,
        python::CONFIG,
        python::COMPONENT,
        python::GROUPING,
        storm::SETTINGS,
    ] {
        for (i, (key, _)) in table.iter().enumerate() {
            assert!(
                !table[..i].iter().any(|(other, _)| is_same(other, key)),
                "{key}"
            );
        }
    }
}

/// A key that means something here is never called one of theirs.
#[test]
fn no_key_of_ours_is_taken_for_one_of_theirs() {
    let schema = crate::json_schema();
    let list = |at: &str| -> Vec<String> {
        let properties = schema.pointer(&format!("{at}/properties")).unwrap();
        properties.as_object().unwrap().keys().cloned().collect()
    };
    for (at, of) in [
        ("", ""),
        ("/properties/config", "/config"),
        ("/properties/spouts/items", "/spouts/0"),
        ("/properties/bolts/items", "/bolts/0"),
        ("/properties/streams/items", "/streams/0"),
        (
            "/properties/streams/items/properties/grouping",
            "/streams/0/grouping",
        ),
    ] {
        for key in list(at) {
            let advice = advice(&Pointer::from_text(of).key(&key), &Value::Null);
            assert_eq!(advice, None);
        }
    }
}

#[test]
fn the_value_is_taken_over() {
    for (at, value, expected) in [
        (
            "/config/topology.message.timeout.secs",
            json!(300),
            "`message-timeout: 300s`",
        ),
        (
            "/config/TOPOLOGY_MESSAGE_TIMEOUT_SECS",
            json!(300),
            "`message-timeout: 300s`",
        ),
        (
            "/topology.message.timeout.secs",
            json!("60"),
            "`message-timeout: 60s`",
        ),
        (
            "/config/topology.workers",
            json!(2),
            "`stormcell submit --workers 2`",
        ),
        ("/workers", json!(3), "`stormcell submit --workers 3`"),
        (
            "/config/topology.max.spout.pending",
            json!(100),
            "`max-pending: 100`",
        ),
        (
            "/config/topology.acker.executors",
            json!(0),
            "`acking: false`",
        ),
        (
            "/config/topology.acker.executors",
            json!(4),
            "`acking: true`",
        ),
        (
            "/bolts/1/topology.tick.tuple.freq.secs",
            json!(10),
            "`tick: 10s`",
        ),
        ("/bolts/0/numTasks", json!(4), "`parallelism: 4`"),
        ("/bolts/0/num_tasks", json!(4), "`parallelism: 4`"),
        ("/bolts/0/numTasks", json!(0), "`parallelism: 1`"),
        ("/config/topology.workers", json!(50), "--workers 32`"),
        (
            "/config/topology.message.timeout.secs",
            json!(0),
            "`message-timeout: 1s`",
        ),
        (
            "/config/STORM_X",
            json!(1),
            "is named like a setting of Storm",
        ),
        (
            "/bolts/0/onHeapMemoryLoad",
            json!(256.0),
            "`limits: { memory: 256MiB }`",
        ),
        (
            "/spouts/0/cpuLoad",
            json!(50),
            "`limits: { cpu-share: 0.5 }`",
        ),
        ("/streams/0/streamId", json!("words"), "stream-id: words"),
        ("/config/topology.debug", json!(true), "no counterpart"),
        (
            "/config/topology.mesage.timeout.secs",
            json!(60),
            "is no setting that Storm has; if `topology.message.timeout.secs` is meant: \
             `topology.message.timeout.secs` is a key of Storm: write `message-timeout: 60s`",
        ),
        (
            "/config/topology.max.spout.pendings",
            json!(0),
            "write `max-pending: null`",
        ),
        ("/config/topology.what.ever", json!(1), "no counterpart"),
        (
            "/config/nimbus.task.timeout.secs",
            json!(1),
            "no counterpart",
        ),
        ("/bolts/0/limits/topology.debug", json!(1), "no counterpart"),
    ] {
        let advice = advice(&Pointer::from_text(at), &value).unwrap();
        assert!(advice.contains(expected), "{at}: {advice}");
    }
}

#[test]
fn other_keys_are_left_alone() {
    for at in [
        "/colour",
        "/config/es.addresses",
        "/config/timeout",
        "/config/topology",
        "/spouts/0/paralelism",
        "/bolts/0/grants/workers",
        "/spouts/0/stormy.weather",
        "/config/worker-memory",
        "/config/ui_colour",
    ] {
        assert_eq!(advice(&Pointer::from_text(at), &json!(1)), None, "{at}");
    }
    for key in [
        "ui.colour",
        "worker.threads",
        "storm",
        "topology",
        "topology_x",
    ] {
        assert_eq!(advice_in_config(key, &json!(1)), None, "{key}");
    }
    for key in [
        "topology.tick.tuple.freq.secs",
        "topology.x",
        "nimbus.seeds",
    ] {
        assert!(advice_in_config(key, &json!(1)).is_some(), "{key}");
    }
}

#[test]
fn an_unknown_key_is_told_with_its_advice() {
    for key in ["className", "topology.workers", "numTasks"] {
        let text = file("", "", "", &format!("{key}: 4"));
        let refused = parse("t.yaml", &text).unwrap_err();
        let item = &refused.items()[0];
        assert_eq!((item.code, refused.items().len()), (Code::UnknownKey, 1));
        assert!(
            item.help.as_deref().unwrap().contains(&quoted(key)),
            "{refused}"
        );
    }
}

proptest! {
    #[test]
    fn no_key_makes_it_panic(key: String, number: f64) {
        for at in ["", "/config", "/spouts/0", "/streams/0", "/streams/0/grouping"] {
            let at = Pointer::from_text(at).key(&key);
            let _ = advice(&at, &json!(number));
            let _ = advice(&Pointer::from_text(&key), &json!(key));
        }
    }
}
