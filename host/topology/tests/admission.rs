//! What fits a worker, and what is said of what does not.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use stormcell_topology::{Topology, admission, plan};

const MIB: u64 = 1 << 20;

/// What the rows of two components have at least.
const ROWS: u64 = 2 * admission::ROWS_AT_LEAST / MIB;

fn topology(bolts: &str) -> Topology {
    let text = format!(
        "name: words\n\
         spouts:\n  - {{ id: verses, component: ./verses, limits: {{ memory: 16MiB }} }}\n\
         bolts:\n{bolts}\
         streams:\n  - {{ from: verses, to: sink, grouping: {{ type: shuffle }} }}\n"
    );
    support::validate("t.yaml", &text).unwrap().topology
}

fn sinks(tasks: u32) -> Topology {
    topology(&format!(
        "  - {{ id: sink, component: ./sink, parallelism: {tasks}, limits: {{ memory: 64MiB }} }}\n"
    ))
}

#[test]
fn what_fits_to_the_byte_is_admitted() {
    let topology = sinks(3);
    let one = plan(&topology, 1);
    let sum = (16 + 3 * 64 + ROWS) * MIB;
    assert_eq!(admission::admit(&topology, &one, sum), Ok(()));
    let refused = admission::admit(&topology, &one, sum - 1).unwrap_err();
    assert_eq!((refused.sum(), refused.worker), (sum, 0));
}

#[test]
fn each_worker_has_memory_of_its_own() {
    let topology = sinks(3);
    let two = plan(&topology, 2);
    assert_eq!(
        admission::admit(&topology, &two, (128 + ROWS) * MIB),
        Ok(())
    );
    let refused = admission::admit(&topology, &two, (127 + ROWS) * MIB).unwrap_err();
    assert_eq!(
        (refused.worker, refused.sum()),
        (0, (128 + ROWS) * MIB),
        "two sinks"
    );
}

#[test]
fn a_bolt_is_there_twice_while_it_is_exchanged_and_a_spout_is_not() {
    let topology = sinks(1);
    let plan = plan(&topology, 1);
    let deploy = |component, budget| {
        admission::admit_deployment(&topology, &plan, (budget + ROWS) * MIB, component).is_ok()
    };
    assert!(deploy("sink", 16 + 2 * 64) && !deploy("sink", 16 + 2 * 64 - 1));
    assert!(deploy("verses", 16 + 64) && !deploy("verses", 16 + 64 - 1));
}

#[test]
fn the_message_shows_the_sum() {
    let refused = admission::admit(&sinks(3), &plan(&sinks(3), 1), 128 * MIB).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "\
`words` does not fit: the tasks of worker 0 may use 216MiB of memory together, and a worker may use 128MiB
  component                         tasks  memory each  together
  sink                                  3        64MiB    192MiB
  verses                                1        16MiB     16MiB
  rows of each component, at least      2         4MiB      8MiB
  sum                                                     216MiB"
    );
}

#[test]
fn a_message_is_short_whatever_the_topology_is() {
    let bolts: String = (0..500)
        .map(|i| format!("  - {{ id: b{i}, component: ./sink }}\n"))
        .chain(["  - { id: sink, component: ./sink }\n".to_owned()])
        .collect();
    let streams: String = (0..500)
        .map(|i| format!("  - {{ from: verses, to: b{i}, grouping: {{ type: shuffle }} }}\n"))
        .collect();
    let text = format!(
        "name: words\nspouts:\n  - {{ id: verses, component: ./verses }}\nbolts:\n{bolts}\
         streams:\n  - {{ from: verses, to: sink, grouping: {{ type: shuffle }} }}\n{streams}"
    );
    let topology = support::validate("t.yaml", &text).unwrap().topology;
    let refused = admission::admit(&topology, &plan(&topology, 1), MIB).unwrap_err();
    let text = refused.to_string();
    assert_eq!(text.lines().count(), 1 + 1 + 20 + 1 + 1, "{text}");
    assert!(text.contains("483 others"), "{text}");
}

/// What instances may not use is for rows, and no component's take what is another's.
#[test]
fn rows_have_what_the_instances_leave() {
    let topology = topology(
        "  - { id: sink, component: ./sink, limits: { memory: 64MiB, row-memory: 100MiB } }\n",
    );
    let plan = plan(&topology, 2);
    let rows = |worker: Option<u32>, budget| {
        let runs = |of| worker.is_none_or(|worker| worker == of);
        admission::row_memory(&topology, &plan, runs, budget)
    };
    // One process that runs all tasks. The sink comes first, by its name.
    assert_eq!(rows(None, u64::MAX), [100 * MIB, 1 << 30]);
    assert_eq!(rows(None, (80 + 300) * MIB), [100 * MIB, 200 * MIB]);
    assert_eq!(rows(None, (80 + 60) * MIB), [30 * MIB, 30 * MIB]);
    // Nobody has admitted that.
    assert_eq!(rows(None, 10 * MIB), [admission::ROWS_AT_LEAST; 2]);
    // A worker has rows of components whose tasks others run.
    let spout = plan
        .tasks()
        .iter()
        .find(|task| task.component == "verses")
        .unwrap();
    assert_eq!(
        rows(Some(spout.worker), (16 + 60) * MIB),
        [30 * MIB, 30 * MIB]
    );
}
