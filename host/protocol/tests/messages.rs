//! Whatever supervisor and workers say arrives as it was said. Messages that name their
//! kind by a field are read in two steps by serde, in which some types get lost.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::control::{
    Assignment, FromWorker, Heartbeat, Hello, LinkCount, Probe, Reply, Request, SpoutMode,
    TaskStatus, ToWorker,
};
use stormcell_protocol::record::{Module, Modules, Trial};
use stormcell_protocol::{
    ComponentReport, Ending, ErrorReport, QuarantinedTask, ReplayedLetters, Report, TreeReport,
};
use stormcell_topology::{ComponentKind, Plan};

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn duration() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(s, ns)| Duration::new(s, ns))
}

fn incarnation() -> impl Strategy<Value = WorkerIncarnation> {
    (any::<u32>(), any::<u32>()).prop_map(|(worker, number)| WorkerIncarnation { worker, number })
}

fn mode() -> impl Strategy<Value = SpoutMode> {
    prop::sample::select(vec![
        SpoutMode::Active,
        SpoutMode::Paused,
        SpoutMode::Inactive,
        SpoutMode::Stopped,
    ])
}

/// A plan of one component with so many tasks in one worker.
fn plan() -> impl Strategy<Value = Plan> {
    (any::<u64>(), 1..5_u32).prop_map(|(generation, tasks)| {
        let task = |index| serde_json::json!({ "id": index + 1, "component": "a", "index": index, "worker": 0 });
        let tasks: Vec<_> = (0..tasks).map(task).collect();
        serde_json::from_value(
            serde_json::json!({ "generation": generation, "workers": 1, "tasks": tasks }),
        )
        .unwrap()
    })
}

fn modules() -> impl Strategy<Value = Modules> {
    let trial =
        (text(), vec(any::<u32>(), 0..3)).prop_map(|(digest, tasks)| Trial { digest, tasks });
    let module = (text(), option::of(trial)).prop_map(|(digest, trial)| Module { digest, trial });
    (
        btree_map(text(), module, 0..3),
        btree_map(any::<usize>(), text(), 0..3),
    )
        .prop_map(|(components, groupings)| Modules {
            components,
            groupings,
        })
}

fn assignment() -> impl Strategy<Value = Box<Assignment>> {
    (
        (text(), text(), text().prop_map(PathBuf::from)),
        (
            option::of(duration()),
            option::of(any::<u32>()),
            any::<bool>(),
        ),
        plan(),
        modules(),
    )
        .prop_map(|(file, limits, plan, modules)| {
            Box::new(Assignment {
                file: file.0,
                file_name: file.1,
                base_dir: file.2,
                message_timeout: limits.0,
                max_pending: limits.1,
                plan,
                modules,
                replay_only: limits.2,
            })
        })
}

fn request() -> impl Strategy<Value = Request> {
    let tasks = || vec(any::<u32>(), 0..4);
    prop_oneof![
        Just(Request::Probe),
        Just(Request::Abandon),
        any::<bool>().prop_map(|frozen| Request::Freeze { frozen }),
        (tasks(), any::<bool>()).prop_map(|(tasks, finished)| Request::Close { tasks, finished }),
        assignment().prop_map(Request::Replan),
        (text(), text(), tasks()).prop_map(|(component, digest, tasks)| Request::Swap {
            component,
            digest,
            tasks
        }),
    ]
}

fn to_worker() -> impl Strategy<Value = ToWorker> {
    prop_oneof![
        assignment().prop_map(ToWorker::Assign),
        vec(incarnation(), 0..4).prop_map(|alive| ToWorker::Peers { alive }),
        mode().prop_map(|mode| ToWorker::Spouts { mode }),
        (any::<u64>(), request()).prop_map(|(id, request)| ToWorker::Request { id, request }),
        Just(ToWorker::Exit),
    ]
}

fn probe() -> impl Strategy<Value = Probe> {
    let link = (incarnation(), any::<u64>(), any::<u64>());
    let link = link.prop_map(|(peer, sent, received)| LinkCount {
        peer,
        sent,
        received,
    });
    (any::<[bool; 3]>(), vec(link, 0..3)).prop_map(|([idle, settled, ended], links)| Probe {
        idle,
        settled,
        ended,
        links,
    })
}

fn number() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("reports have finite numbers", |number| number.is_finite())
}

fn component() -> impl Strategy<Value = ComponentReport> {
    let error = (any::<u32>(), text(), text(), any::<u64>());
    let error = error.prop_map(|(task, message, detail, count)| ErrorReport {
        task,
        message,
        detail,
        count,
    });
    (
        (text(), any::<bool>(), any::<u32>(), option::of(text())),
        any::<[u64; 11]>(),
        (number(), number(), number()),
        btree_map(text(), number(), 0..3),
        vec(error, 0..2),
    )
        .prop_map(|(who, counts, times, metrics, errors)| ComponentReport {
            id: who.0.clone(),
            kind: if who.1 {
                ComponentKind::Spout
            } else {
                ComponentKind::Bolt
            },
            tasks: who.2,
            rows_in: counts[0],
            out: counts[1],
            acked: counts[2],
            failed: counts[3],
            replayed: counts[4],
            waiting: who.3,
            queued: counts[5],
            busy_percent: times.0,
            calls: counts[6],
            call_p50_us: times.1,
            call_p99_us: times.2,
            restarts: counts[7],
            quarantined: vec![QuarantinedTask {
                task: who.2,
                reason: who.0,
            }],
            dead_letters: counts[8],
            refused: counts[9],
            failed_calls: counts[10],
            metrics,
            errors,
        })
}

fn report() -> impl Strategy<Value = Report> {
    (text(), number(), any::<[u64; 11]>(), vec(component(), 0..3)).prop_map(
        |(topology, seconds, trees, components)| Report {
            topology,
            ending: Ending::Running,
            elapsed_seconds: seconds,
            rows_per_second: seconds,
            spout_rows_per_second: seconds,
            replayed_letters: ReplayedLetters {
                processed: trees[0],
                in_vain: trees[1],
            },
            trees: TreeReport {
                emitted: trees[0],
                acked: trees[1],
                failed: trees[2],
                replayed: trees[3],
                timed_out: trees[4],
                pending: trees[5],
                dropped_by_fault: trees[6],
                unsettled: trees[7],
                cut_off: trees[8],
                tracked: trees[9],
                emitted_again: trees[10],
            },
            components,
        },
    )
}

fn heartbeat() -> impl Strategy<Value = Box<Heartbeat>> {
    let status = (any::<u32>(), text(), any::<[u64; 3]>(), option::of(text()));
    let status = status.prop_map(
        |(task, digest, [rows, failed, faults], last_error)| TaskStatus {
            task,
            digest,
            rows,
            failed,
            faults,
            last_error,
        },
    );
    (
        (any::<u64>(), mode(), any::<u64>()),
        report(),
        vec(status, 0..3),
        probe(),
    )
        .prop_map(|(now, report, tasks, probe)| {
            Box::new(Heartbeat {
                generation: now.0,
                spouts: now.1,
                report,
                tasks,
                probe,
                memory: now.2,
            })
        })
}

fn from_worker() -> impl Strategy<Value = FromWorker> {
    let reply = prop_oneof![
        Just(Reply::Done),
        probe().prop_map(Reply::Probed),
        vec(any::<u64>(), 0..3).prop_map(|pauses_us| Reply::Swapped { pauses_us }),
    ];
    prop_oneof![
        (text(), incarnation(), any::<u32>(), any::<u64>(), mode()).prop_map(
            |(topology, worker, pid, generation, spouts)| FromWorker::Hello(Hello {
                topology,
                worker,
                pid,
                generation,
                spouts,
            })
        ),
        any::<u64>().prop_map(|generation| FromWorker::Ready { generation }),
        text().prop_map(|reason| FromWorker::Failed { reason }),
        heartbeat().prop_map(FromWorker::Heartbeat),
        heartbeat().prop_map(FromWorker::Leaving),
        (any::<u64>(), prop::result::maybe_ok(reply, text()))
            .prop_map(|(id, result)| FromWorker::Reply { id, result }),
        incarnation().prop_map(FromWorker::PeerDied),
    ]
}

proptest! {
    #[test]
    fn what_the_supervisor_says_arrives(message in to_worker()) {
        let line = serde_json::to_string(&message).unwrap();
        prop_assert!(!line.contains('\n'), "a message is a line");
        prop_assert_eq!(serde_json::from_str::<ToWorker>(&line).unwrap(), message);
    }

    #[test]
    fn what_a_worker_says_arrives(message in from_worker()) {
        let line = serde_json::to_string(&message).unwrap();
        prop_assert!(!line.contains('\n'), "a message is a line");
        prop_assert_eq!(serde_json::from_str::<FromWorker>(&line).unwrap(), message);
    }

    #[test]
    fn what_is_read_never_panics(line in "\\PC*") {
        let _ = serde_json::from_str::<ToWorker>(&line);
        let _ = serde_json::from_str::<FromWorker>(&line);
    }
}

/// Assignments with custom groupings could not be read, so their workers never began.
#[test]
fn the_module_of_a_custom_grouping_arrives() {
    let modules = Modules {
        components: BTreeMap::new(),
        groupings: BTreeMap::from([(3, "sha256:00".to_owned())]),
    };
    let json = serde_json::to_value(&modules).unwrap();
    assert_eq!(json["groupings"]["3"], "sha256:00");
    assert_eq!(serde_json::from_value::<Modules>(json).unwrap(), modules);
    let wrong = serde_json::json!({ "components": {}, "groupings": { "third": "sha256:00" } });
    let error = serde_json::from_value::<Modules>(wrong).unwrap_err();
    assert!(
        error.to_string().contains("`third` is not the position"),
        "{error}"
    );
}
