//! What fits a worker, and what is said of what does not.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use stormcell_topology::{Topology, admission, plan};

const MIB: u64 = 1 << 20;

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
    let sum = (16 + 3 * 64) * MIB;
    assert_eq!(admission::admit(&topology, &one, sum), Ok(()));
    let refused = admission::admit(&topology, &one, sum - 1).unwrap_err();
    assert_eq!((refused.sum(), refused.worker), (sum, 0));
}

#[test]
fn each_worker_has_memory_of_its_own() {
    let topology = sinks(3);
    let two = plan(&topology, 2);
    assert_eq!(admission::admit(&topology, &two, 128 * MIB), Ok(()));
    let refused = admission::admit(&topology, &two, 127 * MIB).unwrap_err();
    assert_eq!((refused.worker, refused.sum()), (0, 128 * MIB), "two sinks");
}

#[test]
fn a_bolt_is_there_twice_while_it_is_exchanged_and_a_spout_is_not() {
    let topology = sinks(1);
    let plan = plan(&topology, 1);
    let deploy = |component, budget| {
        admission::admit_deployment(&topology, &plan, budget * MIB, component).is_ok()
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
`words` does not fit: the tasks of worker 0 may use 208MiB of memory together, and a worker may use 128MiB
  component  tasks  memory each  together
  sink           3        64MiB    192MiB
  verses         1        16MiB     16MiB
  sum                              208MiB"
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
    assert!(text.contains("482 others"), "{text}");
}
