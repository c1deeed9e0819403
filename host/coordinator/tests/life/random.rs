//! Whatever happens in whatever order: the cluster checks the invariants at each step,
//! and when nothing disturbs it any more, all is as the record says.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use stormcell_coordinator::Command;
use stormcell_protocol::api::{Deploy, Kill, Rebalance, Rollback};

use crate::cluster::Cluster;
use crate::topology::topology;

/// Within this time after the last disturbance, everything is whole: the longest wait
/// before a restart, fencing, a drain that runs out, a deployment that is watched.
const HEALED: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
enum Happens {
    TimePasses(u64),
    Dies(u32),
    Stops(u32),
    Continues(u32),
    Disconnects(u32, u64),
    SupervisorDies,
    /// After so many more actions.
    SupervisorDiesSoon(usize),
    SupervisorStarts,
    Stuck(bool),
    RefuseClose(u32, bool),
    Broken(u32, bool),
    LettersAsked(u64),
    Fails(bool),
    Unloadable(bool),
    Ends,
    Activate,
    Deactivate,
    Rebalance(Option<u32>, Option<u32>, bool),
    Deploy(u8, u8),
    Rollback,
    Kill(u64),
    Suspend(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens as H;
    let worker = || 0u32..5;
    prop_oneof![
        8 => (10u64..400).prop_map(H::TimePasses),
        3 => (400u64..8_000).prop_map(H::TimePasses),
        4 => worker().prop_map(H::Dies),
        2 => worker().prop_map(H::Stops),
        2 => worker().prop_map(H::Continues),
        3 => (worker(), 10u64..7_000).prop_map(|(w, t)| H::Disconnects(w, t)),
        1 => Just(H::SupervisorDies),
        3 => (0usize..40).prop_map(H::SupervisorDiesSoon),
        4 => Just(H::SupervisorStarts),
        1 => any::<bool>().prop_map(H::Stuck),
        1 => (worker(), any::<bool>()).prop_map(|(w, b)| H::RefuseClose(w, b)),
        1 => (worker(), any::<bool>()).prop_map(|(w, b)| H::Broken(w, b)),
        1 => (1u64..60).prop_map(H::LettersAsked),
        1 => any::<bool>().prop_map(H::Fails),
        1 => any::<bool>().prop_map(H::Unloadable),
        1 => Just(H::Activate),
        1 => Just(H::Deactivate),
        6 => (
            prop::option::of(1u32..5),
            prop::option::of(1u32..4),
            any::<bool>()
        )
            .prop_map(|(w, p, s)| H::Rebalance(w, p, s)),
        4 => (0u8..3, 0u8..101).prop_map(|(n, c)| H::Deploy(n, c)),
        1 => Just(H::Rollback),
    ]
}

/// As above, and the topology may come to its end.
fn may_end() -> impl Strategy<Value = Happens> {
    prop_oneof![
        20 => happens(),
        1 => Just(Happens::Ends),
        1 => (1u64..60).prop_map(Happens::LettersAsked),
        1 => (0u64..5_000).prop_map(Happens::Kill),
        1 => (0u64..5_000).prop_map(Happens::Suspend),
    ]
}

fn apply(cluster: &mut Cluster, happens: Happens) {
    let file = |n: u8| format!("sha256:{n}");
    match happens {
        Happens::TimePasses(ms) => cluster.run(Duration::from_millis(ms)),
        Happens::Dies(worker) => cluster.kill_worker(worker),
        Happens::Stops(worker) => cluster.stop_worker(worker, true),
        Happens::Continues(worker) => cluster.stop_worker(worker, false),
        Happens::Disconnects(worker, ms) => cluster.disconnect(worker, Duration::from_millis(ms)),
        Happens::SupervisorDies => cluster.kill_supervisor(),
        Happens::SupervisorDiesSoon(actions) => cluster.dies_after = Some(actions),
        Happens::SupervisorStarts => cluster.start_supervisor(),
        Happens::Stuck(stuck) => cluster.world.stuck = stuck,
        Happens::RefuseClose(worker, true) => {
            cluster.world.refuse_close.insert(worker);
        }
        Happens::RefuseClose(worker, false) => {
            cluster.world.refuse_close.remove(&worker);
        }
        Happens::Broken(worker, true) => {
            cluster.world.broken.insert(worker);
        }
        Happens::Broken(worker, false) => {
            cluster.world.broken.remove(&worker);
        }
        Happens::LettersAsked(letters) => cluster.world.letters += letters,
        Happens::Fails(true) => {
            cluster.world.failing.insert(file(1));
        }
        Happens::Fails(false) => cluster.world.failing.clear(),
        Happens::Unloadable(true) => {
            cluster.world.unloadable.insert(file(2));
        }
        Happens::Unloadable(false) => cluster.world.unloadable.clear(),
        Happens::Ends => cluster.world.ended = true,
        Happens::Activate => drop(cluster.command(Command::Activate)),
        Happens::Deactivate => drop(cluster.command(Command::Deactivate)),
        Happens::Rebalance(workers, parallelism, spout) => {
            let component = if spout { "verses" } else { "count" };
            let parallelism = parallelism.map(|count| (component.to_owned(), count));
            cluster.command(Command::Rebalance(Rebalance {
                workers,
                parallelism: parallelism.into_iter().collect::<BTreeMap<_, _>>(),
                dry_run: false,
                wait_ms: Some(3_000),
            }));
        }
        Happens::Deploy(number, canary_percent) => {
            let asked = Deploy {
                component: "count".to_owned(),
                digest: file(number),
                canary_percent,
                max_error_rate: 0.1,
                watch_ms: 2_000,
                allow: Vec::new(),
            };
            cluster.command(Command::Deploy(asked, topology()));
        }
        Happens::Rollback => {
            let coordinator = cluster.coordinator.as_ref();
            let last = coordinator.and_then(|c| c.record().deployments.last());
            let file = last.map_or_else(String::new, |last| last.from.clone());
            let component = "count".to_owned();
            cluster.command(Command::Rollback(Rollback { component }, file, topology()));
        }
        Happens::Kill(ms) => {
            cluster.command(Command::Kill(Kill {
                wait_ms: Some(ms),
                remove_state: true,
            }));
        }
        Happens::Suspend(ms) => {
            let wait = Duration::from_millis(ms);
            cluster.command(Command::Suspend { wait });
        }
    }
}

/// Nothing disturbs the topology any more.
fn heal(cluster: &mut Cluster) {
    let (ended, letters) = (cluster.world.ended, cluster.world.letters);
    cluster.world = Default::default();
    cluster.world.ended = ended;
    cluster.world.letters = letters;
    cluster.dies_after = None;
    for worker in 0..5 {
        cluster.stop_worker(worker, false);
    }
    cluster.start_supervisor();
}

/// More cases: `PROPTEST_CASES=10000`.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = default.cases.max(400);
    ProptestConfig { cases, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn when_nothing_disturbs_it_all_is_whole(
        workers in 1usize..5,
        story in prop::collection::vec(happens(), 1..60),
    ) {
        let mut cluster = Cluster::new(workers);
        for happens in story {
            apply(&mut cluster, happens);
        }
        heal(&mut cluster);
        cluster.until(HEALED, |c| c.is_whole() && c.all_answered());
    }

    #[test]
    fn it_comes_to_its_end_if_it_is_to(
        workers in 1usize..5,
        story in prop::collection::vec(may_end(), 1..60),
        end in prop_oneof![Just(Happens::Kill(3_000)), Just(Happens::Suspend(3_000)), Just(Happens::Ends)],
    ) {
        let mut cluster = Cluster::new(workers);
        for happens in story {
            apply(&mut cluster, happens);
        }
        heal(&mut cluster);
        let finishes = matches!(end, Happens::Ends);
        apply(&mut cluster, end);
        if finishes {
            cluster.command(Command::Activate);
        }
        // Who was killed or suspended processes no letters; else none is left that is asked for.
        cluster.until(HEALED, |c| {
            let replayed = !finishes || c.world.letters == 0 || c.removed || c.suspends;
            c.processes.is_empty() && c.all_answered() && replayed
        });
    }
}
