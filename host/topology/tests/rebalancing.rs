//! The laws of a rebalance, for any topology and any series of requests.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use stormcell_topology::{
    Change, Fate, MAX_PARALLELISM, MAX_SPOUT_TASKS, MAX_WORKERS, Plan, RebalanceError, Rebalanced,
    Topology, plan, rebalance,
};

/// Two spouts, a bolt that names tasks of `named`, and bolts.
const FILE: &str = "\
name: t
spouts:
  - { id: verses, component: ./verses, parallelism: 2 }
  - { id: more, component: ./verses }
bolts:
  - { id: dispatch, component: ./dispatch, parallelism: 3 }
  - { id: named, component: ./sink, parallelism: 2 }
  - { id: count, component: ./sink, parallelism: 4 }
streams:
  - { from: verses, to: dispatch, grouping: { type: shuffle } }
  - { from: more, to: dispatch, grouping: { type: shuffle } }
  - { from: dispatch, to: named, grouping: { type: direct, stream-id: replies } }
  - { from: dispatch, to: count, grouping: { type: shuffle } }
";

const COMPONENTS: [&str; 5] = ["count", "dispatch", "more", "named", "verses"];

fn topology() -> Topology {
    support::validate("t.yaml", FILE).unwrap().topology
}

fn tasks(asked: &[(&str, u32)]) -> BTreeMap<String, u32> {
    let asked = asked.iter();
    asked
        .map(|(of, tasks)| ((*of).to_owned(), *tasks))
        .collect()
}

/// Numbers that differ by at most one.
fn near(counts: impl IntoIterator<Item = usize>) -> bool {
    let counts: BTreeSet<usize> = counts.into_iter().collect();
    counts.last().unwrap() - counts.first().unwrap() <= 1
}

fn is_even(plan: &Plan) -> bool {
    let workers = 0..plan.workers();
    let of = |component: Option<&str>, worker| {
        let tasks = plan.tasks().iter().filter(|task| task.worker == worker);
        tasks
            .filter(|task| component.is_none_or(|component| task.component == component))
            .count()
    };
    near(workers.clone().map(|worker| of(None, worker)))
        && plan
            .components()
            .all(|(component, _)| near(workers.clone().map(|worker| of(Some(component), worker))))
}

/// What each change says is what the two plans say.
fn tells_the_difference(before: &Plan, after: &Plan, change: &Change) {
    let ids: BTreeSet<u32> = [before, after]
        .iter()
        .flat_map(|plan| plan.tasks().iter().map(|task| task.id))
        .collect();
    assert!(change.tasks.iter().map(|task| task.id).eq(ids));
    for task in &change.tasks {
        let (old, new) = (before.task(task.id), after.task(task.id));
        assert_eq!(task.fate.from(), old.map(|task| task.worker));
        assert_eq!(task.fate.to(), new.map(|task| task.worker));
        for known in [old, new].into_iter().flatten() {
            assert_eq!(
                (&known.component, known.index),
                (&task.component, task.index)
            );
        }
        let resized =
            |component: &str| before.tasks_of(component).len() != after.tasks_of(component).len();
        let told_anew =
            resized(&task.component) || (task.component == "dispatch" && resized("named"));
        match task.fate {
            Fate::Stays { .. } => assert!(!told_anew),
            Fate::Remade { .. } => assert!(told_anew),
            Fate::Moves { from, to } => assert_ne!(from, to),
            Fate::New { .. } | Fate::Gone { .. } => assert!(told_anew),
        }
    }
    assert_eq!(change.from_generation + 1, after.generation());
    assert_eq!(change.workers, (before.workers(), after.workers()));
}

/// A request: a number of workers, and numbers of tasks of some components.
fn requests() -> impl Strategy<Value = (Option<u32>, BTreeMap<String, u32>)> {
    let parallelism = prop::collection::btree_map(
        prop::sample::select(&COMPONENTS[..]).prop_map(str::to_owned),
        1u32..9,
        0..4,
    );
    (prop::option::of(1u32..7), parallelism)
}

proptest! {
    #[test]
    fn every_rebalance_keeps_the_laws(
        workers in 1usize..6,
        requests in prop::collection::vec(requests(), 1..8),
    ) {
        let topology = topology();
        let mut before = plan(&topology, workers);
        let mut used: BTreeSet<u32> = before.tasks().iter().map(|task| task.id).collect();
        for (workers, parallelism) in requests {
            let Rebalanced { plan: after, change } =
                match rebalance(&topology, &before, workers, &parallelism) {
                    Ok(rebalanced) => rebalanced,
                    Err(error) => {
                        prop_assert_eq!(error, RebalanceError::Unchanged);
                        continue;
                    }
                };
            tells_the_difference(&before, &after, &change);
            prop_assert!(is_even(&after), "{after:?}");
            let asked = workers.unwrap_or(before.workers());
            let total = u32::try_from(after.tasks().len()).unwrap();
            prop_assert_eq!(after.workers(), asked.min(total));

            for (component, ids) in after.components() {
                let count = parallelism.get(component).copied();
                let count = count.unwrap_or(before.tasks_of(component).len() as u32);
                prop_assert_eq!(ids.len() as u32, count);
                prop_assert!(ids.clone().is_sorted_by(|a, b| a < b));
                // Who stays keeps its id and index; others are new.
                let stay = ids.clone().zip(before.tasks_of(component)).all(|(a, b)| a == b);
                prop_assert!(stay);
                let added = ids.skip(before.tasks_of(component).len());
                for id in added {
                    prop_assert!(used.insert(id), "{id} was used before");
                }
                let mut history = before.task_counts(component).to_vec();
                history.push(count);
                history.dedup();
                prop_assert_eq!(after.task_counts(component), history);
            }
            prop_assert!(used.last() < Some(&after.next_id()));

            let again = rebalance(&topology, &after, workers, &parallelism);
            prop_assert_eq!(again, Err(RebalanceError::Unchanged));
            let json = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Plan>(&json).unwrap(), &after);
            before = after;
        }
    }

    /// Adding a worker takes from each other one no more than its share; taking it
    /// away again moves its tasks only.
    #[test]
    fn a_worker_that_comes_and_goes_moves_few_tasks(workers in 1u32..6) {
        let topology = topology();
        let before = plan(&topology, workers as usize);
        let more = rebalance(&topology, &before, Some(workers + 1), &BTreeMap::new()).unwrap();
        let back = rebalance(&topology, &more.plan, Some(workers), &BTreeMap::new()).unwrap();
        let moved = |change: &Change| {
            let tasks = change.tasks.iter();
            tasks.filter(|task| matches!(task.fate, Fate::Moves { .. })).count()
        };
        let in_last = more.plan.tasks().iter().filter(|task| task.worker == workers).count();
        prop_assert!(moved(&more.change) >= in_last);
        prop_assert!(moved(&back.change) >= in_last);
        if workers == 1 {
            prop_assert_eq!((moved(&more.change), moved(&back.change)), (in_last, in_last));
        }
    }
}

#[test]
fn one_more_task_and_one_more_worker() {
    let topology = topology();
    let before = plan(&topology, 2);
    let asked = tasks(&[("named", 3)]);
    let after = rebalance(&topology, &before, Some(3), &asked).unwrap();
    let fates: Vec<String> = after
        .change
        .tasks
        .iter()
        .map(|task| {
            format!(
                "{} {}/{} {:?}",
                task.id, task.component, task.index, task.fate
            )
        })
        .collect();
    assert_eq!(
        fates,
        [
            "1 count/0 Stays { worker: 0 }",
            "2 count/1 Stays { worker: 1 }",
            "3 count/2 Moves { from: 0, to: 2 }",
            "4 count/3 Moves { from: 1, to: 2 }",
            "5 dispatch/0 Remade { worker: 0 }",
            "6 dispatch/1 Remade { worker: 1 }",
            "7 dispatch/2 Moves { from: 0, to: 2 }",
            "8 more/0 Stays { worker: 1 }",
            "9 named/0 Remade { worker: 0 }",
            "10 named/1 Remade { worker: 1 }",
            "11 verses/0 Stays { worker: 0 }",
            "12 verses/1 Stays { worker: 1 }",
            "13 named/2 New { to: 2 }",
        ]
    );
    assert_eq!(after.plan.task_counts("named"), [2, 3]);
}

#[test]
fn what_cannot_be_is_said() {
    let topology = topology();
    let plan = plan(&topology, 2);
    let refused = |workers: Option<u32>, asked: &[(&str, u32)]| {
        let error = rebalance(&topology, &plan, workers, &tasks(asked)).unwrap_err();
        error.to_string()
    };
    let spouts = MAX_SPOUT_TASKS as u32;
    assert_eq!(
        refused(None, &[("cuont", 3)]),
        "the topology has no spout or bolt `cuont`; did you mean `count`?"
    );
    assert_eq!(
        refused(None, &[("kafka", 3)]),
        "the topology has no spout or bolt `kafka`; it has: \
         `count`, `dispatch`, `more`, `named`, `verses`"
    );
    assert_eq!(
        refused(None, &[("count", 0)]),
        "`count` must have at least 1 task"
    );
    assert_eq!(
        refused(None, &[("count", MAX_PARALLELISM + 1)]),
        "`count` may have 10000 tasks, but 10001 are asked for"
    );
    assert_eq!(
        refused(None, &[("verses", spouts)]),
        "the topology would have 4096 tasks of spouts, but may have 4095"
    );
    assert_eq!(
        refused(
            None,
            &[
                ("count", 10_000),
                ("named", 10_000),
                ("dispatch", 10_000),
                ("more", 2_766)
            ]
        ),
        "the topology would have 32768 tasks, but may have 32767"
    );
    assert_eq!(
        refused(Some(0), &[]),
        "a topology must have at least 1 worker; to stop its spouts, deactivate it"
    );
    assert_eq!(
        refused(Some(MAX_WORKERS + 1), &[]),
        "a topology may have 256 workers, but 257 are asked for"
    );
    assert_eq!(
        refused(Some(2), &[("count", 4)]),
        "nothing would change: the topology has these numbers of workers and tasks already, \
         and its tasks are spread evenly"
    );
    assert!(rebalance(&topology, &plan, None, &tasks(&[("verses", spouts - 1)])).is_ok());
}

#[test]
fn ids_are_not_used_again_when_they_run_out() {
    let topology = topology();
    let mut stored = serde_json::to_value(plan(&topology, 2)).unwrap();
    stored["next_id"] = (u32::MAX - 1).into();
    let before: Plan = serde_json::from_value(stored).unwrap();
    let last = rebalance(&topology, &before, None, &tasks(&[("count", 5)]))
        .unwrap()
        .plan;
    assert_eq!(last.tasks_of("count").last(), Some(u32::MAX - 1));
    let error = rebalance(&topology, &last, None, &tasks(&[("count", 6)])).unwrap_err();
    assert_eq!(error, RebalanceError::NoTaskIds);
}

#[test]
fn a_component_that_keeps_state_keeps_its_number_of_tasks() {
    let file = FILE.replace(
        "id: count, component: ./sink,",
        "id: count, component: ./sink, grants: { state: true },",
    );
    let topology = support::validate("t.yaml", &file).unwrap().topology;
    let plan = plan(&topology, 1);
    let refused = rebalance(&topology, &plan, None, &tasks(&[("count", 5)])).unwrap_err();
    let error = RebalanceError::KeepsState {
        component: "count".to_owned(),
        tasks: 4,
    };
    assert_eq!(refused, error);
    assert!(refused.to_string().contains("It has 4 tasks;"), "{refused}");
    // Its tasks may move, and others may get more.
    let asked = tasks(&[("count", 4), ("named", 3)]);
    let next = rebalance(&topology, &plan, Some(2), &asked).unwrap();
    assert_eq!(next.plan.tasks_of("count").len(), 4);
}
