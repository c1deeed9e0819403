//! Other modules in a topology that runs.

use std::collections::BTreeSet;

use rustix::process::Signal;
use stormcell_protocol::record::DeploymentOutcome;

use crate::LONG;
use crate::cluster::{Cluster, Said, guest};
use crate::command::{run, stormcell};
use crate::journaled::{Journaled, NAME};
use crate::processes::signal;

/// Gives the bolt another module.
fn deploy(journaled: &Journaled, module: &str, options: &[&str]) -> Said {
    let path = guest(module);
    let deploy = ["deploy", NAME, "stamp", path.to_str().unwrap(), "--quiet"];
    journaled.cluster.say(&[&deploy, options].concat())
}

/// What the tasks of the bolt run, and how many are on trial.
fn runs(journaled: &Journaled) -> (BTreeSet<String>, usize) {
    let tasks = journaled.cluster.show(NAME).tasks;
    let tasks: Vec<_> = tasks.iter().filter(|t| t.component == "stamp").collect();
    let trials = tasks.iter().filter(|task| task.trial).count();
    (
        tasks.iter().map(|task| task.digest.clone()).collect(),
        trials,
    )
}

/// Waits until rows have gone through this version of the bolt.
fn is_seen(journaled: &Journaled, version: i64) {
    let seen = || journaled.verdict(&[]).versions.get(&version).copied();
    let before = seen().unwrap_or(0);
    let more = || (seen()? > before).then_some(());
    let what = format!("rows go through version {version}");
    journaled.cluster.until(&what, LONG, more);
}

#[test]
fn a_module_is_swapped_in_tried_and_taken_back_without_a_loss() {
    let journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    journaled.acks(200, LONG);
    let first = runs(&journaled).0;

    // All tasks at once.
    let done = deploy(&journaled, "stamp-2", &["--watch", "1s"]).well();
    assert!(
        done.starts_with("deployment 1 of stamp in journaled: done\n"),
        "{done}"
    );
    assert!(done.contains("3 tasks swapped, pause "), "{done}");
    let second = runs(&journaled).0;
    assert_ne!(first, second);
    assert_eq!(second.len(), 1);
    is_seen(&journaled, 2);
    let again = deploy(&journaled, "stamp-2", &[]).refused(1);
    let digest = second.first().unwrap();
    assert_eq!(
        again,
        format!("nothing to deploy: all tasks of stamp run {digest} already")
    );

    // Back, by hand.
    let back = cluster.say(&["rollback", NAME, "stamp"]).well();
    assert!(
        back.starts_with("deployment 2 of stamp in journaled: done\n"),
        "{back}"
    );
    assert_eq!(runs(&journaled), (first.clone(), 0));
    is_seen(&journaled, 1);

    // In one task of three, until somebody takes it back.
    let canary = ["--canary", "33", "--watch", "10m", "--detach"];
    let begun = deploy(&journaled, "stamp-2", &canary).well();
    assert_eq!(
        begun,
        "deployment 3 of journaled: watching the canary; see `stormcell show journaled`\n"
    );
    let (both, trials) = runs(&journaled);
    assert_eq!((both.len(), trials), (2, 1));
    is_seen(&journaled, 1);
    is_seen(&journaled, 2);
    let shown = cluster.say(&["show", NAME]).well();
    assert_eq!(shown.matches("(on trial)").count(), 1, "{shown}");
    assert!(shown.contains("33 %"), "{shown}");
    assert!(shown.contains("watching the canary"), "{shown}");
    let listed = cluster.say(&["list"]).well();
    assert!(listed.contains("deploying stamp: watching"), "{listed}");
    let busy = "the topology is busy (deploying stamp: watching); try again when that is over";
    assert_eq!(deploy(&journaled, "stamp-failing", &[]).refused(1), busy);
    let rebalance = cluster.say(&["rebalance", NAME, "--workers", "1", "--yes"]);
    assert_eq!(rebalance.refused(1), busy);
    let back = cluster.say(&["rollback", NAME, "stamp"]).well();
    let outcome = "deployment 3 of stamp in journaled: rolled back: somebody asked for it\n";
    assert!(back.starts_with(outcome), "{back}");
    assert_eq!(runs(&journaled), (first, 0));

    journaled.settle(LONG);
    let verdict = journaled.end(&[]);
    verdict.assert_nothing_lost();
    assert_eq!(verdict.duplicates, 0, "no row failed");
}

#[test]
fn a_module_that_fails_is_taken_back_by_itself_and_that_is_shown() {
    let journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    journaled.acks(200, LONG);
    let before = runs(&journaled);

    let failing = ["--canary", "33", "--watch", "10m"];
    let said = deploy(&journaled, "stamp-failing", &failing).refused(1);
    let expected = "deployment 1 of stamp in journaled: rolled back automatically: ";
    assert!(said.starts_with(expected), "{said}");
    assert!(
        said.contains("rows failed: 100.00 %, above the limit of 1.00 %"),
        "{said}"
    );
    assert!(said.ends_with("this version fails every row"), "{said}");
    assert_eq!(runs(&journaled), before);
    assert_eq!(cluster.list()[0].operation, None, "it is over");
    let shown = cluster.say(&["show", NAME]).well();
    assert!(shown.contains("rolled back automatically: "), "{shown}");
    let listed = cluster.say(&["list"]).well();
    let note = "deployment 1 of stamp was rolled back automatically";
    assert!(listed.contains(note), "{listed}");

    // The same for programs.
    let path = guest("stamp-failing");
    let arguments = ["deploy", NAME, "stamp", path.to_str().unwrap(), "--quiet"];
    let output = cluster.client(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["number"], 2, "{json}");
    assert_eq!(json["outcome"]["state"], "rolled-back", "{json}");
    assert_eq!(json["outcome"]["automatic"], true, "{json}");
    let outcomes = cluster.show(NAME).deployments;
    assert!(outcomes.iter().all(|deployment| matches!(
        deployment.outcome,
        DeploymentOutcome::RolledBack {
            automatic: true,
            ..
        }
    )));

    // What failed is emitted again.
    journaled.settle(LONG);
    journaled.end(&[]).assert_nothing_lost();
}

#[test]
fn what_asks_for_more_is_deployed_only_if_that_is_allowed() {
    let journaled = Journaled::submit(1, "60s", "{}");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    let before = runs(&journaled);
    let path = guest("stamp-clock");
    let path = path.to_str().unwrap();
    let deploy = |options: &[&str]| {
        let deploy = ["deploy", NAME, "stamp", path, "--watch", "1s"];
        cluster.say(&[&deploy, options].concat())
    };
    let more = "+ clock: reads the clock, and waits; the real one only if that is granted \
                (grants.clock)";
    for options in [&[][..], &["--allow=http,files"]] {
        let refused = deploy(options);
        let why = "`stamp` of `journaled` does not get this component file, and nothing has \
                   changed: it asks for more than what runs now\n  ";
        let expected = format!("error: {why}{more}\nif it may have that, allow it: --allow=clock");
        assert!(refused.stderr.contains(&expected), "{}", refused.stderr);
        assert_eq!(refused.status, Some(77));
        assert_eq!(runs(&journaled), before);
    }
    // Whoever asks: it is the supervisor that refuses.
    let output = cluster.client(&["deploy", NAME, "stamp", path]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["error"]["code"], "not-allowed", "{json}");

    let allowed = deploy(&["--allow=clock"]);
    let said = format!("stamp asks for other things than before\n  {more}\n");
    assert!(allowed.stderr.contains(&said), "{}", allowed.stderr);
    allowed.well();
    is_seen(&journaled, 3);
    let deployments = cluster.show(NAME).deployments;
    assert_eq!(deployments[0].capabilities.more[0].name, "clock");

    // Less may be asked for at any time, and what was let in before may come back.
    let first = guest("stamp-1");
    let less = [
        "deploy",
        NAME,
        "stamp",
        first.to_str().unwrap(),
        "--watch",
        "1s",
    ];
    let less = cluster.say(&less);
    let said = "stamp asks for other things than before\n  - clock: reads the clock";
    assert!(less.stderr.contains(said), "{}", less.stderr);
    less.well();
    cluster.say(&["rollback", NAME, "stamp"]).well();
    // Alone it allows whatever it is.
    cluster.say(&["rollback", NAME, "stamp"]).well();
    deploy(&["--allow"]).well();
    journaled.settle(LONG);
    journaled.end(&[]).assert_nothing_lost();
}

/// In words, and for programs.
#[test]
fn inspect_says_what_a_component_asks_for() {
    let path = guest("stamp-clock");
    let path = path.to_str().unwrap();
    let inspect = |more: &[&str]| {
        let output = run(stormcell().arg("inspect").arg(path).args(more));
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = inspect(&[]);
    let asks = text.split("\n  asks for\n").nth(1).unwrap();
    for line in [
        "    clock: reads the clock, and waits; the real one only if that is granted \
         (grants.clock): wasi:clocks/",
        "    stdout: writes to standard output and error, which is shown if that is granted \
         (grants.stdout): wasi:cli/stderr@",
        "    config: reads its configuration: stormcell:topology/config@0.1.0\n",
        "    (imported, which need not mean used: ",
    ] {
        assert!(asks.contains(line), "{line}: {text}");
    }
    assert!(!asks.contains("    files: "), "{text}");
    let json: serde_json::Value = serde_json::from_str(&inspect(&["--output", "json"])).unwrap();
    let asked = json["asks_for"].as_array().unwrap();
    let clock = asked.iter().find(|asked| asked["name"] == "clock").unwrap();
    assert_eq!(
        (&clock["grant"], &clock["declared"]),
        (&"clock".into(), &false.into())
    );
}

#[test]
fn what_does_not_fit_is_refused_before_anything_changes() {
    let journaled = Journaled::submit(1, "60s", "{}");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    let before = runs(&journaled);
    let place = "`stamp` of `journaled` cannot run this component file, and nothing has changed: ";
    for (module, why) in [
        ("journal-spout", "it is a spout, where a bolt is needed"),
        (
            "log-sink",
            "it has no stream `default`, to which `sink` subscribes",
        ),
        (
            "relay",
            "its stream `default` has the fields (i: int, text: text), but those to which `sink` \
             subscribes are (number: int, version: int); a topology with other fields is \
             submitted anew",
        ),
    ] {
        let refused = deploy(&journaled, module, &[]).refused(65);
        assert_eq!(refused, format!("{place}{why}"));
    }
    // A sink may be replaced by any that reads what it gets.
    let path = guest("print");
    let deploy = ["deploy", NAME, "sink", path.to_str().unwrap(), "--quiet"];
    let refused = cluster.say(&deploy);
    let lacks = "the stream `default` of `stamp` lacks the field `text`, which `sink` needs";
    assert!(refused.stderr.contains(lacks), "{refused:?}");
    let place = "`sink` of `journaled` cannot run this component file, and nothing has changed: ";
    let message = refused.refused(65);
    assert!(message.starts_with(place), "{message}");

    for (component, expected) in [
        (
            "stapm",
            "`journaled` has no component `stapm`; did you mean `stamp`?",
        ),
        (
            "something",
            "`journaled` has no component `something`; it has: `numbers`, `sink`, `stamp`",
        ),
    ] {
        for arguments in [
            &["rollback", NAME, component][..],
            &["deploy", NAME, component, "x.wasm"],
        ] {
            assert_eq!(cluster.say(arguments).refused(66), expected);
        }
    }
    assert_eq!(
        cluster.say(&["rollback", NAME, "stamp"]).refused(1),
        "`stamp` of `journaled` has no deployment to roll back"
    );
    let absent = cluster.say(&["deploy", NAME, "stamp", "absent.wasm", "--quiet"]);
    let absent = absent.refused(66);
    assert!(
        absent.starts_with("cannot read the component absent.wasm: "),
        "{absent}"
    );
    assert_eq!(cluster.show(NAME).deployments, []);
    assert_eq!(runs(&journaled), before);
    journaled.end(&[]).assert_nothing_lost();
}

/// A deployment that is done is watched by nobody. What the module does then harms its own
/// rows, as an attack at any time does, and it is taken back by hand.
#[test]
fn a_canary_that_attacks_once_it_is_promoted() {
    let journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    let workers = cluster.all_up(NAME);
    journaled.acks(200, LONG);
    let before = runs(&journaled);
    let canary = ["--canary", "33", "--watch", "1s", "--max-error-rate", "0"];
    let done = deploy(&journaled, "stamp-turncoat", &canary).well();
    assert!(done.contains("done"), "{done}");
    is_seen(&journaled, 5);
    assert_eq!(runs(&journaled).0.len(), 1, "all tasks run it");

    // Nothing comes, so it takes itself for unwatched.
    journaled.settle(LONG);
    let logs = || cluster.say(&["logs", NAME, "--component", "stamp"]).well();
    cluster.until("all three tasks have turned", LONG, || {
        (logs().matches("it turns").count() == 3).then_some(())
    });
    let acked = journaled.verdict(&[]).acked;
    journaled.go_on();
    let failed = || {
        let report = cluster.show(NAME).report;
        let components = report.map_or_else(Vec::new, |report| report.components);
        let stamp = components.into_iter().find(|it| it.id == "stamp");
        stamp.map_or(0, |stamp| stamp.failed)
    };
    cluster.until("many rows have failed", LONG, || {
        (failed() > 100).then_some(())
    });
    let shown = cluster.say(&["show", NAME]).well();
    assert!(shown.contains("nobody watches"), "{shown}");
    assert_eq!(journaled.verdict(&[]).acked, acked, "nothing goes through");
    cluster.until("the log has its budget", LONG, || {
        logs().contains("of this task were dropped").then_some(())
    });
    // Nobody watches: it is as it was, and everybody else is, too.
    assert_eq!(
        cluster.show(NAME).deployments[0].outcome,
        DeploymentOutcome::Done
    );
    assert_eq!(cluster.workers(), workers, "no worker was lost");

    let back = cluster.say(&["rollback", NAME, "stamp"]).well();
    assert!(back.contains("done"), "{back}");
    assert_eq!(runs(&journaled), before);
    is_seen(&journaled, 1);
    journaled.settle(LONG);
    let verdict = journaled.end(&[]);
    verdict.assert_nothing_lost();
}

/// The supervisor asks it when there is memory, and workers when there is none. What it
/// said first counts for all.
#[test]
fn what_a_component_says_of_itself_it_says_once() {
    let cluster = Cluster::start_with_arguments(&["--worker-memory", "96MiB"]);
    let fickle = guest("stamp-fickle");
    let journaled = Journaled::submit_to(cluster, &fickle, "20MiB", 2, "60s", "{}");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    is_seen(&journaled, 4);
    // Others than those that were there when it was asked.
    for worker in cluster.workers() {
        signal(worker.pid, Signal::KILL);
    }
    is_seen(&journaled, 4);
    journaled.settle(LONG);
    journaled.end(&[]).assert_nothing_lost();
}
