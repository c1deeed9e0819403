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
mod links;
mod supervisors;
mod workers;

use super::cluster::Cluster;
use super::simulation::simulate;
use super::topology::text;

/// The rows of most topologies here: they take six seconds.
const ROWS: i64 = 2_000;
/// When so many are acked, something happens.
const SOME: usize = 300;

/// A cluster with four workers that is in the middle of its rows.
async fn busy() -> Cluster {
    busy_with(ROWS).await
}

/// The same with another number of rows.
async fn busy_with(rows: i64) -> Cluster {
    let cluster = Cluster::with(&text(rows), 4).await;
    cluster.until_acked(SOME).await;
    cluster
}

/// The topology finishes, and nothing has happened to its rows: each has arrived once.
async fn finishes_untouched(cluster: &mut Cluster, rows: i64) {
    let (detail, again) = cluster.finish(rows).await;
    assert_eq!(cluster.checker.failed(), []);
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
        let cluster = Cluster::start(1).await;
        cluster.submit(&text, 4).await;
        cluster
            .until("it is seen", async |cluster| {
                !cluster.checker.violations().is_empty()
            })
            .await;
        let violations = cluster.checker.violations().join("\n");
        assert!(violations.contains("has not arrived"), "{violations}");
    });
}
