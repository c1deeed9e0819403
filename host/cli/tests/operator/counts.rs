//! What a topology did, after workers were killed.

use rustix::process::Signal;
use stormcell_protocol::TreeReport;

use crate::LONG;
use crate::journaled::{Journaled, NAME};
use crate::processes::signal;

/// What is counted when nothing is in flight any more.
fn at_rest(journaled: &Journaled) -> TreeReport {
    let cluster = &journaled.cluster;
    cluster.until("nothing is in flight", LONG, || {
        let trees = cluster.show(NAME).report?.trees;
        let settled = trees.acked + trees.failed + trees.unsettled;
        (trees.pending == 0 && trees.tracked == settled).then_some(trees)
    })
}

/// After a kill the counts looked like a loss, for ever, and the supervisor was said to have
/// ended a worker that somebody else had killed, if a peer had noticed first.
#[test]
fn counts_survive_workers_and_say_what_they_lack() {
    let mut journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    let mut emitted = 0;
    for killed in 1..=3_u64 {
        let workers = journaled.cluster.all_up(NAME);
        journaled.acks(100, LONG);
        let victim = &workers[usize::try_from(killed).unwrap() % 2];
        signal(victim.pid, Signal::KILL);
        let cluster = &journaled.cluster;
        let trees = cluster.until("its end is counted", LONG, || {
            let trees = cluster.show(NAME).report?.trees;
            (trees.cut_off == killed).then_some(trees)
        });
        assert!(trees.emitted >= emitted, "{trees:?} after {emitted}");
        emitted = trees.emitted;
        cluster.all_up(NAME);
    }
    let cluster = &journaled.cluster;
    let detail = cluster.show(NAME);
    for worker in detail.workers {
        let why = worker.last_exit.unwrap();
        assert!(
            why.starts_with("it was killed by signal 9 (SIGKILL), not by stormcell"),
            "{why}"
        );
    }
    cluster.ask(&["deactivate", NAME]);
    let before = at_rest(&journaled);
    assert_eq!(before.cut_off, 3);
    let listed = journaled.cluster.say(&["list"]).well();
    let note = format!("not all counts are exact: see `stormcell show {NAME}`\n");
    assert!(listed.ends_with(&note), "{listed}");
    let shown = journaled.cluster.say(&["show", NAME]).well();
    let counts = shown.lines().find(|line| line.starts_with("counts: "));
    let why = "3 processes of workers ended without a last report";
    assert!(counts.is_some_and(|line| line.contains(why)), "{shown}");

    // Nothing is forgotten by another supervisor, whose workers go on.
    journaled.cluster.kill_supervisor();
    journaled.cluster.serve();
    // The supervisor hears of what they did with their next heartbeats.
    journaled.cluster.until("all counts are there", LONG, || {
        let trees = journaled.cluster.show(NAME).report?.trees;
        (trees == before).then_some(())
    });
    // Nor by one that has to start them again.
    journaled.cluster.kill_everything();
    journaled.cluster.serve();
    journaled.cluster.all_up(NAME);
    let after = at_rest(&journaled);
    // These had reported to a supervisor that was killed before it could store that.
    assert_eq!(after.cut_off, 5, "{after:?}");
    journaled.cluster.stop();
}
