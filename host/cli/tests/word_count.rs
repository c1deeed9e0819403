//! The example of the README, by the real binary: three languages, the known
//! answers, with nothing lost and with rows lost on their way.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/word_count.rs"]
mod answers;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use answers::{Run, VERSES};

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
    Run::new(output)
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
