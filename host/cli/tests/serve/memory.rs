//! What the instances and rows of a process may use together.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::command::stormcell;
use crate::place::Place;
use crate::topology::component;

/// Rows of a bolt that answers each by two of its own took gigabytes, whatever `--memory`
/// said.
#[test]
fn a_cycle_that_multiplies_stays_within_its_memory() {
    let place = Place::new();
    let file = place.dir().join("cycle.yaml");
    let text = format!(
        "name: cycle\n\
         spouts: [{{ id: source, component: {}, config: {{ rows: 10 }} }}]\n\
         bolts: [{{ id: hop, component: {}, config: {{ hops: 1, endless: true, copies: 2 }} }}]\n\
         streams:\n\
         \x20 - {{ from: source, to: hop, grouping: {{ type: shuffle }} }}\n\
         \x20 - {{ from: hop, to: hop, grouping: {{ type: shuffle }} }}\n",
        component("source").display(),
        component("hop").display(),
    );
    fs::write(&file, text).unwrap();
    let mut command = stormcell();
    command.args(["run", file.to_str().unwrap(), "--output", "json"]);
    command.args(["--memory", "320MiB", "--time", "3s"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut run = command.spawn().unwrap();
    let mut peak = 0;
    while run.try_wait().unwrap().is_none() {
        peak = peak.max(most_resident(run.id()));
        sleep(Duration::from_millis(20));
    }
    let output = run.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let components = report["report"]["components"].as_array().unwrap();
    let hop = components
        .iter()
        .find(|found| found["id"] == "hop")
        .unwrap();
    assert!(hop["refused"].as_u64().unwrap() > 0, "{hop:#}");
    let errors = hop["errors"].to_string();
    for said in ["rows for `hop` were refused", "more than 32MiB", "--memory"] {
        assert!(errors.contains(said), "{errors}");
    }
    // What it may use, and what the program itself does.
    assert!(peak < 768 << 20, "{} MiB", peak >> 20);
}

/// The most bytes that this process has had in main memory.
fn most_resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) << 10
}
