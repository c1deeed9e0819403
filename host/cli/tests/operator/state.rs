//! What tasks keep (grant `state`), in real processes: it is there whatever ends and wherever
//! tasks move, and it is gone when somebody says so.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::json;
use stormcell_state::{Folder, States as _, Task};

use crate::LONG;
use crate::cluster::{Cluster, guest};
use crate::files;
use crate::processes::signal;
use crate::verdict::verdict;

const NAME: &str = "tallied";
const TASKS: u32 = 3;

/// A spout with a journal, and a bolt that notes each number in its state.
struct Tallied {
    cluster: Cluster,
}

impl Tallied {
    fn start() -> Self {
        let cluster = Cluster::start();
        fs::create_dir(cluster.dir().join("journal")).unwrap();
        Self { cluster }
    }

    /// Its file, with so many tasks of the bolt.
    fn file(&self, tasks: u32) -> String {
        let text = format!(
            "\
name: {NAME}
config: {{ message-timeout: 60s, max-pending: 1000 }}
spouts:
  - id: numbers
    component: {}
    parallelism: 2
    config: {{ folder: /journal, parts: 2, rate: 200 }}
    grants: {{ files: [{{ host: journal, guest: /journal, access: read-write }}], clock: real, random: real }}
    limits: {{ call-time: 60s }}
bolts:
  - id: tally
    component: {}
    parallelism: {tasks}
    config: {{ field: number }}
    grants: {{ state: {{ quota: 16MiB }} }}
streams:
  - {{ from: numbers, to: tally, grouping: {{ type: fields, args: [number] }} }}
",
            guest("journal-spout").display(),
            guest("tally").display(),
        );
        let file = self.cluster.dir().join("tallied.yaml");
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    fn submit(&self) {
        let file = self.file(TASKS);
        self.cluster.ask(&["submit", &file, "--workers", "2"]);
    }

    /// The numbers that were emitted, and of these those that were acked.
    fn journal(&self) -> (BTreeSet<u64>, BTreeSet<u64>) {
        let journals = files::journals(&self.cluster.dir().join("journal"));
        let of = |what| {
            let entries = journals.iter().flatten();
            let of = entries.filter(|entry| entry.what == what);
            of.map(|entry| entry.number).collect()
        };
        (of(files::What::Emit), of(files::What::Ack))
    }

    /// Waits until more rows are acked than now.
    fn goes_on(&self) {
        let acked = || self.journal().1.len();
        let before = acked();
        self.cluster.until("100 more rows are acked", LONG, || {
            (acked() >= before + 100).then_some(())
        });
    }

    /// Has the spout emit nothing new, and waits until all it has emitted is acked.
    fn settle(&self) {
        fs::write(self.cluster.dir().join("journal/stop"), "").unwrap();
        let mut emitted = None;
        self.cluster.until("all is acked", LONG, || {
            let journals = files::journals(&self.cluster.dir().join("journal"));
            let verdict = verdict(&journals, &[], &[]);
            let quiet = emitted.replace(verdict.emitted) == Some(verdict.emitted);
            (quiet && verdict.pending.is_empty()).then_some(())
        });
    }

    fn folder(&self) -> PathBuf {
        self.cluster.data().join("state").join(NAME)
    }

    /// What each task has counted, and the numbers that it has noted. No worker may run.
    fn kept(&self) -> Vec<(u64, BTreeSet<u64>)> {
        assert_eq!(self.cluster.workers(), []);
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let folder = Folder::new(self.cluster.data().join("state"));
            let mut kept = Vec::new();
            for index in 0..TASKS {
                let state = folder.of_task(&Task {
                    topology: NAME.to_owned(),
                    component: "tally".to_owned(),
                    index,
                    tasks: TASKS,
                    quota: 64 << 20,
                });
                state.open().await.unwrap();
                let count = state.get("count").unwrap().unwrap();
                let keys = state.keys("row.", None, usize::MAX).unwrap();
                let rows = keys.iter().map(|key| key["row.".len()..].parse().unwrap());
                kept.push((
                    u64::from_le_bytes(count.try_into().unwrap()),
                    rows.collect(),
                ));
            }
            kept
        })
    }

    /// Whether each number was noted that was acked, by one task each, and nothing was
    /// forgotten that a task had counted.
    fn is_whole(&self) -> usize {
        let kept = self.kept();
        let mut all = BTreeSet::new();
        for (count, rows) in &kept {
            assert!(*count >= rows.len() as u64, "{count} of {}", rows.len());
            assert!(all.is_disjoint(rows), "a number that two tasks have noted");
            all.extend(rows);
        }
        let (emitted, acked) = self.journal();
        let lost: Vec<_> = acked.difference(&all).collect();
        assert!(lost.is_empty(), "acked and not noted: {lost:?}");
        assert!(all.is_subset(&emitted));
        all.len()
    }
}

/// One topology through all that may happen to it.
#[test]
fn state_survives_whatever_ends_or_moves_its_tasks() {
    let mut tallied = Tallied::start();
    tallied.submit();
    tallied.cluster.all_up(NAME);
    tallied.goes_on();

    // Processes that are killed.
    for worker in tallied.cluster.workers() {
        signal(worker.pid, Signal::KILL);
        tallied.goes_on();
    }
    tallied.cluster.kill_supervisor();
    tallied.cluster.serve();
    tallied.goes_on();
    tallied.cluster.kill_everything();
    tallied.cluster.serve();
    tallied.goes_on();

    // Tasks that move, and no other number of them.
    tallied.cluster.all_up(NAME);
    let rebalance = |arguments: &[&str]| {
        let arguments = [&["rebalance", NAME, "--yes"], arguments].concat();
        tallied.cluster.say(&arguments)
    };
    for workers in ["5", "1", "2"] {
        rebalance(&["--workers", workers]).well();
        tallied.goes_on();
    }
    let refused = rebalance(&["--parallelism", "tally=2"]).refused(65);
    assert!(
        refused.starts_with("`tally` is granted `state`, so its number of tasks cannot change"),
        "{refused}"
    );

    // Another component file: the same and a section that means nothing.
    let mut other = fs::read(guest("tally")).unwrap();
    other.extend(b"\x00\x02\x01v");
    let file = tallied.cluster.dir().join("other.wasm");
    fs::write(&file, other).unwrap();
    let deploy = [
        "deploy",
        NAME,
        "tally",
        file.to_str().unwrap(),
        "--watch",
        "1s",
        "--quiet",
    ];
    tallied.cluster.say(&deploy).well();
    tallied.goes_on();

    // A file that is damaged is said where people look, is left alone, and can be mended.
    tallied.cluster.kill_everything();
    let path = tallied.folder().join("tally/1.redb");
    let good = fs::read(&path).unwrap();
    fs::write(&path, "damaged").unwrap();
    tallied.cluster.serve();
    let said = format!("the state in {} is damaged: ", path.display());
    tallied.cluster.until("it is said", LONG, || {
        let shown = tallied.cluster.say(&["show", NAME]).well();
        let listed = tallied.cluster.say(&["list"]).well();
        (shown.contains(&said) && listed.contains(&said)).then_some(())
    });
    assert_eq!(fs::read(&path).unwrap(), b"damaged");
    fs::write(&path, good).unwrap();
    tallied.goes_on();

    tallied.settle();
    let killed = tallied.cluster.say(&["kill", NAME, "--yes"]).well();
    assert_eq!(
        killed,
        format!(
            "tallied is killed\nits state stays in {}; remove it with `stormcell kill tallied \
             --remove-state`\n",
            tallied.folder().display()
        )
    );
    assert!(tallied.is_whole() >= 1_000);
    tallied.cluster.stop();
}

/// The name is submitted again, and killed with and without what its tasks keep.
#[test]
fn state_is_gone_on_with_under_the_same_name_until_it_is_removed() {
    let tallied = Tallied::start();
    let cluster = &tallied.cluster;
    tallied.submit();
    tallied.goes_on();
    cluster.ask(&["kill", NAME]);
    let before = tallied.is_whole();

    let other = tallied.file(TASKS + 1);
    let refused = cluster.say(&["submit", &other]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    for part in [
        "was kept by one of 3 tasks of its component, which now has 4",
        "Go back to `parallelism: 3`",
        "`stormcell kill tallied --remove-state`",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {refused:?}");
    }
    assert_eq!(cluster.list(), []);

    tallied.submit();
    tallied.goes_on();
    tallied.settle();
    let kill = ["kill", NAME, "--remove-state"];
    let asked = cluster.on_a_terminal(&kill, "n\n");
    assert_eq!(asked.status, Some(1), "{asked:?}");
    let question = format!(
        "kill tallied on the supervisor of {}, and remove what its tasks keep, for good? [y/N]",
        cluster.data().display()
    );
    assert!(asked.stdout.contains(&question), "{asked:?}");
    let killed = cluster.ask(&["kill", NAME]);
    let folder = tallied.folder();
    assert_eq!(
        killed["state"],
        json!({ "folder": folder, "removed": false })
    );
    assert!(tallied.is_whole() >= before + 100);

    // There is no such topology any more.
    let asked = cluster.on_a_terminal(&kill, "y\n");
    assert_eq!(asked.status, Some(0), "{asked:?}");
    assert!(
        asked
            .stdout
            .contains("remove what its tasks have kept, for good? [y/N]"),
        "{asked:?}"
    );
    assert!(
        asked.stdout.contains("the state of tallied is removed"),
        "{asked:?}"
    );
    assert!(!folder.exists());
    assert_eq!(
        cluster.say(&[&kill[..], &["--yes"]].concat()).refused(66),
        "there is no topology `tallied`; nor has one of that name kept anything"
    );

    // One that begins anew, and goes with what it keeps.
    fs::remove_file(cluster.dir().join("journal/stop")).unwrap();
    tallied.submit();
    tallied.goes_on();
    assert!(folder.exists());
    let killed = cluster.ask(&kill);
    assert_eq!(
        killed["state"],
        json!({ "folder": folder, "removed": true })
    );
    assert!(!folder.exists());
    assert_eq!(cluster.workers(), []);
    tallied.cluster.stop();
}
