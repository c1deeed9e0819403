//! The example of the README, by the real binary: three languages, the known
//! answers, with nothing lost and with rows lost on their way.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

const VERSES: u64 = 31_102;
const WORDS: u64 = 789_684;
const DISTINCT: u64 = 12_824;

/// What the example wrote to its standard output, and its report.
struct Run {
    table: String,
    report: Value,
}

fn run(arguments: &[&str]) -> Run {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO_BIN_EXE_stormcell"))
        .current_dir(&root)
        .args([
            "run",
            "examples/word-count/topology.yaml",
            "--output",
            "json",
        ])
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    // With JSON on standard output, what components print goes to standard error.
    let table = String::from_utf8(output.stderr).unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}\n{report}");
    Run {
        table,
        report: serde_json::from_str(&report).unwrap(),
    }
}

impl Run {
    fn trees(&self, what: &str) -> u64 {
        self.report["report"]["trees"][what].as_u64().unwrap()
    }

    fn component(&self, id: &str, what: &str) -> u64 {
        let components = self.report["report"]["components"].as_array().unwrap();
        let component = components.iter().find(|c| c["id"] == id).unwrap();
        component[what].as_u64().unwrap()
    }

    /// The known answers of the King James Bible (see the example's README).
    fn assert_known_answers(&self) {
        for (rank, word, count) in [
            (1, "the", "63,919"),
            (2, "and", "51,696"),
            (3, "of", "34,618"),
            (4, "to", "13,560"),
            (5, "that", "12,915"),
        ] {
            let row = [rank.to_string(), word.to_owned(), count.to_owned()];
            let found = self
                .table
                .lines()
                .any(|line| line.split_whitespace().eq(row.iter().map(String::as_str)));
            assert!(found, "no row {row:?} in\n{}", self.table);
        }
        let totals = "789,684 words, 12,824 distinct";
        assert!(self.table.contains(totals), "{}", self.table);
        assert_eq!(self.trees("emitted"), VERSES);
        assert_eq!(self.trees("acked"), VERSES);
        assert_eq!(self.trees("failed"), 0);
        assert_eq!(self.trees("pending"), 0);
        assert_eq!(self.component("count", "in"), WORDS);
        assert_eq!(self.component("report", "in"), DISTINCT);
        assert_eq!(self.component("split", "tasks"), 2);
        assert_eq!(self.component("count", "tasks"), 2);
    }
}

#[test]
fn the_known_answers_come_out() {
    let run = run(&[]);
    run.assert_known_answers();
    assert_eq!(run.trees("replayed"), 0);
    assert_eq!(run.trees("dropped_by_fault"), 0);
}

#[test]
fn the_same_answers_come_out_when_rows_are_dropped_on_their_way() {
    let run = run(&[
        "--fault",
        "drop=0.01",
        "--message-timeout",
        "5s",
        "--seed",
        "7",
    ]);
    run.assert_known_answers();
    let dropped = run.trees("dropped_by_fault");
    assert!((200..500).contains(&dropped), "{dropped} of {VERSES}");
    assert_eq!(run.trees("replayed"), dropped, "only what was dropped");
    assert_eq!(run.trees("timed_out"), dropped);
    assert_eq!(run.component("split", "in"), VERSES);
}
