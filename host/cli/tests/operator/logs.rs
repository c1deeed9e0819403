//! What components and workers wrote.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Child;

use rustix::process::Signal;
use stormcell_protocol::api::LogLine;

use crate::cluster::Cluster;
use crate::journaled::{Journaled, NAME};
use crate::processes::signal;
use crate::{LONG, words};

/// A command that goes on. It is killed when this is dropped.
struct Following {
    child: Child,
    file: PathBuf,
}

impl Following {
    fn start(cluster: &Cluster, arguments: &[&str]) -> Self {
        let file = cluster.dir().join("following");
        let mut command = cluster.command(arguments);
        command.stdout(File::create(&file).unwrap());
        Self {
            child: command.spawn().unwrap(),
            file,
        }
    }

    /// What it has printed so far.
    fn printed(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    /// Waits until it has printed so many lines with this in them.
    fn until(&self, cluster: &Cluster, times: usize, part: &str) {
        let what = format!("{times} lines with {part:?}");
        cluster.until(&what, LONG, || {
            let printed = self.printed();
            let lines = printed.lines().filter(|line| line.contains(part));
            (lines.count() >= times).then_some(())
        });
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn logs_are_followed_across_the_death_of_a_worker_to_the_end_of_the_topology() {
    let journaled = Journaled::submit(1, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    let workers = cluster.all_up(NAME);
    let mut following = Following::start(cluster, &["logs", NAME, "-f"]);
    following.until(cluster, 3, " info: version 1 in task ");
    signal(workers[0].pid, Signal::KILL);
    following.until(cluster, 6, " info: version 1 in task ");
    cluster.all_up(NAME);

    let lines = |arguments: &[&str]| -> Vec<LogLine> {
        let output = cluster.client(&[&["logs", NAME], arguments].concat());
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    };
    // Each filter leaves out something, and nothing that it should not.
    let stamp = lines(&["--component", "stamp"]);
    assert_eq!(stamp.len(), 6, "{stamp:?}");
    assert!(stamp.iter().all(|line| {
        line.component.as_deref() == Some("stamp") && line.message.starts_with("version 1 in")
    }));
    let incarnations: Vec<_> = stamp.iter().filter_map(|line| line.incarnation).collect();
    assert_eq!(incarnations, [1, 1, 1, 2, 2, 2]);
    let task = stamp[0].task.unwrap();
    assert_eq!(lines(&["--task", &task.to_string()]).len(), 2);
    let bad = lines(&["--level", "warn"]);
    assert!(
        bad.iter()
            .all(|line| line.level == "warn" || line.level == "error")
    );
    let died = |line: &LogLine| {
        line.message
            .contains("signal 9 (SIGKILL), not by stormcell")
    };
    assert!(bad.iter().any(died), "{bad:?}");
    assert_eq!(lines(&["--tail", "2"]).len(), 2);
    assert!(
        lines(&["--worker", "0"])
            .iter()
            .all(|line| line.worker == Some(0))
    );
    assert_eq!(
        cluster
            .say(&["logs", NAME, "--component", "stapm"])
            .refused(66),
        "`journaled` has no component `stapm`; did you mean `stamp`?"
    );
    let absent = cluster.say(&["logs", NAME, "--worker", "7"]);
    assert_eq!(
        absent.stderr,
        "warning: `journaled` has no worker 7 now; `stormcell show journaled` lists those it has\n"
    );
    assert_eq!(absent.well(), "");

    cluster.ask(&["kill", NAME, "--yes"]);
    let status = cluster.until("following ends with the topology", LONG, || {
        following.child.try_wait().unwrap()
    });
    assert!(status.success(), "{status}");
    let printed = following.printed();
    let mut lines: Vec<&str> = printed.lines().collect();
    lines.sort_unstable();
    let all = lines.len();
    lines.dedup();
    assert_eq!(lines.len(), all, "no line comes twice:\n{printed}");
    journaled.cluster.stop();
}

#[test]
fn what_components_print_is_a_level_of_its_own() {
    let cluster = Cluster::start();
    let file = words::file(&cluster);
    cluster.ask(&["submit", file.to_str().unwrap(), "--wait"]);
    let logs = cluster
        .say(&["logs", words::NAME, "--level", "stdout"])
        .well();
    let messages: Vec<_> = logs
        .lines()
        .map(|line| line.split_once(' ').unwrap().1)
        .collect();
    assert_eq!(
        messages,
        [
            "print/1 stdout: 0 to",
            "print/1 stdout: 1 be",
            "print/1 stdout: 2 or",
            "print/1 stdout: close Finished",
        ]
    );
    cluster.stop();
}

/// Logs of a topology that was killed came back under the next one of its name, and could
/// not be read before.
#[test]
fn logs_belong_to_a_submission() {
    let mut cluster = Cluster::start();
    let file = words::file(&cluster);
    let file = file.to_str().unwrap();
    let name = words::NAME;
    let printed = |cluster: &Cluster, more: &[&str]| {
        let said = cluster.say(&[&["logs", name, "--level", "stdout"], more].concat());
        said.well()
    };
    cluster.ask(&["submit", file, "--wait"]);
    let first = printed(&cluster, &[]);
    assert_eq!(first.lines().count(), 4, "{first}");
    cluster.ask(&["kill", name, "--yes"]);
    assert_eq!(printed(&cluster, &[]), first, "it was killed");
    assert_eq!(printed(&cluster, &["-f"]), first, "nothing follows");

    cluster.ask(&["submit", file, "--inactive"]);
    cluster.all_up(name);
    assert_eq!(printed(&cluster, &[]), "", "it has printed nothing");
    assert_eq!(printed(&cluster, &["--submission", "1"]), first);
    let all = cluster.say(&["logs", name]).well();
    assert!(!all.contains("has finished"), "{all}");
    assert_eq!(
        cluster
            .say(&["logs", name, "--submission", "7"])
            .refused(66),
        "there are no logs of submission 7 of `words`; there are those of: 1, 2"
    );
    // Another supervisor knows them as well.
    cluster.kill_supervisor();
    cluster.serve();
    let listed = cluster.ask(&["logs", name, "--submissions"]);
    let listed = listed.as_array().unwrap().iter();
    let listed: Vec<_> = listed
        .map(|one| {
            (
                one["submission"].as_u64().unwrap(),
                one["current"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(listed, [(1, false), (2, true)]);

    assert_eq!(
        cluster
            .say(&["logs", name, "--remove", "--submission", "2"])
            .refused(1),
        "submission 2 of `words` is the topology that is there: its logs can be removed when it \
         was killed"
    );
    let removed = cluster.say(&["logs", name, "--remove"]).well();
    assert!(
        removed.starts_with("the logs of 1 submission of words are removed ("),
        "{removed}"
    );
    cluster.ask(&["kill", name, "--yes"]);
    let there = cluster.ask(&["logs", name, "--submissions"]);
    assert_eq!(there[0]["submission"], 2, "{there}");
    cluster.say(&["logs", name, "--remove"]).well();
    assert_eq!(
        cluster.say(&["logs", name]).refused(66),
        "there is no topology `words`"
    );
    // A number is not used again.
    cluster.ask(&["submit", file, "--wait"]);
    assert_eq!(cluster.show(name).summary.submission, 3);
    let third = printed(&cluster, &[]);
    assert_eq!(third.lines().count(), 4, "{third}");
    cluster.stop();
}
