//! A component file is replaced.

use std::sync::Arc;
use std::time::Duration;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Deploy, Problem, Rollback};
use stormcell_protocol::capabilities::AskedFor;
use stormcell_protocol::record::{Deployment, DeploymentOutcome};
use stormcell_topology::Topology;

use crate::cluster::Cluster;
use crate::topology::{FIRST, importing, topology, with_imports};

const SECOND: Duration = Duration::from_secs(1);
const SECOND_FILE: &str = "sha256:second";

fn deploy(canary_percent: u8) -> Command {
    let asked = Deploy {
        component: "count".to_owned(),
        digest: SECOND_FILE.to_owned(),
        canary_percent,
        max_error_rate: 0.1,
        watch_ms: 5_000,
        allow: Vec::new(),
    };
    Command::Deploy(asked, topology())
}

fn rollback() -> Command {
    back_to(FIRST, topology())
}

fn back_to(file: &str, topology: Arc<Topology>) -> Command {
    let component = "count".to_owned();
    Command::Rollback(Rollback { component }, file.to_owned(), topology)
}

fn deployment(answer: Result<Answer, Problem>) -> Deployment {
    match answer.unwrap() {
        Answer::Deployment(deployment) => *deployment,
        other => panic!("{other:?}"),
    }
}

/// What the tasks of `count` run.
fn running(cluster: &Cluster) -> Vec<String> {
    let tasks = cluster.stored.plan.tasks_of("count");
    tasks
        .map(|id| {
            let worker = cluster.stored.plan.task(id).unwrap().worker;
            let me = cluster.of(worker).unwrap();
            cluster.processes[&me].digests[&id].clone()
        })
        .collect()
}

fn outcome(cluster: &Cluster) -> &DeploymentOutcome {
    &cluster.stored.deployments.last().unwrap().outcome
}

#[test]
fn some_tasks_try_it_first_and_then_all_run_it() {
    let mut cluster = Cluster::up(2);
    let answer = deployment(cluster.ask(SECOND, deploy(10)));
    let canary = true;
    assert_eq!(answer.outcome, DeploymentOutcome::Watching { canary });
    assert_eq!(answer.pauses_us, [100]);
    assert_eq!(running(&cluster), [SECOND_FILE, FIRST]);
    let trials = cluster.detail().tasks.iter().filter(|t| t.trial).count();
    assert_eq!(trials, 1);
    cluster.run(4 * SECOND);
    assert_eq!(running(&cluster), [SECOND_FILE, FIRST]);
    cluster.run(2 * SECOND);
    assert_eq!(running(&cluster), [SECOND_FILE, SECOND_FILE]);
    let canary = false;
    assert_eq!(*outcome(&cluster), DeploymentOutcome::Watching { canary });
    cluster.run(5 * SECOND);
    assert_eq!(*outcome(&cluster), DeploymentOutcome::Done);
    assert!(cluster.is_whole());
    assert_eq!(
        cluster.stored.modules.components["count"].digest,
        SECOND_FILE
    );
    assert_eq!(cluster.stored.modules.components["split"].digest, FIRST);
}

#[test]
fn a_deployment_is_answered_with_the_pauses_of_all_its_tasks() {
    let mut cluster = Cluster::up(2);
    cluster.world.late_swaps = true;
    let mut asked = deploy(100);
    if let Command::Deploy(deploy, _) = &mut asked {
        deploy.watch_ms = 0;
    }
    let answer = deployment(cluster.ask(SECOND, asked));
    assert_eq!(answer.outcome, DeploymentOutcome::Done);
    assert_eq!(answer.pauses_us, [100, 100]);
}

#[test]
fn what_asks_for_more_is_not_deployed_unless_that_is_allowed() {
    let deploy = |imports: &[&str], words: &[&str]| {
        let Command::Deploy(mut asked, _) = deploy(100) else {
            unreachable!()
        };
        asked.allow = words.iter().map(ToString::to_string).collect();
        asked.watch_ms = 0;
        Command::Deploy(asked, importing(imports))
    };
    let random = "wasi:random/random@0.2.6";
    let files = "wasi:filesystem/types@0.2.6";
    let mut cluster = Cluster::up(2);
    let mut refused = |imports: &[&str], words: &[&str]| {
        let problem = cluster.ask(SECOND, deploy(imports, words)).unwrap_err();
        assert_eq!(running(&cluster), [FIRST, FIRST]);
        assert_eq!(cluster.stored.deployments, []);
        (problem.code, problem.message)
    };
    let (code, message) = refused(&[files, random], &["random"]);
    assert_eq!(code, "not-allowed");
    assert_eq!(
        message,
        "`count` of `words` does not get this component file, and nothing has changed: it asks \
         for more than what runs now\n  + files: reads and writes files, in granted folders only \
         (grants.files)\n  + random: asks for random numbers, real ones only if that is granted \
         (grants.random)\nif it may have that, allow it: --allow=files (in the HTTP API `\"allow\": [\"files\"]`)"
    );
    let (code, message) = refused(&[files], &["fiels"]);
    assert_eq!(code, "invalid");
    assert!(message.contains("`allow` has `fiels`"), "{message}");

    let allowed = deployment(cluster.ask(SECOND, deploy(&[files, random], &["files", "random"])));
    let names = |asked: &[AskedFor]| asked.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&allowed.capabilities.more), ["files", "random"]);
    assert_eq!(allowed.capabilities.less, []);
    // What ran before is what it is compared with now.
    let back = deployment(cluster.ask(SECOND, rollback()));
    assert_eq!(names(&back.capabilities.less), ["files", "random"]);
    let refused = cluster.ask(SECOND, deploy(&[random], &[]));
    assert_eq!(refused.unwrap_err().code, "not-allowed");
}

/// To load a component file takes a while, and another deployment may begin and end in it.
#[test]
fn what_was_looked_at_beside_other_components_than_those_that_run_is_not_deployed() {
    let mut cluster = Cluster::up(2);
    let Command::Deploy(mut asked, looked_at) = deploy(100) else {
        unreachable!()
    };
    asked.watch_ms = 0;
    let split = Deploy {
        component: "split".to_owned(),
        allow: vec!["all".to_owned()],
        ..asked.clone()
    };
    let now = with_imports("split", &["wasi:filesystem/types@0.2.6"]);
    let other = cluster.ask(SECOND, Command::Deploy(split, Arc::clone(&now)));
    assert_eq!(deployment(other).outcome, DeploymentOutcome::Done);
    let stale = Command::Deploy(asked.clone(), looked_at);
    let refused = cluster.ask(SECOND, stale).unwrap_err();
    assert_eq!(refused.code, "busy");
    assert!(refused.message.starts_with("`split` was given another"));
    assert_eq!(running(&cluster), [FIRST, FIRST]);
    deployment(cluster.ask(SECOND, Command::Deploy(asked, now)));
    assert_eq!(running(&cluster), [SECOND_FILE, SECOND_FILE]);
}

/// It was let in before.
#[test]
fn what_is_rolled_back_to_may_ask_for_more() {
    let mut cluster = Cluster::up(2);
    let files = importing(&["wasi:filesystem/types@0.2.6"]);
    let Command::Deploy(mut asked, _) = deploy(100) else {
        unreachable!()
    };
    asked.watch_ms = 0;
    asked.allow = vec!["all".to_owned()];
    cluster
        .ask(SECOND, Command::Deploy(asked.clone(), Arc::clone(&files)))
        .unwrap();
    asked.digest = "sha256:third".to_owned();
    let third = deployment(cluster.ask(SECOND, Command::Deploy(asked, topology())));
    assert_eq!(third.capabilities.more, []);
    // What was looked at is what ran before the deployment before.
    let stale = cluster.ask(SECOND, rollback()).unwrap_err();
    assert_eq!(stale.code, "busy");
    assert!(stale.message.starts_with("`count` was given another"));
    let back = deployment(cluster.ask(SECOND, back_to(SECOND_FILE, files)));
    assert_eq!(back.to, SECOND_FILE);
    assert_eq!(back.capabilities.more.len(), 1);
}

#[test]
fn a_file_that_fails_too_often_is_taken_back_by_itself() {
    for canary in [10, 100] {
        let mut cluster = Cluster::up(2);
        cluster.world.failing.insert(SECOND_FILE.to_owned());
        let before = cluster.coordinator.as_ref().unwrap().topology().clone();
        cluster.ask(SECOND, deploy(canary)).unwrap();
        assert!(running(&cluster).contains(&SECOND_FILE.to_owned()));
        cluster.until(4 * SECOND, |c| {
            matches!(outcome(c), DeploymentOutcome::RolledBack { .. })
        });
        cluster.until(SECOND, Cluster::is_whole);
        let DeploymentOutcome::RolledBack { reason, automatic } = outcome(&cluster) else {
            panic!("{:?}", outcome(&cluster));
        };
        assert!(automatic);
        assert!(reason.contains("100.00 %"), "{reason}");
        assert!(reason.contains("no such key"), "{reason}");
        assert_eq!(running(&cluster), [FIRST, FIRST]);
        cluster.logged("rolled back");
        let after = cluster.coordinator.as_ref().unwrap().topology();
        assert!(Arc::ptr_eq(&before, after), "the description that runs");
    }
}

#[test]
fn a_file_that_cannot_be_prepared_changes_nothing() {
    let mut cluster = Cluster::up(2);
    cluster.world.unloadable.insert(SECOND_FILE.to_owned());
    let problem = cluster.ask(SECOND, deploy(100)).unwrap_err();
    assert!(
        problem.message.contains("has no export `task`"),
        "{problem:?}"
    );
    cluster.until(SECOND, Cluster::is_whole);
    assert!(matches!(
        outcome(&cluster),
        DeploymentOutcome::Failed { .. }
    ));
    assert_eq!(running(&cluster), [FIRST, FIRST]);
    assert_eq!(cluster.starts.len(), 2, "nobody was restarted");
}

#[test]
fn somebody_takes_it_back_while_it_is_watched_and_after() {
    let mut cluster = Cluster::up(2);
    cluster.ask(SECOND, deploy(50)).unwrap();
    let taken_back = deployment(cluster.ask(SECOND, rollback()));
    let DeploymentOutcome::RolledBack { automatic, .. } = taken_back.outcome else {
        panic!("{taken_back:?}");
    };
    assert!(!automatic);
    assert_eq!(running(&cluster), [FIRST, FIRST]);
    cluster.until(SECOND, Cluster::is_whole);

    cluster.ask(SECOND, deploy(100)).unwrap();
    cluster.until(10 * SECOND, |c| *outcome(c) == DeploymentOutcome::Done);
    let back = deployment(cluster.ask(SECOND, rollback()));
    assert_eq!(back.outcome, DeploymentOutcome::Done);
    assert_eq!((back.number, back.to.as_str()), (3, FIRST));
    assert_eq!(back.from, SECOND_FILE);
    assert_eq!(back.pauses_us.len(), 2);
    assert!(cluster.is_whole());
    assert_eq!(running(&cluster), [FIRST, FIRST]);
}

#[test]
fn what_cannot_be_is_refused() {
    let mut cluster = Cluster::up(2);
    let asked = |component: &str, digest: &str, max_error_rate| {
        let asked = Deploy {
            component: component.to_owned(),
            digest: digest.to_owned(),
            canary_percent: 100,
            max_error_rate,
            watch_ms: 0,
            allow: Vec::new(),
        };
        Command::Deploy(asked, topology())
    };
    for (command, code, text) in [
        (
            asked("conut", SECOND_FILE, 0.1),
            "not-found",
            "count, split, verses",
        ),
        (asked("count", FIRST, 0.1), "conflict", "already"),
        (asked("count", SECOND_FILE, f64::NAN), "invalid", "NaN"),
        (rollback(), "conflict", "nothing to go back to"),
    ] {
        let problem = cluster.ask(SECOND, command).unwrap_err();
        assert_eq!(problem.code, code);
        assert!(problem.message.contains(text), "{problem:?}");
    }
    cluster.ask(SECOND, deploy(100)).unwrap();
    let problem = cluster.ask(SECOND, deploy(100)).unwrap_err();
    assert!(problem.message.contains("deploying count"), "{problem:?}");
}

#[test]
fn workers_that_die_meanwhile_come_back_to_the_trial() {
    let mut cluster = Cluster::up(2);
    cluster.ask(SECOND, deploy(50)).unwrap();
    cluster.kill_worker(0);
    cluster.kill_worker(1);
    cluster.run(SECOND);
    assert_eq!(running(&cluster), [SECOND_FILE, FIRST]);
    cluster.until(15 * SECOND, |c| *outcome(c) == DeploymentOutcome::Done);
    assert!(cluster.is_whole());
}

#[test]
fn a_worker_that_cannot_start_with_the_new_file_ends_the_trial() {
    let mut cluster = Cluster::up(2);
    cluster.ask(SECOND, deploy(100)).unwrap();
    cluster.world.broken.insert(1);
    cluster.kill_worker(1);
    cluster.until(SECOND, |c| {
        matches!(
            outcome(c),
            DeploymentOutcome::RolledBack {
                automatic: true,
                ..
            }
        )
    });
    cluster.world.broken.clear();
    cluster.until(5 * SECOND, Cluster::is_whole);
    assert_eq!(running(&cluster), [FIRST, FIRST]);
}

#[test]
fn wherever_the_supervisor_dies_the_next_one_goes_on() {
    for actions in 0..30 {
        let mut cluster = Cluster::up(3);
        cluster.dies_after = Some(actions);
        cluster.command(deploy(50));
        cluster.run(15 * SECOND);
        let died = cluster.coordinator.is_none();
        cluster.start_supervisor();
        cluster.until(15 * SECOND, Cluster::is_whole);
        if actions > 0 {
            assert_eq!(*outcome(&cluster), DeploymentOutcome::Done);
            assert_eq!(running(&cluster), [SECOND_FILE, SECOND_FILE]);
        }
        if !died {
            return;
        }
    }
    panic!("a deployment takes fewer actions");
}
