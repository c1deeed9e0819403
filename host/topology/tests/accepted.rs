//! Files that are in order, and what becomes of them: `tests/good/*.yaml`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use serde_json::json;
use stormcell_topology::{
    Access, Clock, CpuShare, EnvValue, FileGrant, Graph, GroupingSpec, Limits, Random, Restart,
    StateGrant, Topology, WhenSpent, decode, parse, plan,
};

fn topology(text: &str) -> Topology {
    match support::validate("good.yaml", text) {
        Ok(checked) => {
            assert!(checked.warnings.is_empty(), "{}", checked.warnings);
            checked.topology
        }
        Err(errors) => panic!("{errors}"),
    }
}

#[test]
fn defaults_are_applied() {
    let topology = topology(include_str!("good/minimal.yaml"));
    assert!(topology.acking());
    assert_eq!(topology.message_timeout(), Some(Duration::from_secs(30)));
    let verses = topology.component("verses").unwrap();
    let spout = verses.spout.as_ref().unwrap();
    assert_eq!(spout.max_pending, Some(5_000));
    assert_eq!(spout.max_replays, 10);
    assert_eq!(
        (spout.own_max_replays, spout.same_exceptions),
        (None, Some(3))
    );
    assert_eq!(verses.parallelism, 1);
    assert_eq!(verses.limits, Limits::default());
    assert_eq!(verses.restart, Restart::default());
    assert!(topology.dead_letters());
    assert!(
        verses.grants.files.is_empty() && !verses.grants.stdout && verses.grants.env.is_empty()
    );
    assert_eq!(verses.grants.http, None);
    let sink = topology.component("sink").unwrap();
    assert_eq!((sink.tick, sink.spout.as_ref()), (None, None));
    assert_eq!(topology.component("nobody"), None);
}

#[test]
fn everything_that_can_be_written_is_taken_over() {
    let topology = topology(include_str!("good/everything.yaml"));
    assert_eq!(topology.message_timeout(), Some(Duration::from_secs(120)));
    let verses = topology.component("verses").unwrap();
    let spout = verses.spout.as_ref().unwrap();
    assert_eq!(spout.max_pending, None);
    assert_eq!(spout.max_replays, 3);
    assert_eq!(
        (spout.own_max_replays, spout.same_exceptions),
        (Some(3), None)
    );
    assert_eq!(spout.message_timeout, Some(Duration::from_millis(1_500)));
    assert_eq!(
        verses.grants.files,
        [
            FileGrant {
                host: "data".into(),
                guest: "/data".into(),
                access: Access::Read,
                quota: FileGrant::DEFAULT_QUOTA,
            },
            FileGrant {
                host: "out".into(),
                guest: "/out".into(),
                access: Access::ReadWrite,
                quota: 64 << 20,
            },
        ]
    );
    assert!(verses.grants.stdout);
    assert_eq!(verses.grants.env["VERSION"], EnvValue::from("1.10"));
    assert_eq!(
        (verses.grants.clock, verses.grants.random),
        (Clock::Real, Random::Real)
    );
    let uses = topology.secret_uses();
    let uses = uses
        .iter()
        .map(|it| (&*it.secret, &*it.component, &*it.key));
    assert_eq!(
        uses.collect::<Vec<_>>(),
        [("API_KEY", "verses", "grants.env.KEY")]
    );
    assert_eq!(
        json!(verses.grants.http),
        json!({
            "hosts": ["https://api.example.org", "http://*.internal.example:8080"],
            "networks": ["10.1.0.0/16", "fd00::/8"],
        })
    );
    assert_eq!(
        verses.limits,
        Limits {
            memory: 64 << 20,
            row_memory: 256 << 20,
            call_time: Duration::from_millis(250),
            host_time: Duration::from_secs(60),
            cpu_share: CpuShare::of_a_core(0.25),
            output_rows: 1_000,
            output_bytes: 1_000_000,
            value_bytes: 1 << 10,
            json_depth: 8,
            log_bytes: 0,
            random_bytes: 1 << 20,
            resources: 64,
            http_connections: 2,
            http_requests: 10,
            http_bytes: 1 << 20,
            http_request_bytes: 64 << 10,
            http_response_bytes: 4 << 20,
        }
    );
    let state = |component| topology.component(component).unwrap().grants.state;
    assert_eq!(state("verses"), Some(StateGrant { quota: 1 << 30 }));
    assert_eq!(state("split"), Some(StateGrant { quota: 64 << 20 }));
    assert_eq!(state("count"), None);
    let top = topology.component("top").unwrap();
    assert_eq!(json!(top.config), json!({"top": 20, "order": "descending"}));
    assert_eq!(top.tick, Some(Duration::from_secs(1)));
    assert!(!topology.dead_letters());
    let restart = Restart {
        budget: 3,
        window: Duration::from_secs(10),
        then: WhenSpent::Stop,
    };
    assert_eq!(top.restart, restart);
    let groupings: Vec<_> = topology
        .subscriptions()
        .iter()
        .map(|s| s.grouping.name())
        .collect();
    assert_eq!(
        groupings,
        [
            "local-or-shuffle",
            "partial-key",
            "custom",
            "global",
            "all",
            "none",
            "direct"
        ]
    );
    let partial = &topology.subscriptions()[1];
    assert_eq!(
        partial.grouping,
        GroupingSpec::PartialKey { fields: vec![0] }
    );
    assert_eq!((partial.stream.as_str(), partial.output), ("words", 0));
    let GroupingSpec::Custom(custom) = &topology.subscriptions()[2].grouping else {
        panic!("not custom");
    };
    assert_eq!(json!(custom.config), json!({"salt": 7}));
    assert_eq!(
        custom.limits,
        Limits {
            memory: 1 << 20,
            ..Limits::default()
        }
    );
    assert_eq!(topology.inputs("count").count(), 1);
    assert_eq!(topology.outputs("split").count(), 2);
}

#[test]
fn a_file_in_the_spelling_of_flux_means_the_same() {
    let flux = topology(include_str!("good/flux.yaml"));
    let ours = topology(
        &include_str!("good/flux.yaml")
            .replace("LOCAL_OR_SHUFFLE", "local-or-shuffle")
            .replace("FIELDS", "fields")
            .replace("streamId", "stream-id"),
    );
    assert_eq!(flux, ours);
}

#[test]
fn marks_and_other_line_ends_mean_nothing() {
    let text = include_str!("good/minimal.yaml");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(topology(&windows), topology(text));
    assert_eq!(topology(&text.replace('\n', "\r")), topology(text));
    assert_eq!(
        topology(&decode("t.yaml", windows.as_bytes()).unwrap()),
        topology(text)
    );
}

/// `${a}` is told of and stays; written with an escape it is that text without a word.
#[test]
fn a_text_that_flux_would_replace_stays_as_it_is() {
    let with = |written: &str| {
        let bolt = format!("component: ./loose, config: {{ a: {written} }}");
        let text = include_str!("good/minimal.yaml").replace("component: ./sink", &bolt);
        let parsed = parse("t.yaml", &text).unwrap();
        let checked = support::validate("t.yaml", &text).unwrap();
        assert_eq!(parsed.warnings(), checked.warnings);
        let config = json!(checked.topology.component("sink").unwrap().config);
        assert_eq!(config, json!({"a": "${a}"}));
        checked.warnings.items().len()
    };
    assert_eq!(with(r"'${a}'"), 1);
    assert_eq!(with(r#""\x24{a}""#), 0);
}

/// A file of Flux may begin with the line that begins a document, and end with one that ends it.
#[test]
fn one_document_may_be_marked_as_one() {
    let text = include_str!("good/minimal.yaml");
    let marked = format!("# a comment\n--- # and another\n{text}...\n");
    assert_eq!(topology(&marked), topology(text));
}

#[test]
fn a_key_with_nothing_below_it_is_as_if_it_were_not_there() {
    let text = include_str!("good/minimal.yaml");
    let empty = text.replace(
        "{ id: verses, component: ./verses }",
        "id: verses\n    component: ./verses\n    grants:\n    limits:\n    restart:",
    ) + "config:\n";
    assert_eq!(topology(&empty), topology(text));
}

#[test]
fn diamonds_and_cycles_are_legal() {
    assert_eq!(
        topology(include_str!("good/diamond.yaml"))
            .subscriptions()
            .len(),
        5
    );
    let cycle = topology(include_str!("good/cycle.yaml"));
    assert_eq!(cycle.inputs("ping").count(), 2);
}

#[test]
fn the_graph_of_a_file_is_that_of_its_topology() {
    for text in [
        include_str!("good/everything.yaml"),
        include_str!("good/cycle.yaml"),
        include_str!("good/flux.yaml"),
    ] {
        let parsed = parse("good.yaml", text).unwrap();
        assert_eq!(Graph::from(&parsed), Graph::from(&topology(text)));
    }
}

#[test]
fn the_json_schema_of_the_file_accepts_the_same_files() {
    let schema = stormcell_topology::json_schema();
    for text in [
        include_str!("good/everything.yaml"),
        include_str!("good/flux.yaml"),
    ] {
        let ours = text.replace("streamId", "stream-id");
        let value: serde_json::Value = serde_saphyr::from_str(&ours).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn validate_rejects_pending_limit_without_timeout() {
    let with = |config: &str| {
        let text = include_str!("good/minimal.yaml");
        support::validate("t.yaml", &format!("config: {config}\n{text}"))
    };
    assert!(with("{message-timeout: null}").is_err());
    assert!(with("{message-timeout: null, max-pending: 1}").is_err());
    assert!(with("{message-timeout: null, max-pending: null}").is_ok());
    assert!(with("{message-timeout: 1s, max-pending: 1}").is_ok());
}

#[test]
fn a_plan_is_made_of_a_topology() {
    let plan = plan(&topology(include_str!("good/diamond.yaml")), 2);
    let placed: Vec<(u32, &str, u32, u32)> = plan
        .tasks()
        .iter()
        .map(|task| (task.id, task.component.as_str(), task.index, task.worker))
        .collect();
    assert_eq!(
        placed,
        [
            (1, "left", 0, 0),
            (2, "left", 1, 1),
            (3, "right", 0, 0),
            (4, "sink", 0, 1),
            (5, "verses", 0, 0),
        ]
    );
    assert!(plan.tasks_of("left").eq(1..3));
    assert!(plan.tasks_of("verses").eq(5..6));
    assert_eq!(plan.tasks_of("nobody").len(), 0);
    assert_eq!((plan.task_counts("left"), plan.next_id()), (&[2][..], 6));
    assert_eq!(
        plan.task(4).map(|task| task.component.as_str()),
        Some("sink")
    );
    assert_eq!((plan.task(0), plan.task(6)), (None, None));
    assert_eq!((plan.generation(), plan.workers()), (1, 2));
    assert_eq!(plan.with_generation(7).generation(), 7);
}

/// What a bolt does with a row again is certain if nothing above it may have changed the row.
#[test]
fn bolts_that_see_more_than_rows_and_all_below_them_are_not_repeatable() {
    let with = |relay: &str| {
        let text = format!(
            "
name: certain
spouts:
  - {{ id: verses, component: ./verses }}
bolts:
  - {{ id: above, component: ./relay }}
  - {{ id: relay, component: ./relay{relay} }}
  - {{ id: below, component: ./relay }}
  - {{ id: sink, component: ./sink }}
streams:
  - {{ from: verses, to: above, grouping: {{ type: shuffle }} }}
  - {{ from: above, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: below, grouping: {{ type: shuffle }} }}
  - {{ from: below, to: below, grouping: {{ type: shuffle }} }}
  - {{ from: above, to: sink, grouping: {{ type: shuffle }} }}
"
        );
        let topology = support::validate("certain.yaml", &text).unwrap().topology;
        let bolts = topology.repeatable_bolts().into_iter();
        bolts.map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["above", "below", "relay", "sink"];
    assert_eq!(with(""), all);
    assert_eq!(with(", grants: { stdout: true, env: { A: b } }"), all);
    for more in [
        ", tick: 1s",
        ", grants: { clock: real }",
        ", grants: { random: real }",
        ", grants: { state: true }",
        ", grants: { files: [{ host: a, guest: /a }] }",
        ", grants: { http: { hosts: [https://example.org] } }",
    ] {
        assert_eq!(with(more), ["above", "sink"], "{more}");
    }
}
