//! What is refused, and what is said then.

use std::time::Duration;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Deploy, Rebalance, Rollback, Submit};

use super::machine::{Machine, files, is_active, submit, upload};
use crate::MAX_WORKERS;

/// What is said, and the change of a submission that makes it wrong.
type Mistake = (&'static str, fn(&mut Submit));

#[tokio::test(start_paused = true)]
async fn submissions_that_make_no_sense() {
    let machine = Machine::new();
    let supervisor = machine.start().await;
    let (digest, _) = &files()["print"];
    let missing = supervisor.submit(submit("words")).await.unwrap_err();
    assert_eq!(missing.code, "invalid");
    assert!(missing.message.contains("is missing from"), "{missing:?}");
    upload(&supervisor).await;

    let refuse: [Mistake; 9] = [
        (
            "`workers` is 0: expected a whole number from 1 to 32",
            |it| {
                it.workers = 0;
            },
        ),
        ("`workers` is 33: expected", |it| {
            it.workers = MAX_WORKERS + 1
        }),
        ("`base_dir` is `here`", |it| it.base_dir = "here".into()),
        ("`name` is `a/b`: expected a name", |it| {
            it.name = Some("a/b".into())
        }),
        ("`name` is `..`: expected", |it| it.name = Some("..".into())),
        ("no digest for `source.wasm`", |it| {
            it.components.remove("source.wasm");
        }),
        ("expected the digest of a component file", |it| {
            it.components.insert("source.wasm".into(), "x".into());
        }),
        ("mistake", |it| it.file.push_str("nonsense: 1\n")),
        ("mistake", |it| {
            // A spout where a bolt belongs.
            let spout = it.components["source.wasm"].clone();
            it.components.insert("print.wasm".into(), spout);
        }),
    ];
    for (expected, change) in refuse {
        let mut submit = submit("words");
        change(&mut submit);
        let problem = supervisor.submit(submit).await.unwrap_err();
        assert_eq!(problem.code, "invalid", "{expected}");
        assert!(problem.message.contains(expected), "{problem:?}");
        let is_about_the_file = expected == "mistake";
        assert_eq!(!problem.diagnostics.is_empty(), is_about_the_file);
    }
    assert!(supervisor.list().await.is_empty());
    assert!(supervisor.has_component(digest).await.unwrap());
    assert_eq!(
        supervisor.has_component("x").await.unwrap_err().code,
        "invalid"
    );

    let mut many = submit("words");
    many.workers = MAX_WORKERS;
    let submitted = supervisor.submit(many).await.unwrap();
    assert_eq!(submitted.topology.workers.planned, 2);
    let warning = submitted.warnings.last().unwrap();
    assert!(warning.contains("2 workers are used"), "{warning}");
    let again = supervisor.submit(submit("words")).await.unwrap_err();
    assert_eq!(again.code, "exists");
}

#[tokio::test(start_paused = true)]
async fn two_of_the_same_name_at_once() {
    let machine = Machine::new();
    let supervisor = machine.start().await;
    upload(&supervisor).await;
    let (one, other) = tokio::join!(
        supervisor.submit(submit("words")),
        supervisor.submit(submit("words"))
    );
    let refused = [one, other].into_iter().filter_map(Result::err);
    let codes: Vec<_> = refused.map(|problem| problem.code).collect();
    assert_eq!(codes, ["exists"]);
    is_active(&supervisor, "words").await;
}

#[tokio::test(start_paused = true)]
async fn deployments_are_checked_before_a_task_is_touched() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let (spout, _) = &files()["source"];
    let deploy = |component: &str, digest: &str| Deploy {
        component: component.to_owned(),
        digest: digest.to_owned(),
        canary_percent: 100,
        max_error_rate: 0.01,
        watch_ms: 1_000,
        allow: Vec::new(),
    };
    let cases = [
        (deploy("print", "x"), "invalid", "is not the digest"),
        (
            deploy("nobody", spout),
            "not-found",
            "it has: `print`, `source`",
        ),
        (deploy("print", spout), "invalid", "it is a spout"),
        (
            deploy("print", &format!("sha256:{}", "0".repeat(64))),
            "invalid",
            "is missing from",
        ),
        (
            Deploy {
                canary_percent: 0,
                ..deploy("print", spout)
            },
            "invalid",
            "`canary_percent` is 0: expected a whole number from 1 to 100",
        ),
        (
            Deploy {
                max_error_rate: f64::NAN,
                ..deploy("print", spout)
            },
            "invalid",
            "`max_error_rate` is NaN: expected a part of the rows, from 0 to 1",
        ),
    ];
    for (deploy, code, expected) in cases {
        let problem = supervisor.deploy("words", deploy).await.unwrap_err();
        assert_eq!(problem.code, code, "{problem:?}");
        assert!(problem.message.contains(expected), "{problem:?}");
    }
    let component = "print".to_owned();
    let rollback = supervisor.rollback("words", Rollback { component });
    assert_eq!(rollback.await.unwrap_err().code, "conflict");
    let missing = supervisor.deploy("nobody", deploy("print", spout)).await;
    assert_eq!(missing.unwrap_err().code, "not-found");
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_shown_before_it_is_carried_out() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let rebalance = Rebalance {
        workers: Some(1),
        dry_run: true,
        ..Rebalance::default()
    };
    let answer = supervisor.command("words", Command::Rebalance(rebalance));
    let Answer::Plan(change) = answer.await.unwrap() else {
        panic!("not a plan");
    };
    assert_eq!((change.workers, change.applied), ((2, 1), false));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_the_memory_of_a_worker() {
    let machine = Machine::new();
    // For one of the two tasks.
    let supervisor = machine.start_with_memory(200 << 20).await;
    upload(&supervisor).await;
    let mut one_worker = submit("words");
    one_worker.workers = 1;
    let refused = supervisor.submit(one_worker).await.unwrap_err();
    assert_eq!(refused.code, "conflict");
    for expected in [
        "`words` does not fit: the tasks of worker 0 may use 264MiB",
        "a worker may use 200MiB",
        "print                                 1       128MiB    128MiB",
        "--worker-memory",
    ] {
        assert!(refused.message.contains(expected), "{}", refused.message);
    }
    assert!(supervisor.list().await.is_empty());

    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
    for dry_run in [true, false] {
        let rebalance = Command::Rebalance(Rebalance {
            workers: Some(1),
            dry_run,
            ..Rebalance::default()
        });
        let refused = supervisor.command("words", rebalance).await.unwrap_err();
        assert_eq!(refused.code, "conflict");
        assert!(refused.message.contains("does not fit"), "{refused:?}");
        assert!(
            refused.message.contains("nothing has changed"),
            "{refused:?}"
        );
    }
    // The new instance of a bolt is there before the old one ends.
    let deploy = Deploy {
        component: "print".to_owned(),
        digest: files()["print"].0.clone(),
        canary_percent: 100,
        max_error_rate: 0.01,
        watch_ms: 1_000,
        allow: Vec::new(),
    };
    let refused = supervisor.deploy("words", deploy).await.unwrap_err();
    assert_eq!(refused.code, "conflict");
    assert!(
        refused.message.contains("print, its new instances"),
        "{refused:?}"
    );
    is_active(&supervisor, "words").await;
}

/// A worker that lacks a secret would end again and again, and take its tasks with it.
#[tokio::test(start_paused = true)]
async fn what_refers_to_a_secret_that_is_not_there() {
    let machine = Machine::new();
    let telling = || {
        let mut submit = submit("words");
        let env = "stdout: true, env: { KEY: { secret: DOOR }, AGAIN: { secret: WINDOW } }";
        submit.file = submit.file.replace("stdout: true", env);
        submit
    };
    let supervisor = machine.start_with_secrets(&[]).await;
    upload(&supervisor).await;
    let refused = supervisor.submit(telling()).await.unwrap_err();
    assert_eq!(refused.code, "missing-secrets");
    for expected in [
        "`words` lacks secrets",
        "`DOOR` (grants.env.KEY of `print`): it is not set",
        "`WINDOW` (grants.env.AGAIN of `print`): it is not set",
    ] {
        assert!(refused.message.contains(expected), "{}", refused.message);
    }
    assert!(supervisor.list().await.is_empty());
    supervisor.shutdown(Duration::ZERO).await;

    let supervisor = machine.start_with_secrets(&["DOOR", "WINDOW"]).await;
    supervisor.submit(telling()).await.unwrap();
    is_active(&supervisor, "words").await;
    supervisor.shutdown(Duration::ZERO).await;

    // What was submitted is not given up, but it is not moved to where it could not run.
    let supervisor = machine.start_with_secrets(&["DOOR"]).await;
    is_active(&supervisor, "words").await;
    for dry_run in [true, false] {
        let rebalance = Command::Rebalance(Rebalance {
            workers: Some(1),
            dry_run,
            ..Rebalance::default()
        });
        let refused = supervisor.command("words", rebalance).await.unwrap_err();
        assert_eq!(refused.code, "missing-secrets");
        assert!(!refused.message.contains("DOOR"), "{}", refused.message);
    }
    is_active(&supervisor, "words").await;
}

#[tokio::test(start_paused = true)]
async fn a_second_supervisor_and_a_damaged_store() {
    let machine = Machine::new();
    let supervisor = machine.with_topology("words").await;
    let refused = machine.try_start().await.unwrap_err().to_string();
    assert!(refused.contains("another supervisor (process"), "{refused}");
    is_active(&supervisor, "words").await;
    supervisor.shutdown(Duration::ZERO).await;

    let path = machine.data.store();
    let sound = std::fs::read(&path).unwrap();
    let damaged = &sound[..sound.len() / 2];
    std::fs::write(&path, damaged).unwrap();
    let refused = machine.try_start().await.unwrap_err().to_string();
    assert!(refused.contains("store.redb is damaged"), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), damaged, "it was not changed");

    // As the message says: moved away, and submitted again.
    std::fs::remove_file(&path).unwrap();
    assert!(machine.processes.alive("words").is_empty());
    machine.processes.numbers_begin_again();
    let supervisor = machine.start().await;
    supervisor.submit(submit("words")).await.unwrap();
    is_active(&supervisor, "words").await;
}
