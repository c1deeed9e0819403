//! How a supervisor stops: with its workers, without them, and at once.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::place::{Place, until};
use crate::processes::Worker;
use crate::topology::{KEEPING, STUCK, TICKING};

#[test]
fn workers_end_with_it_and_are_there_again_with_the_next() {
    let place = Place::new();
    let mut server = place.serve(&[]);
    place.submit(TICKING);
    let before = place.workers();
    let url = place.url();
    assert!(!url.ends_with(":0"), "port 0 is any that is free: {url}");
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), Some(0));
    let said = server.said();
    assert!(
        said.contains(&format!("the supervisor listens at {url}\n")),
        "{said}"
    );
    assert!(
        said.ends_with(
            "stopping: rows in flight have 10 s to settle; once more stops at once\nstopped\n"
        ),
        "{said}"
    );
    assert_eq!(place.workers(), []);
    assert!(!place.data.url().exists());
    place.client(&["list"]).assert(
        69,
        &format!(
            "error: no supervisor answers at {0}: start one with `stormcell serve --data {0}`",
            place.data.path().display()
        ),
    );

    let server = place.serve(&[]);
    place.goes_on();
    assert!(
        place
            .workers()
            .iter()
            .all(|worker| worker.incarnation > before[1].incarnation)
    );
    server.stop();
}

#[test]
fn workers_can_be_kept() {
    let place = Place::new();
    let mut server = place.serve(&["--keep-workers"]);
    place.submit(TICKING);
    let before = place.workers();
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), Some(0));
    let said = server.said();
    assert!(
        said.ends_with("stopping; workers go on\nstopped\n"),
        "{said}"
    );
    assert_eq!(place.workers(), before);
    let server = place.serve(&[]);
    place.goes_on();
    assert_eq!(place.workers(), before);
    server.stop();
}

#[test]
fn the_second_signal_stops_it_at_once_and_workers_go_on() {
    let place = Place::new();
    let mut server = place.serve(&["--stop-wait", "1h"]);
    place.submit(KEEPING);
    let before = place.workers();
    server.signal(Signal::TERM);
    until("it is stopping", || {
        server.said().contains("stopping: ").then_some(())
    });
    assert_eq!(server.ended(), None, "rows in flight are waited for");
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), Some(130));
    assert_eq!(place.workers(), before);
    // As if it had been killed: another one goes on with what is there, or with new runs
    // of those that were about to end.
    let _server = place.serve(&[]);
    let after = place.all_up();
    let latest = |workers: &[Worker]| workers.iter().map(|worker| worker.incarnation).max();
    assert!(latest(&after) >= latest(&before));
}

#[test]
fn a_bolt_that_is_stuck_does_not_hold_it_up_for_ever() {
    let place = Place::new();
    let mut server = place.serve(&["--stop-wait", "1s"]);
    place.submit(STUCK);
    let begin = Instant::now();
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), Some(0), "{}", server.said());
    assert_eq!(place.workers(), [], "{}", server.said());
    // As the systemd unit waits, and no longer than the call itself might have taken.
    assert!(
        begin.elapsed() < Duration::from_secs(60),
        "{:?}",
        begin.elapsed()
    );
    let _server = place.serve(&[]);
    place.all_up();
}
