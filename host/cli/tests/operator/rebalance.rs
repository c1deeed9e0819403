//! Other numbers of workers and tasks.

use crate::LONG;
use crate::cluster::Cluster;
use crate::journaled::{Journaled, NAME};

/// What is to change, task by task.
const DIFFERENCE: &str = "\
journaled: generation 1 -> 2, workers 1 -> 3

task  component  index  change
   1  numbers        0  moved from worker 0 to worker 1
   2  numbers        1  moved from worker 0 to worker 2
   4  sink           1  moved from worker 0 to worker 2
   5  stamp          0  restarted in worker 0
   6  stamp          1  moved from worker 0 to worker 1
   7  stamp          2  removed from worker 0

1 task goes on as it is
5,461 of 16,384 key groups of stamp get another task
";

#[test]
fn the_difference_is_shown_before_anything_changes_and_nothing_is_lost() {
    let journaled = Journaled::submit(1, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    journaled.acks(200, LONG);
    what_makes_no_sense_is_refused(cluster);
    let rebalance = ["rebalance", NAME, "--workers", "3"];
    let tasks = ["--parallelism", "stamp=2"];
    let rebalance = [&rebalance[..], &tasks].concat();
    let with = |option| [&rebalance[..], &[option]].concat();

    let difference = cluster.say(&with("--dry-run")).well();
    assert_eq!(difference, DIFFERENCE);
    let asked = cluster.on_a_terminal(&rebalance, "n\n");
    assert_eq!(asked.status, Some(1), "{asked:?}");
    let seen = asked.stdout.replace('\r', "");
    let (before, after) = seen.split_once("rebalance journaled? [y/N]").unwrap();
    assert!(before.contains(&difference), "{seen}");
    assert!(after.contains("error: nothing was changed"), "{seen}");
    let shown = cluster.show(NAME).summary;
    assert_eq!((shown.generation, shown.workers.planned), (1, 1));

    let done = cluster.on_a_terminal(&rebalance, "y\n");
    assert_eq!(done.status, Some(0), "{done:?}");
    let result = "journaled is rebalanced: generation 2, 3 workers";
    assert!(done.stdout.contains(result), "{done:?}");
    let shown = cluster.show(NAME).summary;
    assert_eq!((shown.generation, shown.workers.planned), (2, 3));
    assert_eq!(cluster.all_up(NAME).len(), 3);
    journaled.acks(200, LONG);

    let same = cluster.say(&with("--yes")).well();
    assert_eq!(same, "journaled: nothing would change, plan 2 stays\n");
    let done = cluster.ask(&["rebalance", NAME, "--yes", "--workers", "2"]);
    assert_eq!(done["applied"], true);
    assert_eq!(done["workers"], serde_json::json!([3, 2]));
    assert_eq!(cluster.all_up(NAME).len(), 2);
    journaled.acks(200, LONG);
    let warnings = cluster.say(&["logs", NAME, "--level", "warn"]).well();
    assert!(!warnings.contains(" supervisor "), "{warnings}");

    journaled.settle(LONG);
    let verdict = journaled.end(&[]);
    verdict.assert_nothing_lost();
    assert_eq!(verdict.duplicates, 0, "nothing was emitted again");
}

/// None of this changes anything.
fn what_makes_no_sense_is_refused(cluster: &Cluster) {
    let rebalance =
        |arguments: &[&str]| cluster.say(&[&["rebalance", NAME, "--yes"], arguments].concat());
    let unknown = rebalance(&["--parallelism", "stapm=2"]).refused(65);
    assert_eq!(
        unknown,
        "the topology has no spout or bolt `stapm`; did you mean `stamp`?"
    );
    let many = rebalance(&["--workers", "33"]);
    assert!(
        many.stderr.contains("33 is not in 1..=32"),
        "{}",
        many.stderr
    );
    for arguments in [
        ["--parallelism", "stamp=0"],
        ["--workers", "0"],
        ["--workers", "33"],
    ] {
        assert_eq!(rebalance(&arguments).status, Some(2), "{arguments:?}");
    }
    let many = cluster.say(&["rebalance", NAME, "--workers", "32", "--dry-run"]);
    assert_eq!(
        many.stderr,
        "warning: 32 workers are asked for, but with 7 tasks there are only 7\n"
    );
    let many = many.well();
    let first = "journaled: generation 1 -> 2, workers 1 -> 7\n";
    assert!(many.starts_with(first), "{many}");
    assert_eq!(cluster.show(NAME).summary.generation, 1);
}
