//! The rules of a plan, for any topology and any number of workers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use stormcell_topology::{Plan, Topology, plan};

/// A spout, and bolts with so many tasks.
fn topology(parallelisms: &[u32]) -> Topology {
    let mut text = String::from("name: t\nspouts:\n  - { id: m, component: ./verses }\nbolts:\n");
    let mut streams = String::from("streams:\n");
    for (i, parallelism) in parallelisms.iter().enumerate() {
        // Ids on both sides of the spout's, and not in the order of the file.
        let id = format!("{}{i}", if i % 2 == 0 { 'z' } else { 'a' });
        text.push_str(&format!(
            "  - {{ id: {id}, component: ./sink, parallelism: {parallelism} }}\n"
        ));
        streams.push_str(&format!(
            "  - {{ from: m, to: {id}, grouping: {{ type: shuffle }} }}\n"
        ));
    }
    support::validate("t.yaml", &(text + &streams))
        .unwrap()
        .topology
}

proptest! {
    #[test]
    fn tasks_are_numbered_and_spread_as_storm_does(
        parallelisms in prop::collection::vec(1u32..20, 1..6),
        workers in 0usize..12,
    ) {
        let topology = topology(&parallelisms);
        let plan = plan(&topology, workers);

        let ids: Vec<u32> = plan.tasks().iter().map(|task| task.id).collect();
        let total = 1 + parallelisms.iter().sum::<u32>();
        prop_assert_eq!(ids, (1..=total).collect::<Vec<_>>());

        let names: Vec<&str> = plan.components().map(|(name, _)| name).collect();
        prop_assert!(names.is_sorted());
        for component in topology.components() {
            let tasks = plan.tasks_of(&component.id);
            prop_assert_eq!(u32::try_from(tasks.len()).unwrap(), component.parallelism);
            for (index, id) in tasks.enumerate() {
                let task = plan.task(id).unwrap();
                prop_assert_eq!((&task.component, task.index as usize), (&component.id, index));
            }
        }

        let mut load: BTreeMap<u32, u32> = BTreeMap::new();
        for task in plan.tasks() {
            *load.entry(task.worker).or_default() += 1;
        }
        let used = u32::try_from(workers).unwrap().clamp(1, total);
        prop_assert_eq!(plan.workers(), used);
        prop_assert!(load.keys().copied().eq(0..used));
        let (least, most) = (load.values().min().unwrap(), load.values().max().unwrap());
        prop_assert!(most - least <= 1);

        let json = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }
}
