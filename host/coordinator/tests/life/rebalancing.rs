//! Workers and tasks change.

use std::collections::BTreeMap;
use std::time::Duration;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{PlanChange, Problem, Rebalance, Status};
use stormcell_protocol::record::Closing;

use crate::cluster::Cluster;

const SECOND: Duration = Duration::from_secs(1);

fn workers(count: u32) -> Rebalance {
    Rebalance {
        workers: Some(count),
        ..Rebalance::default()
    }
}

fn plan(answer: Result<Answer, Problem>) -> PlanChange {
    match answer.unwrap() {
        Answer::Plan(change) => *change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let mut cluster = Cluster::up(2);
    let before = cluster.stored.clone();
    let asked = Rebalance {
        parallelism: BTreeMap::from([("count".to_owned(), 4)]),
        dry_run: true,
        ..workers(3)
    };
    let change = plan(cluster.ask(SECOND, Command::Rebalance(asked)));
    assert_eq!((change.from_generation, change.to_generation), (1, 2));
    assert_eq!(change.workers, (2, 3));
    assert!(!change.applied);
    assert_eq!(change.key_groups_moved["count"], 8_192);
    assert_eq!(change.tasks.iter().filter(|t| t.from.is_none()).count(), 2);
    cluster.run(SECOND);
    assert!(cluster.is_whole());
    assert_eq!(cluster.stored, before);
}

#[test]
fn workers_and_tasks_are_added_and_taken_away() {
    let mut cluster = Cluster::up(2);
    let untouched = cluster.of(0);
    for (count, tasks, generation) in [(4, 4, 2), (1, 1, 3), (3, 2, 4)] {
        let asked = Rebalance {
            parallelism: BTreeMap::from([("count".to_owned(), tasks)]),
            ..workers(count)
        };
        let change = plan(cluster.ask(5 * SECOND, Command::Rebalance(asked)));
        assert!(change.applied);
        cluster.run(SECOND);
        assert!(cluster.is_whole(), "{:#?}", cluster.state());
        assert_eq!(cluster.stored.plan.generation(), generation);
        assert_eq!(cluster.stored.plan.workers(), count);
        assert_eq!(cluster.processes.len(), count as usize);
        assert_eq!(
            cluster.of(0),
            untouched,
            "a worker that stays is not restarted"
        );
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let mut cluster = Cluster::up(2);
    let ask = |cluster: &mut Cluster, asked| {
        let problem = cluster.ask(SECOND, Command::Rebalance(asked)).unwrap_err();
        assert!(cluster.status() == Some(Status::Active));
        problem.code
    };
    assert_eq!(ask(&mut cluster, workers(0)), "invalid");
    assert_eq!(ask(&mut cluster, workers(2)), "conflict");
    let unknown = Rebalance {
        parallelism: BTreeMap::from([("conut".to_owned(), 2)]),
        ..Rebalance::default()
    };
    assert_eq!(ask(&mut cluster, unknown), "invalid");

    cluster.world.broken.insert(1);
    cluster.kill_worker(1);
    cluster.run(Duration::from_millis(20));
    let problem = cluster
        .ask(SECOND, Command::Rebalance(workers(3)))
        .unwrap_err();
    assert_eq!(problem.code, "busy");
    assert!(problem.message.contains("worker 1"), "{problem:?}");
}

#[test]
fn only_one_thing_is_done_at_a_time() {
    let mut cluster = Cluster::up(2);
    let first = cluster.command(Command::Rebalance(workers(3)));
    let problem = cluster
        .ask(SECOND, Command::Rebalance(workers(1)))
        .unwrap_err();
    assert_eq!(problem.code, "busy");
    assert!(problem.message.contains("rebalancing"), "{problem:?}");
    cluster.until(5 * SECOND, |c| c.answers.contains_key(&first));
    assert!(cluster.answers[&first].is_ok());
}

#[test]
fn rows_that_do_not_settle_leave_everything_as_it_was() {
    let mut cluster = Cluster::up(2);
    let before = cluster.stored.clone();
    cluster.world.stuck = true;
    cluster.run(SECOND);
    let asked = Rebalance {
        wait_ms: Some(2_000),
        ..workers(3)
    };
    let problem = cluster
        .ask(3 * SECOND, Command::Rebalance(asked))
        .unwrap_err();
    assert_eq!(problem.code, "conflict");
    assert!(
        problem.message.contains("14 spout rows are not settled"),
        "{problem:?}"
    );
    cluster.run(SECOND);
    assert!(cluster.is_whole());
    assert_eq!(cluster.stored, before);
    assert!(cluster.closed.is_empty());
}

#[test]
fn a_failure_after_tasks_were_closed_makes_them_again() {
    let mut cluster = Cluster::up(2);
    let tasks = cluster.stored.plan.tasks().to_vec();
    cluster.world.refuse_close.insert(1);
    let problem = cluster
        .ask(5 * SECOND, Command::Rebalance(workers(3)))
        .unwrap_err();
    assert!(problem.message.contains("its close trapped"), "{problem:?}");
    cluster.until(5 * SECOND, Cluster::is_whole);
    assert_eq!(cluster.stored.plan.tasks(), tasks);
    assert_eq!(cluster.stored.plan.generation(), 2);
    assert_eq!(cluster.starts.len(), 2, "nobody was restarted");
}

#[test]
fn a_death_before_the_plan_is_stored_takes_it_back() {
    let mut cluster = Cluster::up(2);
    cluster.world.stuck = true;
    let asked = cluster.command(Command::Rebalance(workers(3)));
    cluster.run(SECOND);
    cluster.world.stuck = false;
    cluster.kill_worker(1);
    cluster.until(SECOND, |c| c.answers.contains_key(&asked));
    let problem = cluster.answers[&asked].clone().unwrap_err();
    assert!(
        problem.message.starts_with("nothing is changed"),
        "{problem:?}"
    );
    cluster.until(SECOND, Cluster::is_whole);
    assert_eq!(cluster.stored.plan.generation(), 1);
}

#[test]
fn a_death_after_the_plan_is_stored_does_not() {
    let mut cluster = Cluster::up(3);
    let asked = cluster.command(Command::Rebalance(workers(4)));
    cluster.until(5 * SECOND, |c| c.stored.plan.generation() == 2);
    cluster.kill_worker(0);
    cluster.kill_worker(3);
    cluster.until(5 * SECOND, |c| c.answers.contains_key(&asked));
    assert!(plan(cluster.answers[&asked].clone()).applied);
    cluster.run(SECOND);
    assert!(cluster.is_whole());
}

#[test]
fn wherever_the_supervisor_dies_the_next_one_makes_it_whole() {
    let mut generations = [0, 0, 0];
    let mut remade = 0;
    for actions in 0..120 {
        let mut cluster = Cluster::up(3);
        cluster.dies_after = Some(actions);
        cluster.command(Command::Rebalance(workers(2)));
        cluster.run(SECOND);
        if cluster.coordinator.is_some() {
            break;
        }
        let closing = cluster.stored.closing == Some(Closing::Replanned);
        cluster.start_supervisor();
        cluster.until(10 * SECOND, Cluster::is_whole);
        generations[cluster.stored.plan.generation() as usize] += 1;
        remade += u32::from(closing);
    }
    assert!(generations[1] > 0 && generations[2] > 0, "{generations:?}");
    assert!(remade > 0);
}
