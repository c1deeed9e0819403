//! Incarnations that come and go.

use std::time::Duration;

use stormcell_acking::Touched;
use stormcell_links::{MemoryNetwork, Network as _, Stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use crate::support::{NO_TASK, Worker, address, bit, incarnation, owed, rest, rows, rows_for};

#[tokio::test(start_paused = true)]
async fn rows_and_acks_arrive_in_order_and_are_counted() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    for n in 0..100 {
        assert_eq!(one.send(1, &[2 * n, 2 * n + 1]), bit(other.me));
        one.links.link(1).send_owed(owed(n));
    }
    other.send(0, &[7]);
    rest().await;
    assert_eq!(other.rows(), (0..200).collect::<Vec<_>>());
    let received = other.record(|record| record.owed.clone());
    assert_eq!(received, (0..100).collect::<Vec<_>>());
    assert_eq!(one.rows(), [7]);
    assert_eq!((one.count(1), other.count(0)), ((200, 1), (1, 200)));
    assert_eq!(one.links.waiting_rows(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_sender_hears_of_rows_as_they_are_taken() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    let sent = rows(&[1, 2, 3, 4]);
    let bytes = sent.batch.columns.bytes();
    one.links.link(1).send_rows(sent);
    rest().await;
    let taken = || one.record(|record| record.taken.get(&5).copied());
    assert_eq!(taken(), None, "they wait in the mailbox");
    let mut credit = other.record(|record| record.credits.pop().unwrap());
    credit.taken(1);
    rest().await;
    assert_eq!(taken(), Some((1, bytes / 4)));
    let part = credit.split(2);
    drop(credit);
    rest().await;
    assert_eq!(taken().unwrap().0, 2);
    drop(part);
    rest().await;
    assert_eq!(taken(), Some((4, bytes)));
}

#[tokio::test(start_paused = true)]
async fn rows_that_nobody_wants_are_dropped_and_count_as_taken_and_received() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    one.links.link(1).send_rows(rows_for(NO_TASK, &[1, 2]));
    rest().await;
    assert!(other.rows().is_empty());
    let taken = one.record(|record| record.taken[&NO_TASK]);
    assert_eq!(taken.0, 2);
    assert_eq!(other.count(0).1, 1);
}

#[tokio::test(start_paused = true)]
async fn rows_wait_for_a_worker_that_is_not_known_and_are_then_sent_late() {
    let network = MemoryNetwork::new();
    let one = Worker::start(&network, incarnation(0, 1)).await;
    assert_eq!(one.send(1, &[1, 2]), Touched::NONE);
    assert_eq!(one.send(1, &[3]), Touched::NONE);
    one.links.link(1).send_owed(owed(4));
    rest().await;
    assert_eq!(one.links.waiting_rows(), 3);
    let other = Worker::start(&network, incarnation(1, 2)).await;
    one.links.peers(&[other.me]);
    assert_eq!(one.links.waiting_rows(), 0);
    assert_eq!(one.send(1, &[4]), bit(other.me));
    rest().await;
    assert_eq!(other.rows(), [1, 2, 3, 4]);
    assert_eq!(other.record(|record| record.owed.clone()), [4]);
    let late = one.record(|record| record.late.clone());
    assert_eq!(late, [1, 2, 3].map(|root| (root, bit(other.me))));
    assert_eq!(one.record(|record| record.up.clone()), [other.me]);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_gone_is_noticed_at_once_and_what_it_had_counts_as_taken() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    one.send(1, &[1, 2]);
    rest().await;
    let (dead, links) = (other.me, other.links);
    let killed = tokio::time::Instant::now();
    drop(links);
    while one.record(|record| record.died.is_empty()) {
        tokio::task::yield_now().await;
        assert!(killed.elapsed() < std::time::Duration::from_millis(10));
    }
    assert_eq!(one.record(|record| record.died.clone()), [dead]);
    assert_eq!(one.record(|record| record.taken[&5].0), 2);
    assert!(one.links.counts().is_empty());
    // The supervisor says the same later, and nothing happens twice.
    assert_eq!(one.send(1, &[3]), Touched::NONE);
    one.links.peers(&[one.me]);
    one.links.peers(&[one.me, dead]);
    rest().await;
    assert_eq!(one.record(|record| record.died.clone()), [dead]);
    assert_eq!(one.links.waiting_rows(), 1);
    let next = Worker::start(&network, incarnation(1, 3)).await;
    one.links.peers(&[one.me, next.me]);
    rest().await;
    assert_eq!(next.rows(), [3], "not those of the dead one");
    assert_eq!(one.record(|record| record.up.clone()), [dead, next.me]);
}

#[tokio::test(start_paused = true)]
async fn an_incarnation_that_is_not_listed_any_more_is_dead_and_its_rows_are_refused() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    one.links.peers(&[one.me]);
    assert_eq!(one.record(|record| record.died.clone()), [other.me]);
    // It lives on without knowing it.
    other.send(0, &[1]);
    rest().await;
    assert!(one.rows().is_empty());
    assert!(other.record(|record| record.died.is_empty()));
    assert_eq!(one.record(|record| record.up.len()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_later_incarnation_that_connects_means_that_the_earlier_is_dead() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    // Nobody can tell by its address.
    network.part(&address(one.me), &address(other.me));
    let next = Worker::start(&network, incarnation(1, 3)).await;
    next.links.peers(&[one.me]);
    next.send(0, &[1]);
    rest().await;
    assert_eq!(one.rows(), [1]);
    assert_eq!(one.record(|record| record.died.clone()), [other.me]);
    assert_eq!(one.send(1, &[2]), bit(next.me));
    // A list that is older than its connection does not kill it.
    one.links.peers(&[one.me]);
    one.links.peers(&[one.me, other.me]);
    rest().await;
    assert_eq!(next.rows(), [2]);
    assert_eq!(one.record(|record| record.died.clone()), [other.me]);
    // One that was listed does die with a list without it.
    one.links.peers(&[one.me, next.me]);
    one.links.peers(&[one.me]);
    assert_eq!(
        one.record(|record| record.died.clone()),
        [other.me, next.me]
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_links_that_are_dropped() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    one.send(1, &[1]);
    rest().await;
    let link = one.links.link(1);
    let (me, recorder) = (one.me, std::sync::Arc::downgrade(&one.recorder));
    drop(one);
    rest().await;
    assert!(!network.listens(&address(me)));
    assert!(recorder.upgrade().is_none(), "a task is left");
    assert_eq!(link.send_rows(rows(&[2])), Touched::NONE);
    assert_eq!(link.waiting_rows(), 0);
    drop(other);
    rest().await;
    let metrics = tokio::runtime::Handle::current().metrics();
    assert_eq!(metrics.num_alive_tasks(), 0);
}

/// What a connection brings until it ends.
async fn to_the_end(mut stream: Box<dyn Stream>, said: &[u8]) -> Vec<u8> {
    stream.write_all(said).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

#[tokio::test(start_paused = true)]
async fn who_does_not_say_who_he_is_is_cut_off() {
    let network = MemoryNetwork::new();
    let one = Worker::start(&network, incarnation(0, 1)).await;
    let stranger = network.at(address(incarnation(9, 1)));
    for (said, seconds) in [
        // Nothing, half a length, and lengths of four gigabytes and of a frame.
        (&b""[..], 10),
        (b"\x10\0", 10),
        (b"\xff\xff\xff\xff", 0),
        (b"\0\0\0\x10", 0),
        (b"\x40\0\0\0\x01\x02", 10),
    ] {
        let begin = Instant::now();
        let stream = stranger.connect(address(one.me)).await.unwrap();
        assert_eq!(to_the_end(stream, said).await, b"", "{said:?}");
        assert_eq!(begin.elapsed().as_secs(), seconds, "{said:?}");
    }
    assert!(one.record(|record| record.up.is_empty()), "nobody came");
}

/// Strangers have a number of places, and for a time.
#[tokio::test(start_paused = true)]
async fn silent_connections_keep_nobody_out() {
    let network = MemoryNetwork::new();
    let one = Worker::start(&network, incarnation(0, 1)).await;
    let stranger = network.at(address(incarnation(9, 1)));
    let mut silent = Vec::new();
    for _ in 0..2_000 {
        silent.push(stranger.connect(address(one.me)).await.unwrap());
    }
    let other = Worker::start(&network, incarnation(1, 2)).await;
    one.links.peers(&[one.me, other.me]);
    other.links.peers(&[one.me, other.me]);
    one.take_all();
    other.send(0, &[1, 2, 3]);
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(one.rows(), [1, 2, 3]);
    assert!(one.record(|record| record.died.is_empty()));
}
