//! A topology that has finished, and dead letters of it that are asked for.

use std::time::Duration;

use stormcell_coordinator::{Command, Event};
use stormcell_protocol::api::{Kill, Status};
use stormcell_protocol::control::SpoutMode;
use stormcell_protocol::record::{Closing, Desired};

use crate::cluster::{Cluster, time};

const SECOND: Duration = Duration::from_secs(1);

/// One that has finished.
fn finished() -> Cluster {
    let mut cluster = Cluster::up(2);
    cluster.world.ended = true;
    cluster.until(10 * SECOND, |c| c.is_whole() && c.stored.is_over());
    cluster.closed.clear();
    cluster
}

/// It was asked for dead letters, and has processed all of them.
fn replayed(cluster: &mut Cluster) {
    cluster.until(30 * SECOND, |c| {
        c.world.letters == 0 && c.is_whole() && c.stored.is_over()
    });
}

#[test]
fn it_runs_once_more_without_its_sources_and_says_what_came_of_them() {
    let mut cluster = finished();
    let before = cluster.stored.last_report.clone().unwrap();
    // Sources that would be read again would not end.
    cluster.world.ended = false;
    cluster.world.letters = 70;
    cluster.until(10 * SECOND, |c| c.modes() == [SpoutMode::Active; 2]);
    assert!(
        cluster
            .processes
            .values()
            .all(|process| process.replay_only)
    );
    assert_eq!(cluster.status(), Some(Status::Finished));
    assert_eq!(cluster.operation(), "replaying dead letters");
    replayed(&mut cluster);
    assert_eq!(cluster.processed, 70);
    assert_eq!(cluster.operation(), "");
    let closed: Vec<&str> = cluster.closed.iter().map(|(c, _)| c.as_str()).collect();
    assert_eq!(closed.last(), Some(&"count"), "its bolts are closed again");
    let after = cluster.stored.last_report.clone().unwrap();
    assert_eq!(after.replayed_letters.processed, 70);
    assert_eq!(after.trees.emitted, before.trees.emitted);
    assert_eq!(cluster.detail().report, Some(after));
    let shown = cluster.detail().summary.replayed_letters.unwrap();
    assert_eq!(shown.processed, 70);

    // And again.
    cluster.world.letters = 5;
    replayed(&mut cluster);
    let after = cluster.stored.last_report.clone().unwrap();
    assert_eq!(after.replayed_letters.processed, 75);
    assert_eq!(after.trees.emitted, before.trees.emitted);
}

#[test]
fn whoever_dies_meanwhile_no_letter_is_forgotten() {
    for (worker, supervisor) in [(true, false), (false, true), (true, true)] {
        let mut cluster = finished();
        cluster.world.letters = 70;
        cluster.until(10 * SECOND, |c| c.processed > 3);
        if worker {
            cluster.kill_worker(0);
        }
        if supervisor {
            cluster.kill_supervisor();
            cluster.run(SECOND / 10);
            cluster.start_supervisor();
        }
        replayed(&mut cluster);
        assert_eq!(cluster.processed, 70);
    }
}

#[test]
fn a_supervisor_that_dies_while_it_is_closed_again_leaves_it_to_the_next() {
    let mut cluster = finished();
    cluster.world.letters = 3;
    cluster.until(10 * SECOND, |c| c.stored.closing == Some(Closing::Finished));
    cluster.kill_supervisor();
    cluster.run(SECOND);
    cluster.start_supervisor();
    replayed(&mut cluster);
    assert_eq!(cluster.stored.desired, Desired::Finished);
}

#[test]
fn it_can_be_killed_meanwhile_and_refuses_everything_else() {
    let mut cluster = finished();
    cluster.world.letters = 1_000;
    cluster.until(10 * SECOND, |c| c.processed > 3);
    let refused = cluster.ask(SECOND, Command::Activate).unwrap_err();
    assert_eq!(refused.code, "conflict");
    cluster.ask(SECOND, Command::Kill(Kill::default())).unwrap();
    cluster.until(20 * SECOND, |c| c.removed);
    assert!(cluster.world.letters > 0, "they stay, and are asked for");
}

#[test]
fn one_that_runs_or_is_stopped_takes_no_notice() {
    let mut cluster = Cluster::up(2);
    let asked = |cluster: &mut Cluster| {
        let now = time(cluster.now);
        let coordinator = cluster.coordinator.as_mut().unwrap();
        let _ = coordinator.handle(now, Event::LettersAsked);
        assert!(!coordinator.record().replaying);
    };
    asked(&mut cluster);
    cluster.world.ended = true;
    cluster.until(10 * SECOND, |c| c.is_whole() && c.stored.is_over());
    let wait = Duration::ZERO;
    cluster.ask(SECOND, Command::Suspend { wait }).unwrap();
    asked(&mut cluster);
}
