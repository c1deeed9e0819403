use stormcell_protocol::control::{FromWorker, LinkCount, ToWorker};

use super::*;

fn worker(worker: u32) -> WorkerIncarnation {
    let number = worker + 10;
    WorkerIncarnation { worker, number }
}

fn probe(links: &[(u32, u64, u64)]) -> Probe {
    let links = links.iter().map(|&(peer, sent, received)| LinkCount {
        peer: worker(peer),
        sent,
        received,
    });
    Probe {
        idle: true,
        settled: true,
        ended: false,
        links: links.collect(),
    }
}

/// Answers round after round, and says after which nothing is left to do.
fn quiet_after(calm: Calm, rounds: &[&[Probe]]) -> Option<usize> {
    let mut quiet = Quiet::new(calm);
    let (mut requests, mut out) = (Requests::default(), Vec::new());
    for (number, round) in rounds.iter().enumerate() {
        let now = PROBE_PAUSE * u32::try_from(number).unwrap_or(u32::MAX);
        let asking: Vec<Asking> = (0..)
            .zip(round.iter())
            .map(|(id, _)| Asking {
                worker: worker(id),
                connected: true,
            })
            .collect();
        assert!(!quiet.go_on(now, &asking, &mut requests, &mut out));
        for action in out.drain(..) {
            let Action::Tell(to, message) = action else {
                panic!("{action:?}");
            };
            let ToWorker::Request { id, request } = *message else {
                panic!("{message:?}");
            };
            assert_eq!(request, Request::Probe);
            let result = Ok(Reply::Probed(round[to.worker as usize].clone()));
            let reply = FromWorker::Reply { id, result };
            let FromWorker::Reply { id, result } = reply else {
                continue;
            };
            requests.reply(to, id, result);
        }
        if quiet.go_on(now, &asking, &mut requests, &mut out) {
            return Some(number + 1);
        }
        out.clear();
    }
    None
}

#[test]
fn two_rounds_that_are_the_same_are_needed() {
    let calm = [probe(&[(1, 5, 3)]), probe(&[(0, 3, 5)])];
    assert_eq!(quiet_after(Calm::Settled, &[&calm]), None);
    assert_eq!(quiet_after(Calm::Settled, &[&calm, &calm]), Some(2));
}

#[test]
fn rows_that_passed_between_the_rounds_are_seen_by_the_counts() {
    let first = [probe(&[(1, 5, 3)]), probe(&[(0, 3, 5)])];
    let second = [probe(&[(1, 6, 3)]), probe(&[(0, 3, 6)])];
    let rounds: &[&[Probe]] = &[&first, &second, &second];
    assert_eq!(quiet_after(Calm::Settled, rounds), Some(3));
}

#[test]
fn what_was_sent_and_not_received_is_on_its_way() {
    for links in [
        [probe(&[(1, 5, 3)]), probe(&[(0, 3, 4)])],
        [probe(&[(1, 5, 3)]), probe(&[(0, 2, 5)])],
        [probe(&[]), probe(&[(0, 1, 0)])],
        [probe(&[(1, 1, 0)]), probe(&[])],
    ] {
        let rounds: &[&[Probe]] = &[&links, &links, &links];
        assert_eq!(quiet_after(Calm::Settled, rounds), None);
    }
}

#[test]
fn what_went_to_the_dead_is_not_on_its_way() {
    let alive = [probe(&[(7, 5, 1)]), probe(&[(7, 0, 9)])];
    assert_eq!(quiet_after(Calm::Settled, &[&alive, &alive]), Some(2));
}

#[test]
fn what_must_hold_must_hold_everywhere() {
    let calm = probe(&[]);
    let busy = Probe {
        idle: false,
        ..calm.clone()
    };
    let unsettled = Probe {
        settled: false,
        ..calm.clone()
    };
    let ended = Probe {
        ended: true,
        ..calm.clone()
    };
    for (needs, other, expected) in [
        (Calm::Idle, &busy, None),
        (Calm::Idle, &unsettled, Some(2)),
        (Calm::Settled, &unsettled, None),
        (Calm::Ended, &calm, None),
        (Calm::Ended, &ended, Some(2)),
    ] {
        let round = [ended.clone(), other.clone()];
        let rounds: &[&[Probe]] = &[&round, &round];
        assert_eq!(quiet_after(needs, rounds), expected, "{needs:?}");
    }
}

#[test]
fn a_worker_that_is_replaced_between_the_rounds_begins_it_anew() {
    let one = [probe(&[])];
    let two = [probe(&[]), probe(&[])];
    let rounds: &[&[Probe]] = &[&one, &two, &two];
    assert_eq!(quiet_after(Calm::Settled, rounds), Some(3));
}
