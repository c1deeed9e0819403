//! Whole topologies, from the first call of the spout to the report, on one thread.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use stormcell_instructions::{Counter, HotPath};
use stormcell_runtime::{Control, Job, Options, Output, run};
use stormcell_sandbox::LogLevel;
use stormcell_state::MemoryStates;
use stormcell_topology::{check, parse, plan};

use crate::components;

/// Rows of a chain: enough that the start is a small part.
const ROWS: u32 = 20_000;
/// Sentences, which take more each.
const SENTENCES: u32 = 4_000;
/// Counts of one program differ by less than 0.1 %. But a change of when a task gives way
/// changes how many rows each call gets.
const TOLERANCE: f64 = 5.0;

pub(crate) fn paths() -> Vec<HotPath> {
    let path = |name: &str, rows: u32, topology: String| {
        let name = format!("components/topology/{name}");
        let run = move |counter: &mut Counter| count(counter, rows, &topology);
        HotPath::new(name, rows, run).tolerance(TOLERANCE)
    };
    vec![
        path("chain-acked", ROWS, chain("ids")),
        path("chain-unacked", ROWS, chain("none")),
        path("word-count-acked", SENTENCES, word_count()),
    ]
}

fn chain(tracking: &str) -> String {
    format!(
        "
name: chain
config: {{ acking: true, max-pending: 5000 }}
spouts:
  - {{ id: constant, component: constant, config: {{ rows: {ROWS}, tracking: {tracking} }} }}
bolts:
  - {{ id: identity, component: identity }}
  - {{ id: \"null\", component: \"null\" }}
streams:
  - {{ from: constant, to: identity, grouping: {{ type: shuffle }} }}
  - {{ from: identity, to: \"null\", grouping: {{ type: shuffle }} }}
"
    )
}

fn word_count() -> String {
    format!(
        "
name: word-count
config: {{ acking: true, max-pending: 5000 }}
spouts:
  - {{ id: sentences, component: sentences, config: {{ rows: {SENTENCES}, tracking: ids }} }}
bolts:
  - {{ id: split, component: split, parallelism: 2 }}
  - {{ id: count, component: count, parallelism: 2 }}
streams:
  - {{ from: sentences, to: split, grouping: {{ type: shuffle }} }}
  - {{ from: split, to: count, grouping: {{ type: fields, args: [word] }} }}
"
    )
}

fn count(counter: &mut Counter, rows: u32, text: &str) {
    components::block_on(async {
        let job = job(text).await;
        counter
            .count_async(async || {
                let options = Options {
                    fault: None,
                    seed: 7,
                    message_timeout: None,
                    max_pending: None,
                    output: Arc::new(Nowhere),
                    dead_letters: None,
                    state: Arc::new(MemoryStates::default()),
                    replay_only: false,
                };
                let report = run(job.clone(), options, Control::new()).await.unwrap();
                assert_eq!(report.trees.emitted, u64::from(rows));
                assert_eq!((report.trees.pending, report.trees.failed), (0, 0));
            })
            .await;
    });
}

async fn job(text: &str) -> Job {
    let sandbox = components::sandbox();
    let parsed = parse("topology.yaml", text).unwrap_or_else(|error| panic!("{error}"));
    let (mut loaded, mut descriptions) = (BTreeMap::new(), BTreeMap::new());
    for needed in parsed.component_refs() {
        let component = components::load(&sandbox, &needed.path).await;
        descriptions.insert(needed.key.clone(), Ok(component.describe().await.unwrap()));
        loaded.insert(needed.key.clone(), component);
    }
    let checked = check(&parsed, &descriptions).unwrap_or_else(|error| panic!("{error}"));
    Job {
        plan: Arc::new(plan(&checked.topology, 1)),
        topology: Arc::new(checked.topology),
        components: loaded,
        trials: BTreeMap::new(),
        base_dir: PathBuf::new(),
    }
}

/// Nothing is written by these components.
struct Nowhere;

impl Output for Nowhere {
    fn log(&self, _: &str, _: u32, _: LogLevel, _: &str) {}
    fn stdout(&self, _: &str, _: u32, _: &[u8]) {}
    fn stderr(&self, _: &str, _: u32, _: &[u8]) {}
}
