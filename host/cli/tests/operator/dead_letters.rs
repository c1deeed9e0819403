//! Rows that could not be processed, of a topology that `run` runs and of one that a
//! supervisor runs: seen, replayed, dropped.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stormcell_protocol::api::Status;

use crate::LONG;
use crate::cluster::Cluster;
use crate::command::{run, stormcell};
use crate::relayed::Relayed;

/// Writes a topology of 20 rows into a folder: of these row 7 traps, until there is a file
/// `mended` in the folder, and row 3 is kept for ever if `keep`.
fn topology(dir: &Path, keep: bool) -> String {
    Relayed {
        name: "letters",
        config: "message-timeout: 1h",
        source: "rows: 20, texts: [a, b]",
        relay: "config: { trap: [7], unless: /state/mended }, \
                grants: { files: [{ host: ., guest: /state }] }",
        hold: if keep { "3" } else { "" },
    }
    .write(dir)
}

fn numbers(listed: &Value) -> Vec<u64> {
    let letters = listed[0]["newest"].as_array().cloned().unwrap_or_default();
    letters
        .iter()
        .map(|letter| letter["id"].as_u64().unwrap())
        .collect()
}

/// Whatever runs, and whatever is killed: a letter is there until its row is processed.
#[test]
fn letters_of_a_supervisor_survive_it_and_are_replayed_while_it_runs() {
    let mut cluster = Cluster::start();
    let file = topology(cluster.dir(), true);
    cluster.ask(&["submit", &file]);
    let data = cluster.data().display().to_string();
    // The supervisor is asked.
    let letters = |cluster: &Cluster, arguments: &[&str]| {
        cluster.ask(&[&["dead-letter"], arguments, &["--served"]].concat())
    };
    // The files are read, which needs no supervisor.
    let filed = |cluster: &Cluster, arguments: &[&str]| {
        cluster.ask(&[&["dead-letter"], arguments, &["--data", data.as_str()]].concat())
    };
    cluster.until("a dead letter", LONG, || {
        (numbers(&letters(&cluster, &["list", "letters"])) == [1]).then_some(())
    });
    let report = cluster.until("a report of it", LONG, || {
        let report = cluster.show("letters").report?;
        (report.trees.acked == 19).then_some(report)
    });
    // Row 7 counts as processed, row 3 is kept.
    assert_eq!((report.trees.pending, report.trees.failed), (1, 0));
    let relay = report.components.iter().find(|c| c.id == "relay").unwrap();
    assert_eq!(relay.dead_letters, 1);

    let shown = letters(&cluster, &["show", "letters", "1"]);
    assert_eq!(
        (&shown["cause"], &shown["component"]),
        (&"trap".into(), &"relay".into())
    );
    assert_eq!(shown["row"][0]["value"], 7);
    let attempts = shown["attempts"].as_u64().unwrap();
    assert_eq!(filed(&cluster, &["show", "letters", "1"]), shown);
    let at = |arguments: &[&str]| letters(&cluster, arguments);
    assert_eq!(at(&["list"]), at(&["list", "letters"]));
    let shown = cluster.say(&["show", "letters"]).well();
    let hint = "1 dead letter stored; see `stormcell dead-letter list letters --served`\n";
    assert!(shown.contains(hint), "{shown}");
    let refused = |status, arguments: &[&str]| {
        let arguments = [&["dead-letter"], arguments, &["--served"]].concat();
        cluster.say(&arguments).refused(status)
    };
    let absent = refused(66, &["drop", "letters", "1", "9"]);
    assert!(
        absent.starts_with("letters has no dead letter 9 in "),
        "{absent}"
    );
    let nobody = refused(66, &["list", "lettres"]);
    assert!(
        nobody.starts_with("there is no topology `lettres`"),
        "{nobody}"
    );
    let complete = |words: &[&str]| {
        let words = [&["complete", "--", "dead-letter"], words].concat();
        cluster.say(&words).well()
    };
    assert_eq!(complete(&["show", "--served", ""]), "letters\n");
    assert_eq!(complete(&["drop", "--data", &data, "letters", ""]), "1\n");

    letters(&cluster, &["replay", "letters", "1"]);
    cluster.until("it is replayed in vain", LONG, || {
        let shown = letters(&cluster, &["show", "letters", "1"]);
        (shown["attempts"] == attempts + 1).then_some(())
    });

    cluster.kill_everything();
    let shown = filed(&cluster, &["show", "letters", "1"]);
    let last = shown["last_replay"].as_str().unwrap();
    assert!(last.starts_with("it failed in `"), "{last}");
    filed(&cluster, &["replay", "letters", "1"]);
    fs::write(cluster.dir().join("mended"), "").unwrap();
    cluster.serve();
    cluster.until("the letter is gone", LONG, || {
        numbers(&letters(&cluster, &["list", "letters"]))
            .is_empty()
            .then_some(())
    });
    cluster.stop();
}

/// A command in a folder with a state folder of its own.
fn at(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = stormcell();
    command
        .args(arguments)
        .arg("--state-dir")
        .arg(dir.join("state"));
    command.current_dir(dir);
    command
}

/// What such a command prints, which ends with this status.
fn said_by(dir: &Path, status: i32, arguments: &[&str]) -> String {
    let output = run(&mut at(dir, arguments));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {stdout}{stderr}"
    );
    format!("{stdout}{stderr}")
}

#[test]
fn letters_of_a_run_are_listed_replayed_and_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let file = topology(dir, false);
    let said = |status: i32, arguments: &[&str]| said_by(dir, status, arguments);
    assert_eq!(said(0, &["dead-letter", "list"]), "no dead letters\n");

    let summary = said(1, &["run", &file, "-q"]);
    let state = dir.join("state");
    let hint = format!(
        "1 dead letter stored; see `stormcell dead-letter list letters --state-dir {}`\n",
        state.display()
    );
    assert!(summary.contains(&hint), "{summary}");
    assert!(
        summary.contains("20 emitted, 20 acked, 0 failed"),
        "{summary}"
    );

    let listed = said(0, &["dead-letter", "list"]);
    assert!(listed.contains("letters        1  "), "{listed}");
    assert!(listed.contains("relay         2  trap"), "{listed}");
    let shown = said(0, &["dead-letter", "show", "letters", "1"]);
    for part in [
        "cause      trap\n",
        "row\n  i (int): 7\n  text (text): \"b\"\n",
        "trapped in `execute`",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let refused = said(66, &["dead-letter", "show", "letters", "2"]);
    assert!(
        refused.contains("error: letters has no dead letter 2 in "),
        "{refused}"
    );

    fs::write(dir.join("mended"), "").unwrap();
    let asked = said(0, &["dead-letter", "replay", "letters", "--all"]);
    assert!(
        asked.starts_with("1 dead letter of letters to be replayed"),
        "{asked}"
    );
    said(0, &["run", &file, "-q"]);
    assert_eq!(said(0, &["dead-letter", "list"]), "no dead letters\n");

    fs::remove_file(dir.join("mended")).unwrap();
    said(1, &["run", &file, "-q"]);
    said(66, &["dead-letter", "drop", "letters", "1", "2"]);
    assert_eq!(
        said(0, &["dead-letter", "drop", "letters", "2"]),
        "1 dead letter of letters dropped\n"
    );
    said(2, &["dead-letter", "drop", "letters"]);
}

/// A letter of a topology that has finished was asked for and never processed.
#[test]
fn a_finished_topology_replays_letters_when_it_is_asked_and_wherever_it_is_killed() {
    let mut cluster = Cluster::start();
    let file = topology(cluster.dir(), false);
    cluster.ask(&["submit", &file]);
    let letters = |cluster: &Cluster, arguments: &[&str]| {
        cluster.ask(&[&["dead-letter"], arguments, &["--served"]].concat())
    };
    let finished = |cluster: &Cluster, in_vain: u64, processed: u64| {
        let report = cluster.until("it finishes", LONG, || {
            let detail = cluster.show("letters");
            let over = detail.summary.status == Status::Finished
                && detail.summary.operation.is_none()
                && detail.summary.workers.up == 0;
            let report = detail.report.filter(|_| over)?;
            let counts = report.replayed_letters;
            ((counts.in_vain, counts.processed) == (in_vain, processed)).then_some(report)
        });
        assert_eq!((report.trees.emitted, report.trees.acked), (20, 20));
    };
    finished(&cluster, 0, 0);
    assert_eq!(numbers(&letters(&cluster, &["list", "letters"])), [1]);

    // In vain: what was wrong is wrong still.
    let said = cluster.say(&["dead-letter", "replay", "letters", "1", "--served"]);
    let said = said.well();
    assert!(
        said.contains("1 dead letter of letters to be replayed: within a second"),
        "{said}"
    );
    finished(&cluster, 1, 0);
    let shown = letters(&cluster, &["show", "letters", "1"]);
    let last = shown["last_replay"].as_str().unwrap();
    assert!(last.contains("row 7 traps"), "{last}");
    assert_eq!(shown["replay_asked"], false);
    let listed = cluster.say(&["list"]).well();
    let note = "1 dead letter replayed: 0 processed, 1 in vain";
    assert!(listed.contains(note), "{listed}");

    // By the files, while nobody serves; and everything is killed before and meanwhile.
    fs::write(cluster.dir().join("mended"), "").unwrap();
    cluster.kill_everything();
    let data = cluster.data().display().to_string();
    cluster.ask(&["dead-letter", "replay", "letters", "--all", "--data", &data]);
    cluster.serve();
    cluster.until("its workers are started", LONG, || {
        (!cluster.workers().is_empty()).then_some(())
    });
    cluster.kill_everything();
    cluster.serve();
    cluster.until("the letter is gone", LONG, || {
        numbers(&letters(&cluster, &["list", "letters"]))
            .is_empty()
            .then_some(())
    });
    cluster.until("it has finished again", LONG, || {
        let summary = cluster.show("letters").summary;
        let over = summary.status == Status::Finished && summary.operation.is_none();
        (over && cluster.workers().is_empty()).then_some(())
    });
    cluster.stop();
}

#[test]
fn letters_of_a_killed_topology_are_not_asked_for_until_it_is_submitted_again() {
    let cluster = Cluster::start();
    let file = topology(cluster.dir(), false);
    cluster.ask(&["submit", &file]);
    let list = || cluster.ask(&["dead-letter", "list", "letters", "--served"]);
    cluster.until("a dead letter", LONG, || {
        (numbers(&list()) == [1]).then_some(())
    });
    cluster.ask(&["kill", "letters", "--wait", "1s", "--yes"]);
    cluster.until("it is gone", LONG, || {
        cluster.list().is_empty().then_some(())
    });
    let refused = cluster.say(&["dead-letter", "replay", "letters", "1", "--served"]);
    assert_ne!(refused.status, Some(0));
    let words = "submit the topology again under this name, and ask then";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    let shown = cluster.ask(&["dead-letter", "show", "letters", "1", "--served"]);
    assert_eq!(shown["replay_asked"], false);
    fs::write(cluster.dir().join("mended"), "").unwrap();
    cluster.ask(&["submit", &file]);
    cluster.ask(&["dead-letter", "replay", "letters", "1", "--served"]);
    cluster.until("the letter is gone", LONG, || {
        numbers(&list()).is_empty().then_some(())
    });
    cluster.stop();
}

#[test]
fn a_run_that_only_replays_says_by_its_status_whether_every_letter_is_processed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let file = topology(dir, false);
    let said = |status: i32, arguments: &[&str]| said_by(dir, status, arguments);
    let replays = || said(0, &["dead-letter", "replay", "letters", "--all"]);
    said(1, &["run", &file, "-q"]);
    let nothing = said(0, &["run", &file, "--replay-only", "-q"]);
    assert!(
        nothing.starts_with("no dead letters of letters are to be replayed"),
        "{nothing}"
    );
    assert!(
        nothing.contains("stormcell dead-letter replay letters --all"),
        "{nothing}"
    );

    let asked = replays();
    assert!(asked.contains("stormcell run --replay-only"), "{asked}");
    let vain = said(1, &["run", &file, "--replay-only", "-q"]);
    for part in [
        "spout rows: 0 emitted, 0 acked",
        "1 dead letter replayed: 0 processed, 1 in vain\n",
    ] {
        assert!(vain.contains(part), "{part}: {vain}");
    }
    let listed = said(0, &["dead-letter", "list"]);
    assert!(
        listed.contains("in vain") && listed.contains("the component trapped"),
        "{listed}"
    );
    let shown = said(0, &["dead-letter", "show", "letters", "1"]);
    assert!(shown.contains("row 7 traps"), "{shown}");

    fs::write(dir.join("mended"), "").unwrap();
    replays();
    let well = said(0, &["run", &file, "--replay-only", "-q"]);
    assert!(
        well.contains("1 dead letter replayed: 1 processed, 0 in vain\n"),
        "{well}"
    );
    assert_eq!(said(0, &["dead-letter", "list"]), "no dead letters\n");
}
