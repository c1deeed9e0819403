//! What a component sees of time and chance is its own, unless it is granted the machine's.

use stormcell_sandbox::TaskSpec;
use stormcell_topology::{Clock, Random};

use crate::support::{run, text, told};

async fn said(spec: &TaskSpec) -> String {
    text(&run(spec).await.unwrap())
}

#[tokio::test]
async fn a_virtual_clock_is_moved_by_waiting_and_by_nothing_else() {
    let (spec, _) = told("show the clock");
    for _ in 0..2 {
        assert_eq!(said(&spec).await, "0 5000 5ms");
    }
}

#[tokio::test]
async fn the_clock_of_the_machine_is_granted() {
    let (mut spec, _) = told("show the clock");
    spec.grants.clock = Clock::Real;
    let said = said(&spec).await;
    let before: u128 = said.split(' ').next().unwrap().parse().unwrap();
    let year = 365 * 24 * 3_600 * 1_000_000_u128;
    assert!(before > 50 * year, "{said}");
}

#[tokio::test]
async fn seeded_numbers_are_those_of_a_task() {
    let (mut spec, _) = told("show random numbers");
    let first = said(&spec).await;
    assert_eq!(said(&spec).await, first);
    // Its id may change; which of the tasks it is does not.
    spec.task = 77;
    assert_eq!(said(&spec).await, first);
    let mut others = vec![first];
    spec.task_index = 0;
    others.push(said(&spec).await);
    spec.component = "other".to_owned();
    others.push(said(&spec).await);
    spec.topology = "other".to_owned();
    others.push(said(&spec).await);
    others.sort();
    others.dedup();
    assert_eq!(others.len(), 4, "{others:#?}");
}

#[tokio::test]
async fn the_numbers_of_the_system_are_granted() {
    let (mut spec, _) = told("show random numbers");
    spec.grants.random = Random::Real;
    assert_ne!(said(&spec).await, said(&spec).await);
}
