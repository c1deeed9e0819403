//! What operators do with a topology that runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Deploy, Kill, PlanChange, Rebalance, Status, TopologyDetail};
use stormcell_protocol::record::DeploymentOutcome;
use tokio::time::sleep;

use super::super::guests::guests;
use super::super::machine::{Machine, NAME};
use super::super::simulation::{now, simulate};
use super::super::topology::TICK_MS;
use super::{ROWS, busy, busy_with, finishes_untouched};

async fn rebalance(
    machine: &Machine,
    workers: Option<u32>,
    parallelism: &[(&str, u32)],
) -> PlanChange {
    let parallelism = parallelism.iter().map(|(id, n)| ((*id).to_owned(), *n));
    let rebalance = Command::Rebalance(Rebalance {
        workers,
        parallelism: parallelism.collect(),
        dry_run: false,
        wait_ms: None,
    });
    match machine.command(rebalance).await {
        Ok(Answer::Plan(change)) => *change,
        other => panic!("a rebalance was answered by {other:?}"),
    }
}

#[test]
fn key_groups_move_whole_when_a_component_gets_more_tasks() {
    simulate(async || {
        let mut machine = busy().await;
        let begin = now();
        let change = rebalance(&machine, None, &[("print", 4)]).await;
        // What is in flight settles within two ticks.
        assert!(now() - begin < Duration::from_millis(2 * TICK_MS) + Duration::from_secs(1));
        assert!(change.applied);
        assert!(change.tasks.iter().all(|task| task.component == "print"));
        let applied = now();
        finishes_untouched(&mut machine, ROWS).await;

        // By text: the tasks that printed it, before and after.
        let mut tasks: BTreeMap<String, [BTreeSet<u32>; 2]> = BTreeMap::new();
        for printed in machine.checker.printed().into_values() {
            let (at, task) = printed.by[0];
            let of_text = tasks.entry(printed.text).or_default();
            of_text[usize::from(at >= applied)].insert(task);
        }
        assert_eq!(tasks.len(), 50);
        for (text, of_text) in &tasks {
            let [before, after] = of_text.each_ref().map(BTreeSet::len);
            assert_eq!((before, after), (1, 1), "{text}: {of_text:?}");
        }
        let used = |at: usize| {
            let tasks: BTreeSet<_> = tasks.values().flat_map(|of_text| &of_text[at]).collect();
            tasks.len()
        };
        assert_eq!((used(0), used(1)), (2, 4));
        let moved = tasks.values().filter(|[before, after]| before != after);
        let moved = moved.count();
        assert!((10..=40).contains(&moved), "{moved} of 50 texts moved");
    });
}

#[test]
fn no_row_fails_when_workers_come_and_go() {
    simulate(async || {
        let mut machine = busy().await;
        for workers in [2, 1, 3, 4] {
            let change = rebalance(&machine, Some(workers), &[]).await;
            assert_eq!(change.workers.1, workers);
            assert_eq!(machine.detail().await.summary.workers.up, workers);
            sleep(Duration::from_millis(500)).await;
            assert_eq!(machine.alive().len(), workers as usize);
        }
        // Sources that moved have begun again.
        let (detail, _) = machine.finish(ROWS).await;
        assert_eq!(machine.checker.failed(), []);
        assert_eq!(detail.report.unwrap().trees.failed, 0);
    });
}

#[test]
fn no_row_fails_when_a_component_is_deployed() {
    simulate(async || {
        let rows = 2 * ROWS;
        let mut machine = busy_with(rows).await;
        for component in ["relay", "hold", "print"] {
            let digest = guests()[component].second.digest();
            let deploy = Deploy {
                component: component.to_owned(),
                digest: digest.to_owned(),
                canary_percent: 50,
                max_error_rate: 0.01,
                watch_ms: 500,
                allow: Vec::new(),
            };
            let begin = now();
            let deployed = machine.supervisor().deploy(NAME, deploy);
            let outcome = deployed.await.unwrap().outcome;
            let canary = DeploymentOutcome::Watching { canary: true };
            assert_eq!(outcome, canary);
            assert!(now() - begin < Duration::from_millis(200));
            let tasks = |detail: TopologyDetail| {
                let tasks = detail.tasks.into_iter();
                let of_it = tasks.filter(|task| task.component == component);
                of_it.map(|task| task.digest).collect::<Vec<_>>()
            };
            let runs = tasks(machine.detail().await);
            let new = runs.iter().filter(|runs| *runs == digest);
            assert_eq!((runs.len(), new.count()), (2, 1));
            machine
                .until("it runs in all tasks", async |machine| {
                    let detail = machine.detail().await;
                    let last = detail.deployments.last().unwrap();
                    last.outcome == DeploymentOutcome::Done
                })
                .await;
            let runs = tasks(machine.detail().await);
            assert!(runs.iter().all(|runs| runs == digest), "{runs:?}");
        }
        assert!(machine.checker.acked() < rows as usize, "it was over");
        finishes_untouched(&mut machine, rows).await;
    });
}

#[test]
fn while_it_is_inactive_nothing_is_emitted() {
    simulate(async || {
        let mut machine = busy().await;
        machine.command(Command::Deactivate).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        let prints = machine.checker.prints();
        assert_eq!(machine.checker.acked(), prints, "what is in flight settles");
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(machine.checker.prints(), prints);
        assert_eq!(machine.detail().await.summary.status, Status::Inactive);
        machine.command(Command::Activate).await.unwrap();
        finishes_untouched(&mut machine, ROWS).await;
    });
}

/// A bolt that is stuck in a call keeps nobody from stopping the spouts, from having them go
/// on, and from killing the topology.
#[test]
fn a_topology_with_a_bolt_that_is_stuck_can_be_deactivated_and_killed() {
    let text = "
name: simulated
config: { max-pending: 10, message-timeout: 2h, max-replays: 0 }
spouts:
  - id: source
    component: source
    config: { tracking: ids, again: true, tell: true, batch: 1 }
    grants: { stdout: true }
bolts:
  - { id: stuck, component: relay, config: { wait: 3000000, slow-from: 20 }, limits: { host-time: 1h } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: stuck, grouping: { type: shuffle } }
  - { from: stuck, to: print, grouping: { type: shuffle } }
";
    simulate(async move || {
        let machine = Machine::with(text, 2).await;
        machine.until_acked(20).await;
        sleep(Duration::from_secs(1)).await;
        for command in [Command::Deactivate, Command::Activate, Command::Deactivate] {
            let begin = now();
            let status = match command {
                Command::Activate => Status::Active,
                _ => Status::Inactive,
            };
            machine.command(command).await.unwrap();
            machine
                .until("it is so", async |machine| {
                    machine.detail().await.summary.status == status
                })
                .await;
            assert!(now() - begin < Duration::from_secs(1), "{status:?}");
        }
        let begin = now();
        let kill = Kill {
            wait_ms: Some(5_000),
            remove_state: false,
        };
        machine.command(Command::Kill(kill)).await.unwrap();
        machine
            .until("it is gone", async |machine| {
                machine.supervisor().list().await.is_empty()
            })
            .await;
        // The wait, and what closing may take.
        assert!(
            now() - begin < Duration::from_secs(60),
            "{:?}",
            now() - begin
        );
        assert!(machine.alive().is_empty());
        assert_eq!(machine.checker.violations(), Vec::<String>::new());
    });
}

/// How long rows may settle is stored, and a supervisor that comes later knows it.
#[test]
fn a_kill_waits_as_long_when_the_supervisor_is_another() {
    let text = "
name: simulated
config: { message-timeout: 30s, max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 20, tracking: host } }
bolts:
  - { id: hold, component: hold, tick: 100s, config: { release: 1 } }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
";
    // The bolt acks after a hundred seconds, so the time-out is not what decides.
    let text = text.replace("message-timeout: 30s", "message-timeout: 1h");
    for (wait_s, acked) in [(300, 20), (40, 0)] {
        let text = text.clone();
        simulate(async move || {
            let mut machine = Machine::with(&text, 2).await;
            let begin = now();
            let kill = Kill {
                wait_ms: Some(wait_s * 1_000),
                remove_state: false,
            };
            machine.command(Command::Kill(kill)).await.unwrap();
            sleep(Duration::from_secs(5)).await;
            machine.halt_supervisor().await;
            sleep(Duration::from_secs(15)).await;
            machine.start_supervisor().await;
            let mut last = 0;
            machine
                .until("it is gone", async |machine| {
                    if let Ok(detail) = machine.supervisor().detail(NAME).await {
                        let acked = detail.summary.trees.map_or(0, |trees| trees.acked);
                        last = last.max(acked);
                    }
                    machine.supervisor().list().await.is_empty()
                })
                .await;
            let took = (now() - begin).as_secs();
            match acked {
                0 => assert!((38..60).contains(&took), "{took} s"),
                _ => assert!((98..120).contains(&took), "{took} s"),
            }
            assert_eq!(last, acked);
            assert!(machine.alive().is_empty());
        });
    }
}

#[test]
fn kill_waits_for_what_is_in_flight() {
    simulate(async || {
        let machine = busy().await;
        let begin = now();
        let kill = Command::Kill(Kill::default());
        machine.command(kill).await.unwrap();
        machine
            .until("it is gone", async |machine| {
                machine.supervisor().list().await.is_empty()
            })
            .await;
        assert!(now() - begin < Duration::from_secs(2));
        assert!(machine.alive().is_empty());
        machine.checker.is_sound();
        assert_eq!(machine.checker.failed(), []);
        let (acked, prints) = (machine.checker.acked(), machine.checker.prints());
        assert_eq!(acked, prints, "rows that arrived were acked");
        assert!(acked < ROWS as usize, "it was over");
    });
}
