//! Topologies of many tasks: each row finds its task. Ten thousand need a process of their
//! own, since the kernel bounds its mappings: `host/cli/tests/bench.rs` has one.

use stormcell_runtime::Ending;

use super::harness::{Case, Ran};

const TASKS: u32 = 2_000;
const ROWS: u64 = 20_000;
const KEYS: usize = 100;

fn relayed(grouping: &str) -> Ran {
    let texts: Vec<String> = (0..KEYS).map(|key| format!("\"key {key}\"")).collect();
    let texts = texts.join(", ");
    Case::new(format!(
        "
name: many
spouts:
  - {{ id: source, component: source, config: {{ rows: {ROWS}, texts: [{texts}] }} }}
bolts:
  - {{ id: relay, component: relay, parallelism: {TASKS} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ {grouping} }} }}
  - {{ from: relay, to: print, grouping: {{ type: global }} }}
"
    ))
    .run_parallel()
}

/// One in twenty tasks has work; all are there.
#[test]
fn of_two_thousand_tasks_a_hundred_have_work() {
    for grouping in ["type: fields, args: [text]", "type: shuffle"] {
        let ran = relayed(grouping);
        let report = ran.report();
        assert_eq!(report.ending, Ending::Finished, "{grouping}");
        let trees = &report.trees;
        assert_eq!((trees.acked, trees.failed), (ROWS, 0), "{grouping}");
        let relay = report.components.iter().find(|c| c.id == "relay");
        let relay = relay.map(|relay| (relay.tasks, relay.rows_in, relay.out));
        assert_eq!(relay, Some((TASKS, ROWS, ROWS)), "{grouping}");
    }
}
