//! Tasks that are given up.

use std::time::Duration;

use stormcell_protocol::api::Status;

use super::super::machine::Machine;
use super::super::simulation::{now, simulate};
use super::super::topology::text;
use super::ROWS;

/// A topology that has nothing left to do finishes within this time.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_topology_whose_spouts_are_quarantined_does_not_finish() {
    let component = "component: source\n";
    let tracking = "tracking: ids,";
    let text = text(ROWS);
    assert!(text.contains(component) && text.contains(tracking));
    let text = text
        .replace(component, "component: source\n    restart: { budget: 0 }\n")
        .replace(tracking, "tracking: ids, trap-every: 20,");
    simulate(async move || {
        let mut machine = Machine::start(1).await;
        machine.submit(&text, 4).await;
        machine
            .until("both spouts are quarantined", async |machine| {
                let problem = machine.detail().await.summary.problem;
                problem.is_some_and(|problem| problem.starts_with("2 tasks are quarantined"))
            })
            .await;
        let since = now();
        machine
            .until("time passes", async |_| now() - since > LONG)
            .await;
        let summary = machine.detail().await.summary;
        assert_eq!((summary.status, summary.operation), (Status::Active, None));
        assert_eq!(machine.alive().len(), 4);
        machine.halt_supervisor().await;
    });
}
