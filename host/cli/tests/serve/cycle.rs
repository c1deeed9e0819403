//! A topology in two workers, of which one bolt sends itself more and more.

use std::fs;

use crate::place::{Place, until};
use crate::topology::component;

/// Each row of `cycle` is answered by two rows for each of its twelve tasks.
const TOPOLOGY: &str = "
name: beside
config: { message-timeout: 60s, max-pending: 20 }
spouts:
  - { id: source, component: SOURCE, config: { rows: 10 } }
  - { id: honest, component: SOURCE }
bolts:
  - id: cycle
    component: HOP
    parallelism: 12
    config: { hops: 1, endless: true, copies: 2 }
    limits: { row-memory: 256MiB }
  - { id: relay, component: RELAY, parallelism: 2 }
streams:
  - { from: source, to: cycle, grouping: { type: shuffle } }
  - { from: cycle, to: cycle, grouping: { type: all } }
  - { from: honest, to: relay, grouping: { type: fields, args: [i] } }
";

/// Rows and acks of its neighbours stood behind all that it had sent before: in a minute a
/// thousand or two of them came through.
#[test]
fn a_cycle_over_two_workers_keeps_no_neighbour_waiting() {
    const ROWS: u64 = 5_000;
    let place = Place::new();
    let _server = place.serve(&[]);
    let path = |name| component(name).display().to_string();
    let text = TOPOLOGY
        .replace("SOURCE", &path("source"))
        .replace("HOP", &path("hop"))
        .replace("RELAY", &path("relay"));
    let file = place.dir().join("beside.yaml");
    fs::write(&file, text).unwrap();
    let submitted = place.client(&["submit", file.to_str().unwrap(), "--workers", "2"]);
    assert_eq!(submitted.status, Some(0), "{}", submitted.stderr);
    let figures = |id: &str| {
        let components = place.show("beside").report?.components;
        let found = components
            .into_iter()
            .find(|component| component.id == id)?;
        Some((found.acked, found.refused, found.failed))
    };
    until("the cycle has all the rows that it may have", || {
        figures("cycle").filter(|(_, refused, _)| *refused > 0)
    });
    let (before, ..) = figures("honest").unwrap_or_default();
    until("rows beside it come through", || {
        figures("honest").filter(|(acked, ..)| *acked > before + ROWS)
    });
    let (_, refused, failed) = figures("relay").unwrap();
    assert_eq!((refused, failed), (0, 0), "of rows that are honest");
}
