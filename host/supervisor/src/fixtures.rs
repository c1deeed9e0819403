//! Records and modules for tests.

use stormcell_protocol::record::{Desired, Module, Modules, Record, Submitted};

/// The record of a topology of one spout task, `source`, and one bolt task, `print`.
pub(crate) fn record(name: &str) -> Record {
    let module = |digit: &str| Module {
        digest: format!("sha256:{}", digit.repeat(64)),
        trial: None,
    };
    Record {
        submitted: Submitted {
            name: name.to_owned(),
            file: FILE.to_owned(),
            file_name: "topology.yaml".to_owned(),
            base_dir: "/".into(),
            message_timeout: None,
            max_pending: None,
            at: 0,
            submission: 1,
        },
        desired: Desired::Active,
        plan: serde_json::from_value(serde_json::json!({
            "generation": 1,
            "workers": 2,
            "tasks": [
                { "id": 1, "component": "print", "index": 0, "worker": 0 },
                { "id": 2, "component": "source", "index": 0, "worker": 1 },
            ],
        }))
        .expect("it is a plan"),
        modules: Modules {
            components: [
                ("print".to_owned(), module("a")),
                ("source".to_owned(), module("b")),
            ]
            .into(),
            ..Modules::default()
        },
        next_incarnation: 1,
        deployments: Vec::new(),
        last_report: None,
        counted: Default::default(),
        closing: None,
        remove_state: false,
    }
}

/// The topology file of [`record`].
pub(crate) const FILE: &str = "
name: numbers
spouts: [{ id: source, component: source.wasm }]
bolts: [{ id: print, component: print.wasm, grants: { stdout: true } }]
streams: [{ from: source, to: print, grouping: { type: shuffle } }]
";
