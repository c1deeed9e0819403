//! All faults together, over many seeds: nothing that was acked is missing, the topology
//! comes to its end, and the same seed gives the same log.
//!
//! | variable | means |
//! |---|---|
//! | `STORMCELL_SEEDS` | how many seeds are tried |
//! | `STORMCELL_SEED` | the first of them |
//! | `STORMCELL_SEED_LOG` | a file that the log of the last of them is written to |

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use tokio::time::sleep;

use super::faults::{Fault, Random, calm};
use super::machine::Machine;
use super::simulation::simulate;
use super::topology;

/// How many seeds are tried if nothing is said.
const SEEDS: u64 = 8;
/// The rows of the topology: enough to be still at it when the last fault happens.
const ROWS: i64 = 6_000;
/// How many faults there are.
const FAULTS: u64 = 12;

/// The log of a cluster to which everything happens that this seed stands for. Panics if
/// the topology is not whole at its end.
async fn history(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut machine = Machine::start(seed).await;
    let workers = random.between(2, 4) as u32;
    machine.submit(&topology::text(ROWS), workers).await;
    for _ in 0..FAULTS {
        sleep(Duration::from_millis(random.between(10, 2_500))).await;
        Fault::random(&mut random).happen(&mut machine).await;
        machine.checker.is_sound();
    }
    calm(&mut machine).await;
    machine.finish(ROWS).await;
    let history = machine.history();
    if let Some(path) = std::env::var_os("STORMCELL_SEED_LOG") {
        std::fs::write(path, history.join("\n")).unwrap();
    }
    history
}

/// The same, which says the seed if it panics.
fn simulated(seed: u64) -> Vec<String> {
    catch_unwind(AssertUnwindSafe(|| {
        simulate(async move || history(seed).await)
    }))
    .unwrap_or_else(|panic| {
        eprintln!("seed {seed}: repeat it with STORMCELL_SEED={seed} STORMCELL_SEEDS=1");
        resume_unwind(panic)
    })
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name}={text}: expected a number")))
}

fn first_seed() -> u64 {
    variable("STORMCELL_SEED").unwrap_or(1)
}

/// Panics at the first line in which two logs differ.
fn assert_equal(seed: u64, one: &[String], other: &[String]) {
    let difference = one.iter().zip(other).position(|(one, other)| one != other);
    if let Some(at) = difference {
        let before = one[at.saturating_sub(20)..at].join("\n");
        panic!(
            "seed {seed}: line {at} differs, after\n{before}\n- {}\n+ {}",
            one[at], other[at]
        );
    }
    assert_eq!(one.len(), other.len(), "seed {seed}: lines");
}

#[test]
fn whatever_happens_all_rows_arrive() {
    let first = first_seed();
    for seed in first..first + variable("STORMCELL_SEEDS").unwrap_or(SEEDS) {
        simulated(seed);
    }
}

#[test]
fn the_same_seed_gives_the_same_log_and_another_seed_another() {
    let first = first_seed();
    let mut before = Vec::new();
    for seed in first..first + 3 {
        let log = simulated(seed);
        assert_equal(seed, &log, &simulated(seed));
        assert_ne!(log, before, "seeds {seed} and {}", seed.wrapping_sub(1));
        before = log;
    }
}
