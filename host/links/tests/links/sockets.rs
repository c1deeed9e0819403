//! Links over local sockets.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_links::{Inbox, Links, LinksConfig, UnixNetwork};
use tokio::time::{Instant, sleep};

use crate::support::{Recorder, Worker, incarnation, rows};

async fn worker(folder: &std::path::Path, me: WorkerIncarnation) -> Worker {
    let recorder = Arc::new(Recorder::default());
    let links = Links::start(LinksConfig {
        topology: "test".to_owned(),
        me,
        network: Arc::new(UnixNetwork::new(folder).unwrap()),
        inbox: Arc::clone(&recorder) as Arc<dyn Inbox>,
    });
    let links = links.await.unwrap();
    Worker {
        me,
        links,
        recorder,
    }
}

/// Waits until something holds.
async fn until(holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        sleep(Duration::from_millis(1)).await;
        assert!(began.elapsed() < Duration::from_secs(60), "it never holds");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_flow_and_a_death_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let one = worker(folder.path(), incarnation(0, 1)).await;
    let other = worker(folder.path(), incarnation(1, 2)).await;
    one.links.peers(&[one.me, other.me]);
    other.links.peers(&[one.me, other.me]);
    other.take_all();
    for n in 0..20_000 {
        one.send(1, &[2 * n, 2 * n + 1]);
    }
    until(|| one.record(|record| record.taken.get(&5).is_some_and(|taken| taken.0 == 40_000)))
        .await;
    assert_eq!(other.rows(), (0..40_000).collect::<Vec<_>>());
    // Longer than a socket takes at once.
    let numbers: Vec<u64> = (40_000..240_000).collect();
    one.links.link(1).send_rows(rows(&numbers));
    until(|| other.record(|record| record.rows.len()) == 240_000).await;

    let dead = other.me;
    drop(other);
    until(|| one.record(|record| record.died.clone()) == [dead]).await;
    one.send(1, &[240_000]);
    let next = worker(folder.path(), incarnation(1, 3)).await;
    // It greets before the supervisor tells.
    next.links.peers(&[one.me, next.me]);
    until(|| next.rows() == [240_000]).await;
}
