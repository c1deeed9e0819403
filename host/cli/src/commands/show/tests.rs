use std::collections::BTreeMap;

use stormcell_protocol::api::{Status, TopologySummary, WorkerCount};
use stormcell_protocol::capabilities::CapabilityChange;
use stormcell_protocol::record::DeploymentOutcome;

use super::*;

fn detail() -> TopologyDetail {
    TopologyDetail {
        summary: TopologySummary {
            name: "word-count".to_owned(),
            status: Status::Active,
            operation: None,
            workers: WorkerCount { planned: 2, up: 1 },
            tasks: 2,
            generation: 3,
            submitted_at: u64::MAX,
            submission: 1,
            trees: None,
            problem: Some("worker 1 ended".to_owned()),
        },
        workers: vec![
            WorkerDetail {
                worker: 0,
                incarnation: 1,
                state: WorkerState::Up,
                pid: Some(4242),
                restarts: 0,
                seconds: 300,
                memory: Some(64 << 20),
                last_exit: None,
            },
            WorkerDetail {
                worker: 1,
                incarnation: 2,
                state: WorkerState::BackingOff,
                pid: None,
                restarts: 1,
                seconds: 1,
                memory: None,
                last_exit: Some("killed by signal 9".to_owned()),
            },
        ],
        tasks: vec![
            TaskDetail {
                task: 1,
                component: "split".to_owned(),
                index: 0,
                worker: 0,
                digest: format!("sha256:{}", "a".repeat(64)),
                trial: true,
                last_error: None,
            },
            TaskDetail {
                task: 2,
                component: "split".to_owned(),
                index: 1,
                worker: 1,
                digest: format!("sha256:{}", "b".repeat(64)),
                trial: false,
                last_error: Some("a trap\n  at split".to_owned()),
            },
        ],
        report: None,
        deployments: vec![Deployment {
            number: 1,
            component: "split".to_owned(),
            from: format!("sha256:{}", "b".repeat(64)),
            to: format!("sha256:{}", "a".repeat(64)),
            canary_percent: 50,
            max_error_rate: 0.01,
            watch_ms: 10_000,
            outcome: DeploymentOutcome::Watching { canary: true },
            at: u64::MAX,
            pauses_us: vec![812, 1_240],
            capabilities: CapabilityChange::default(),
        }],
        graph: String::new(),
        signers: BTreeMap::new(),
    }
}

#[test]
fn a_topology_is_shown_from_its_state_down_to_its_tasks() {
    assert_eq!(
        text(&detail()),
        "\
word-count: active, 1 of 2 workers up, generation 3, submitted 0 s ago
worker 1 ended

worker  state          for  process  incarnation  restarts  memory  last exit
     0  up           5 min     4242            1         0  64 MiB
     1  backing-off    1 s        -            2         1       -  killed by signal 9

task  component  index  worker  module                          last error
   1  split          0       0  sha256:aaaaaaaaaaaa (on trial)
   2  split          1       1  sha256:bbbbbbbbbbbb             a trap ... at split

deployment  component     when  from                 to                   canary  longest pause  outcome
         1  split      0 s ago  sha256:bbbbbbbbbbbb  sha256:aaaaaaaaaaaa    50 %         1.2 ms  watching the canary
"
    );
}
