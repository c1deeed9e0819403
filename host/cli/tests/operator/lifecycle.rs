//! From `submit` to `kill`.

use serde_json::json;
use stormcell_protocol::api::Status;

use crate::cluster::Cluster;
use crate::journaled::{Journaled, NAME};
use crate::relayed::Relayed;
use crate::shape::shape;
use crate::{LONG, words};

#[test]
fn a_topology_is_seen_stopped_for_a_while_and_killed_without_a_loss() {
    let journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    journaled.acks(200, LONG);
    cluster.until("the sink is in the report", LONG, || {
        let report = cluster.show(NAME).report?;
        let reported = |component: &str| {
            let mut all = report.components.iter();
            all.any(|found| found.id == component && found.calls > 0)
        };
        (reported("numbers") && reported("stamp") && reported("sink")).then_some(())
    });
    assert_eq!(
        shape(&cluster.say(&["list"]).well()),
        "\
name status workers tasks emitted acked failed in flight submitted
journaled active #/# # # # # # TIME ago
"
    );
    let shown = shape(&cluster.say(&["show", NAME]).well());
    let expected = "\
journaled: active, # of # workers up, generation #, submitted TIME ago

worker state for process incarnation restarts memory last exit
# up TIME # # # # MiB
# up TIME # # # # MiB

task component index worker module last error
# numbers # # sha256:#
# numbers # # sha256:#
# sink # # sha256:#
# sink # # sha256:#
# stamp # # sha256:#
# stamp # # sha256:#
# stamp # # sha256:#

component kind tasks in out acked failed replayed busy % call p#us call p#us
numbers spout # - # # # # # # #
stamp bolt # # # # # - # # #
sink bolt # # # # # - # # #

journaled running after TIME: # rows/s, # spout rows/s
spout rows: # emitted, # acked, # failed, # replayed";
    let expected = expected.replace("call p#us", "call p# us");
    assert!(shown.starts_with(&expected), "{shown}");

    for _ in 0..2 {
        let said = cluster.say(&["deactivate", NAME]).well();
        assert_eq!(said, "journaled is inactive\n");
    }
    let emitted = cluster.until("all in flight is acked", LONG, || {
        let verdict = journaled.verdict(&[]);
        verdict.pending.is_empty().then_some(verdict.emitted)
    });
    // The workers have told the same: nothing was emitted since.
    cluster.until("the report is up to date", LONG, || {
        let summary = cluster.list().pop()?;
        assert_eq!(summary.status, Status::Inactive);
        let trees = summary.trees?;
        (trees.pending == 0 && trees.acked == emitted as u64).then_some(())
    });
    assert_eq!(journaled.verdict(&[]).emitted, emitted);
    let said = cluster.say(&["activate", NAME]).well();
    assert_eq!(said, "journaled is active\n");
    journaled.acks(200, LONG);

    let asked = cluster.on_a_terminal(&["kill", NAME], "n\n");
    assert_eq!(asked.status, Some(1), "{asked:?}");
    let question = format!(
        "kill journaled on the supervisor of {}? [y/N]",
        cluster.data().display()
    );
    assert!(asked.stdout.contains(&question), "{asked:?}");
    assert!(asked.stdout.contains("error: nothing was killed"));
    // It drains: what was emitted is acked, and in the log of the sink.
    let killed = cluster.say(&["kill", NAME, "--wait", "60s", "--yes"]);
    assert_eq!(killed.well(), "journaled is killed\n");
    assert_eq!(cluster.workers(), []);
    let verdict = journaled.verdict(&[]);
    verdict.assert_nothing_lost();
    assert_eq!(verdict.acked, verdict.emitted);
    assert_eq!(verdict.received, verdict.emitted);
    assert_eq!(
        cluster.say(&["kill", NAME, "--yes"]).refused(66),
        "there is no topology `journaled`"
    );
    assert_eq!(
        cluster.say(&["list"]).well(),
        "no topologies; submit one with `stormcell submit TOPOLOGY`\n"
    );
    journaled.cluster.stop();
}

#[test]
fn a_kill_says_which_rows_it_did_not_wait_for() {
    let cluster = Cluster::start();
    let held = Relayed {
        name: "held",
        config: "message-timeout: 1h",
        source: "rows: 20, texts: [a]",
        relay: "",
        hold: "3",
    };
    cluster.ask(&["submit", &held.write(cluster.dir())]);
    cluster.until("one row is in flight", LONG, || {
        let trees = cluster.show("held").report?.trees;
        ((trees.acked, trees.pending) == (19, 1)).then_some(())
    });
    let killed = cluster.ask(&["kill", "held", "--wait", "1s", "--yes"]);
    let warning = "the wait is over; abandoned: 1 spout row is not settled";
    assert_eq!(killed["warnings"], json!([warning]));
    cluster.stop();
}

#[test]
fn a_topology_that_has_finished_stays_until_it_is_killed() {
    let cluster = Cluster::start();
    let file = words::file(&cluster);
    let file = file.to_str().unwrap();
    let submitted = cluster.say(&["submit", file, "--workers", "20", "--wait"]);
    let warning = "warning: 20 workers are asked for, but with 2 tasks there are only 2\nwords is starting: 2 tasks in 2 workers\n";
    assert!(submitted.stderr.contains(warning), "{submitted:?}");
    let printed = submitted.well();
    assert!(printed.starts_with("0 to\n1 be\n2 or\n"), "{printed}");
    let whole = "spout rows: 3 emitted, 3 acked, 0 failed, 0 replayed\n";
    assert!(printed.ends_with(whole), "{printed}");

    let again = cluster.say(&["submit", file, "--quiet"]);
    assert_eq!(
        again.refused(1),
        "there is a topology `words` already; kill it first, or submit this one under another \
         name (--name)"
    );
    assert_eq!(
        shape(&cluster.say(&["list"]).well()),
        "\
name status workers tasks emitted acked failed in flight submitted
words finished #/# # # # # # TIME ago
"
    );
    for command in ["activate", "deactivate"] {
        let refused = cluster.say(&[command, words::NAME]).refused(1);
        assert!(
            refused.starts_with("the topology words has finished, and nothing of it runs"),
            "{refused}"
        );
    }
    // A name that is nearly right, and one that is not.
    for command in ["show", "activate", "deactivate", "kill", "logs", "top"] {
        let refused = cluster.say(&[command, "wrods"]).refused(66);
        assert_eq!(
            refused, "there is no topology `wrods`; did you mean `words`?",
            "{command}"
        );
    }
    assert_eq!(
        cluster.say(&["show", "something-else"]).refused(66),
        "there is no topology `something-else`; there is: `words`"
    );
    assert_eq!(
        cluster.say(&["kill", words::NAME]).well(),
        "words is killed\n"
    );
    cluster.stop();
}
