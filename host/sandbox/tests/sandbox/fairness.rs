//! Who computes much, and those beside him.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use stormcell_sandbox::FaultKind;
use stormcell_topology::CpuShare;

use crate::support::{bolt, fault, prepared, row, task, told, word};

const HONEST: usize = 50;
const SPINNING: usize = 5;

/// In the middle of a call: what is above the share waits.
#[tokio::test]
async fn one_call_computes_no_more_than_its_share() {
    let (mut spec, _) = told("spin");
    spec.limits.call_time = Duration::from_millis(200);
    spec.limits.cpu_share = CpuShare::of_a_core(0.1);
    let started = Instant::now();
    let fault = fault(&spec).await;
    assert_eq!(fault.kind, FaultKind::CpuTime, "waiting uses up nothing");
    // 200 ms at a tenth of a core, less what a new task has to spare.
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(1_700), "{took:?}");
}

/// Before a call begins.
#[tokio::test]
async fn many_calls_compute_no_more_than_their_share() {
    let config = json!({ "do": "work", "rounds": "2000000" });
    let (mut spec, _) = task(&word(), config);
    spec.limits.cpu_share = CpuShare::of_a_core(0.05);
    let mut instance = prepared(&spec).await;
    let started = Instant::now();
    for _ in 0..100 {
        instance.execute(&[row()]).await.unwrap();
    }
    // No processor does one of those 200 million rounds in less than 0.2 ns.
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(600), "{took:?}");
}

/// Calls a second of all honest tasks together, beside so many that spin.
async fn honest_calls(spinning: usize) -> f64 {
    let component = bolt().await;
    let stop = Arc::new(AtomicBool::new(false));
    let calls = Arc::new(AtomicU64::new(0));
    let mut spins = Vec::new();
    for _ in 0..spinning {
        let (mut spec, _) = told("spin");
        spec.limits.call_time = Duration::from_secs(3_600);
        let mut instance = component.bolt(&spec).await.unwrap();
        spins.push(tokio::spawn(
            async move { instance.execute(&[row()]).await },
        ));
    }
    let mut honest = Vec::new();
    for _ in 0..HONEST {
        let (spec, _) = told("echo");
        let mut instance = component.bolt(&spec).await.unwrap();
        let (stop, calls) = (Arc::clone(&stop), Arc::clone(&calls));
        honest.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                instance.execute(&[row()]).await.unwrap();
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        }));
    }
    // What is measured is a rate over seconds: waiting is the measuring.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (begin, before) = (Instant::now(), calls.load(Ordering::Relaxed));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let made = calls.load(Ordering::Relaxed) - before;
    let rate = made as f64 / begin.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for task in honest {
        task.await.unwrap();
    }
    for spin in spins {
        spin.abort();
    }
    rate
}

/// 5 of 55 tasks spin. A fair share of the machine for the others is 91 % of it.
#[tokio::test(flavor = "multi_thread")]
async fn who_spins_does_not_starve_his_neighbours() {
    let alone = honest_calls(0).await;
    let beside = honest_calls(SPINNING).await;
    let ratio = beside / alone;
    println!(
        "{HONEST} honest tasks: {alone:.0} calls/s alone, {beside:.0} beside {SPINNING} that \
         spin: {:.0} %",
        100.0 * ratio
    );
    // Without fairness it is less than a tenth. A busy machine takes its part of both.
    assert!(ratio > 0.5, "{alone:.0} calls/s, then {beside:.0}");
}
