//! A task that is given up is seen by whoever looks.

use crate::LONG;
use crate::cluster::Cluster;
use crate::relayed::Relayed;

#[test]
fn a_quarantined_task_is_told_by_list_and_show() {
    let cluster = Cluster::start();
    let file = Relayed {
        name: "given-up",
        config: "max-replays: 1, dead-letters: false",
        source: "rows: 5",
        relay: "config: { always: trap }, restart: { budget: 0 }",
        hold: "",
    }
    .write(cluster.dir());
    cluster.ask(&["submit", &file]);
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
