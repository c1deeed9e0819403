//! Connections that break.

use std::time::Duration;

use stormcell_links::{Address, MemoryNetwork};
use tokio::time::{Instant, sleep};

use crate::support::{Worker, address, bit, incarnation, owed, rest, rows};

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_is_sent_again_once() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    for n in 0..1000 {
        one.send(1, &[n]);
        if n % 10 == 0 {
            tokio::task::yield_now().await;
            network.cut(&address(one.me), &address(other.me));
        }
    }
    rest().await;
    assert_eq!(other.rows(), (0..1000).collect::<Vec<_>>());
    assert_eq!((one.count(1).0, other.count(0).1), (1000, 1000));
    assert!(one.record(|record| record.died.is_empty()));
    other.take_all();
    rest().await;
    assert_eq!(one.record(|record| record.taken[&5].0), 1000);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_fails_for_long_kills_nobody() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    rest().await;
    network.part(&address(one.me), &address(other.me));
    assert_eq!(one.send(1, &[1]), bit(other.me));
    sleep(Duration::from_secs(3600)).await;
    assert!(other.rows().is_empty());
    assert!(one.record(|record| record.died.is_empty()));
    network.join(&address(one.me), &address(other.me));
    let joined = Instant::now();
    while other.rows().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    assert!(joined.elapsed() < Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn a_slow_network_only_delays() {
    let network = MemoryNetwork::new();
    network.delay(Duration::from_millis(300));
    let (one, other) = Worker::pair(&network).await;
    one.send(1, &[1]);
    sleep(Duration::from_millis(299)).await;
    assert!(other.rows().is_empty());
    sleep(Duration::from_millis(2)).await;
    assert_eq!(other.rows(), [1]);
}

#[tokio::test(start_paused = true)]
async fn frames_longer_than_any_buffer_arrive_even_if_cut() {
    let network = MemoryNetwork::new();
    let (one, other) = Worker::pair(&network).await;
    // About 5 MB each.
    let numbers: Vec<u64> = (0..200_000).collect();
    for part in 0..3u64 {
        let numbers: Vec<u64> = numbers.iter().map(|n| n + part * 200_000).collect();
        one.links.link(1).send_rows(rows(&numbers));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        network.cut(&address(one.me), &address(other.me));
    }
    rest().await;
    assert_eq!(other.rows(), (0..600_000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn one_that_asks_for_another_is_refused_and_told_why() {
    use stormcell_links::Network;
    use stormcell_links::codec::{Hello, LENGTH, Refused};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let network = MemoryNetwork::new();
    let one = Worker::start(&network, incarnation(0, 1)).await;
    let stranger = network.at(Address::Supervisor);
    for (topology, from, to, why) in [
        (
            "test",
            incarnation(1, 2),
            incarnation(0, 9),
            "looked for worker 0 (incarnation 9)",
        ),
        ("other", incarnation(1, 2), one.me, "of topology other"),
        ("test", one.me, one.me, "this is worker 0"),
    ] {
        let mut stream = stranger.connect(address(one.me)).await.unwrap();
        let topology = topology.to_owned();
        let hello = Hello { topology, from, to };
        stream.write_all(&hello.encode().unwrap()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let refused = Refused::decode(&answer[LENGTH..]).unwrap();
        assert!(refused.reason.contains(why), "{}", refused.reason);
    }
    // Noise is cut off, and everybody else is served.
    for noise in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 64], &[1, 0, 0, 0, 2]] {
        let mut stream = stranger.connect(address(one.me)).await.unwrap();
        stream.write_all(noise).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
    }
    assert!(one.record(|record| record.up.is_empty()));
    let other = Worker::start(&network, incarnation(1, 2)).await;
    other.links.peers(&[one.me]);
    other.links.link(0).send_owed(owed(3));
    rest().await;
    assert_eq!(one.record(|record| record.owed.clone()), [3]);
}
