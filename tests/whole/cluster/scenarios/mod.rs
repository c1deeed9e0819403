//! Each fault, and each change, by itself: what it does to rows, and how long it takes.
//!
//! With four workers, the tasks of [`topology`](super::topology) are dealt so:
//!
//! | worker | tasks |
//! |---|---|
//! | 0 | `hold`, `relay` |
//! | 1 | `hold`, `relay` |
//! | 2 | `print`, `source` |
//! | 3 | `print`, `source` |

mod changes;
mod groupings;
mod links;
mod quarantine;
mod supervisors;
mod trees;
mod workers;

use super::machine::Machine;
use super::simulation::simulate;
use super::topology::text;

/// The rows of most topologies here: they take six seconds.
const ROWS: i64 = 2_000;
/// When so many are acked, something happens.
const SOME: usize = 300;

/// A cluster with four workers that is in the middle of its rows.
async fn busy() -> Machine {
    busy_with(ROWS).await
}

/// The same with another number of rows.
async fn busy_with(rows: i64) -> Machine {
    let machine = Machine::with(&text(rows), 4).await;
    machine.until_acked(SOME).await;
    machine
}

/// The topology finishes, and nothing has happened to its rows: each has arrived once.
async fn finishes_untouched(machine: &mut Machine, rows: i64) {
    let (detail, again) = machine.finish(rows).await;
    assert_eq!(machine.checker.failed(), []);
    assert_eq!(again, 0, "rows arrived again");
    let trees = detail.report.expect("there is a last report").trees;
    assert_eq!((trees.acked, trees.failed), (rows.unsigned_abs(), 0));
}

/// Rows that are not anchored are acked before they arrive, and are lost if a worker dies
/// between: what all other tests here look for can be seen.
#[test]
fn rows_that_are_acked_too_early_are_seen() {
    let anchored = "component: relay,";
    let text = text(ROWS);
    assert!(text.contains(anchored));
    let text = text.replace(anchored, "component: relay, config: { anchors: 0 },");
    simulate(async move || {
        let machine = Machine::start(1).await;
        machine.submit(&text, 4).await;
        machine
            .until("it is seen", async |machine| {
                !machine.checker.violations().is_empty()
            })
            .await;
        let violations = machine.checker.violations().join("\n");
        assert!(violations.contains("has not arrived"), "{violations}");
    });
}
