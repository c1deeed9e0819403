//! A soak: one component in ten attacks, for 20 seconds, or as many as
//! `STORMCELL_SOAK_SECONDS` says.
//!
//! Each attack has a spout that gives it rows and a bolt that gets what it emits, and is
//! made anew after every fault. The rest are lines of a spout, a bolt and a sink that do
//! their work. At the end no row of theirs is lost, to the row; and over the time the
//! process does not grow.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use stormcell_dead_letters::Folder;
use stormcell_runtime::Report;
use tokio::runtime::Builder;

use crate::beside;
use crate::guest::{built, sandbox};
use crate::memory::resident;
use crate::running::{self, Running};
use crate::scene::stage;

/// How many seconds it takes.
const VARIABLE: &str = "STORMCELL_SOAK_SECONDS";
const SECONDS: u64 = 20;

/// The attacks, each with the limits that it is to meet.
const ATTACKS: [(&str, &str); 10] = [
    ("trap_in_execute", "{}"),
    ("nondeterminism", "{}"),
    ("spin_in_execute", "{ call-time: 20ms }"),
    ("allocate_in_one_memory", "{ memory: 32MiB }"),
    ("return_4_gb", "{}"),
    ("lying_length", "{}"),
    ("log_flood", "{ call-time: 50ms }"),
    ("open_resources_without_end", "{ resources: 64 }"),
    ("sleep_in_host_calls", "{ host-time: 50ms }"),
    ("exhaust_call_stack", "{}"),
];

/// The lines of those that do their work. With them, the attacks and what each attack
/// needs there are 99 components.
const LINES: usize = 23;

/// Rows a second of a line, and of what an attack is given.
const RATE: u32 = 500;
const BAIT: u32 = 20;

/// Instances that there is room for: those of all tasks, and a few that take the places of
/// others. One that kept its place would be missed within seconds.
const INSTANCES: u32 = 130;

/// By how much the process may be larger in the last quarter of the time than in the
/// second. What calls return at one moment, and allocators keep, is less; what 10 minutes of
/// a leak come to is more.
const GROWTH: u64 = 128 << 20;

#[test]
fn one_component_in_ten_attacks() {
    let _stage = stage();
    let seconds = std::env::var(VARIABLE).map_or(SECONDS, |value| value.parse().unwrap());
    let mut runtime = Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(soak(Duration::from_secs(seconds)));
}

async fn soak(time: Duration) {
    let letters = tempfile::tempdir().unwrap();
    let store = Folder::new(letters.path().to_owned()).store("soak");
    let sandbox = sandbox(INSTANCES);
    let job = running::job(&sandbox, &topology(), built, Path::new("")).await;
    let running = Running::start(job.unwrap(), Some(store));
    running.until(all_have_begun).await;
    let mut sizes = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(250)).await;
        running.report();
        sizes.extend(resident());
    }
    // Attacks do not keep the others from ending.
    let report = running.stop().await;
    let rows: u64 = (0..LINES)
        .map(|line| {
            let ids = ["source", "pass", "sink"].map(|part| format!("{part}-{line}"));
            let rows = beside::all_came_through(&report, ids.each_ref().map(String::as_str));
            assert_ne!(rows, 0);
            rows
        })
        .sum();
    println!("{rows} rows came through {LINES} lines in {time:?}, and none was lost");
    for (attack, _) in ATTACKS {
        let component = beside::component(&report, attack);
        println!(
            "{attack}: {} instances, {} dead letters",
            component.restarts + 1,
            component.dead_letters
        );
        assert!(!component.errors.is_empty(), "{attack} did nothing");
        assert!(component.quarantined.is_empty(), "{component:#?}");
    }
    is_flat(&sizes);
}

/// Whether each line has had a row come through, and each attack an error.
fn all_have_begun(report: &Report) -> bool {
    report.components.iter().all(|component| {
        match ATTACKS.iter().any(|(attack, _)| *attack == component.id) {
            true => !component.errors.is_empty(),
            false => !component.id.starts_with("source-") || component.acked > 0,
        }
    })
}

/// That the process was not larger in the last quarter than in the second: in the first it
/// is still growing into its work.
fn is_flat(sizes: &[u64]) {
    if sizes.is_empty() {
        return;
    }
    let quarter = sizes.len() / 4;
    let medians = [0, 1, 2, 3].map(|number| {
        let mut sizes = sizes[number * quarter..][..quarter.max(1)].to_vec();
        sizes.sort_unstable();
        sizes[sizes.len() / 2]
    });
    let most = sizes.iter().max().unwrap() >> 20;
    let mebibytes = medians.map(|bytes| bytes >> 20);
    println!("MiB in main memory: {mebibytes:?} in the quarters of the time, {most} at most");
    assert!(medians[3] < medians[1] + GROWTH, "{mebibytes:?}");
}

fn topology() -> String {
    let (mut spouts, mut bolts, mut streams) = (String::new(), String::new(), String::new());
    let mut spout = |id: &str, rate: u32, more: &str| {
        let config = format!("config: {{ rate: {rate} }}, grants: {{ clock: real }}");
        let _ = writeln!(
            spouts,
            "  - {{ id: {id}, component: honest_source, {config}{more} }}"
        );
    };
    let mut bolt = |id: &str, component: &str, more: &str| {
        let _ = writeln!(bolts, "  - {{ id: {id}, component: {component}{more} }}");
    };
    let mut stream = |from: &str, to: &str| {
        let grouping = "grouping: { type: shuffle }";
        let _ = writeln!(streams, "  - {{ from: {from}, to: {to}, {grouping} }}");
    };
    for line in 0..LINES {
        let [source, pass, sink] = ["source", "pass", "sink"].map(|part| format!("{part}-{line}"));
        spout(&source, RATE, "");
        bolt(&pass, "honest_pass", "");
        bolt(&sink, "honest_sink", "");
        stream(&source, &pass);
        stream(&pass, &sink);
    }
    for (attack, limits) in ATTACKS {
        let [bait, drain] = ["bait", "drain"].map(|part| format!("{part}-{attack}"));
        // It is never quarantined: that would end the attack.
        let never = "restart: { budget: 10000, window: 1ms }";
        spout(&bait, BAIT, ", max-pending: 20");
        bolt(attack, attack, &format!(", limits: {limits}, {never}"));
        bolt(&drain, "honest_sink", "");
        stream(&bait, attack);
        stream(attack, &drain);
    }
    format!(
        "name: soak\nconfig: {{ max-replays: 1, message-timeout: 60s }}\nspouts:\n{spouts}bolts:\n\
         {bolts}streams:\n{streams}"
    )
}
