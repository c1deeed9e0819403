//! A task that is given up is seen by whoever looks.

use std::fs;

use crate::LONG;
use crate::cluster::{Cluster, guest};

#[test]
fn a_quarantined_task_is_told_by_list_and_show() {
    let cluster = Cluster::start();
    let component = |name| guest(name).display().to_string();
    let text = format!(
        "\
name: given-up
config: {{ max-replays: 1, dead-letters: false }}
spouts:
  - {{ id: source, component: {}, config: {{ rows: 5 }} }}
bolts:
  - id: relay
    component: {}
    config: {{ always: trap }}
    restart: {{ budget: 0 }}
  - {{ id: hold, component: {}, config: {{ rows: [] }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: hold, grouping: {{ type: shuffle }} }}
",
        component("source"),
        component("relay"),
        component("hold"),
    );
    let file = cluster.dir().join("given-up.yaml");
    fs::write(&file, text).unwrap();
    cluster.ask(&["submit", file.to_str().unwrap()]);
    let problem = cluster.until("a problem in the list", LONG, || {
        cluster.list().first()?.problem.clone()
    });
    // Tasks are numbered by the ids of components.
    let expected = "task 2 of relay is quarantined: 1 fault, and `restart` allows 0 within 1m; \
                    the last one: the component trapped in `execute`";
    assert!(problem.starts_with(expected), "{problem}");
    let shown = cluster.say(&["show", "given-up"]).well();
    for part in [
        "quarantined: 1 task of component `relay` (2)\n",
        "component `relay`, task 2: quarantined, it runs nothing any more: 1 fault",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    cluster.stop();
}
