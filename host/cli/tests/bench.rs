//! `stormcell bench`, by the real binary: a shape is measured, shown and printed as JSON.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// `stormcell bench` in the folder of the repository, whose components may be built.
fn bench(arguments: &[&str]) -> Command {
    let mut command = command::stormcell();
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .arg("bench")
        .args(arguments);
    command
}

fn stdout(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    text
}

fn json(arguments: &[&str]) -> Value {
    let output = command::run(bench(arguments).args(["--output", "json"]));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// The only shape of results, and what stormcell gave.
fn of_stormcell<'a>(results: &'a Value, shape: &str) -> &'a Value {
    let shapes = results["shapes"].as_array().unwrap();
    assert_eq!(shapes.len(), 1);
    assert_eq!(shapes[0]["shape"], shape);
    let engine = &shapes[0]["engines"][0];
    assert_eq!(engine["engine"], "stormcell");
    assert_eq!(engine["error"], Value::Null);
    engine
}

#[test]
fn a_shape_is_measured_and_every_sample_is_kept() {
    let results = json(&["--quick", "--shape", "identity", "--runs", "2"]);
    let engine = of_stormcell(&results, "identity");
    let samples = engine["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 2);
    for sample in samples {
        assert!(sample["rate"].as_f64().unwrap() > 1_000.0, "{sample}");
        assert!(
            sample["cpu_per_million"].as_f64().unwrap() > 0.01,
            "{sample}"
        );
        let memory = sample["peak_memory"].as_f64().unwrap();
        assert!((5.0..2_000.0).contains(&memory), "{sample}");
    }
    let rate = &engine["spreads"]["rate"];
    assert!(rate["min"].as_f64() <= rate["median"].as_f64());
    assert!(rate["median"].as_f64() <= rate["max"].as_f64());
    assert!(results["machine"]["cores"].as_u64().unwrap() > 0);
    let targets = results["targets"].as_array().unwrap();
    let p1 = targets.iter().find(|of| of["target"] == "P1").unwrap();
    assert_eq!(p1["outcome"], "not_measured", "it needs Storm");
}

#[test]
fn the_join_of_every_pair_is_complete() {
    // A run checks every count, so that it went well says it all.
    let results = json(&["--quick", "--shape", "join", "--runs", "1"]);
    of_stormcell(&results, "join");
}

#[test]
fn words_of_the_book_are_those_that_are_known() {
    let results = json(&["--quick", "--shape", "book", "--runs", "1"]);
    of_stormcell(&results, "book");
}

/// As many as the mappings of one process allow; see docs/performance.md.
#[test]
fn ten_thousand_tasks_fit_into_a_process() {
    let results = json(&["--quick", "--shape", "instances", "--runs", "1"]);
    of_stormcell(&results, "instances");
}

#[test]
fn workers_are_measured_with_all_their_processes() {
    let results = json(&["--quick", "--shape", "word-count-2-workers", "--runs", "1"]);
    let engine = of_stormcell(&results, "word-count-2-workers");
    assert!(engine["samples"][0]["cpu_per_million"].as_f64().unwrap() > 0.1);
}

#[test]
fn a_table_is_shown() {
    let output = command::run(&mut bench(&[
        "--quick",
        "--shape",
        "identity",
        "--runs",
        "1",
        "--against",
        "native",
    ]));
    let table = stdout(&output);
    let row = table.lines().find(|line| line.starts_with("stormcell  "));
    assert!(row.unwrap().contains('#'), "{table}");
    assert!(table.contains("\nnative  "), "{table}");
    assert!(
        table.contains("identity: constant text -> identity"),
        "{table}"
    );
    let progress = String::from_utf8(output.stderr).unwrap();
    assert!(
        progress.contains("identity on stormcell, run 1 of 1: "),
        "{progress}"
    );
}

#[test]
fn nothing_is_left_when_it_is_interrupted() {
    let mut bench = bench(&["--shape", "identity", "--runs", "1000", "--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    let measured = loop {
        if let Some(child) = child_of(bench.id()) {
            break child;
        }
        assert_eq!(bench.try_wait().unwrap(), None, "it has ended");
        assert!(Instant::now() < until, "it measures nothing");
        sleep(Duration::from_millis(10));
    };
    let (process, scratch) = measured;
    assert!(scratch.is_dir());
    let id = rustix::process::Pid::from_child(&bench);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(bench.wait().unwrap().code(), Some(130));
    assert!(!process.exists(), "{}", process.display());
    assert!(!scratch.exists(), "{}", scratch.display());
}

/// A process that `bench` measures: its entry in `/proc`, and the folder of its binary.
fn child_of(bench: u32) -> Option<(PathBuf, PathBuf)> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .find_map(|entry| {
            let process = entry.path();
            let stat = std::fs::read_to_string(process.join("stat")).ok()?;
            let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?;
            let exe = std::fs::read_link(process.join("exe")).ok()?;
            let scratch = exe.parent()?.to_owned();
            let is_scratch = scratch.file_name()?.to_str()?.starts_with("run-");
            (parent == bench.to_string() && is_scratch).then_some((process, scratch))
        })
}

#[test]
fn the_list_has_every_shape_and_engine() {
    let text = stdout(&command::run(&mut bench(&["--list"])));
    assert!(text.contains("identity-unacked"), "{text}");
    assert!(text.contains("storm-tuned"), "{text}");
    let list = json(&["--list"]);
    assert!(list["shapes"].as_array().unwrap().len() > 20);
    assert_eq!(list["engines"][0]["engine"], "stormcell");
}

#[test]
fn a_name_that_is_nearly_right_is_answered_with_the_right_one() {
    for (arguments, right) in [
        (["--shape", "identty"], "'identity'"),
        (["--against", "storm-tunde"], "'storm-tuned'"),
    ] {
        let output = command::run(&mut bench(&arguments));
        assert_eq!(output.status.code(), Some(2));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(right), "{errors}");
    }
}
