//! Connections between workers that break.

use std::time::Duration;

use tokio::time::sleep;

use super::super::simulation::{now, simulate};
use super::super::topology::TIMEOUT_SECONDS;
use super::{ROWS, busy, finishes_untouched};

#[test]
fn nothing_is_lost_or_doubled_when_connections_break() {
    simulate(async || {
        let mut machine = busy().await;
        for _ in 0..10 {
            for (one, other) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
                let (one, other) = (machine.address(one), machine.address(other));
                machine.network.cut(&one, &other);
                sleep(Duration::from_millis(17)).await;
            }
        }
        assert!(machine.checker.acked() < ROWS as usize, "it was over");
        finishes_untouched(&mut machine, ROWS).await;
        assert_eq!(machine.processes.started(), 4);
    });
}

#[test]
fn workers_that_cannot_reach_each_other_wait() {
    simulate(async || {
        let mut machine = busy().await;
        let (relay, source) = (machine.address(0), machine.address(2));
        machine.network.part(&relay, &source);
        sleep(Duration::from_secs(5)).await;
        // By now all rows in flight wait for that connection.
        let acked = machine.checker.acked();
        sleep(Duration::from_secs(15)).await;
        assert_eq!(machine.checker.acked(), acked);
        machine.network.join(&relay, &source);
        let begin = now();
        machine.until_acked(acked + 100).await;
        assert!(now() - begin < Duration::from_secs(3));
        finishes_untouched(&mut machine, ROWS).await;
        assert_eq!(machine.processes.started(), 4);
    });
}

#[test]
fn what_cannot_be_sent_for_longer_than_the_time_out_fails() {
    simulate(async || {
        let mut machine = busy().await;
        let (relay, source) = (machine.address(0), machine.address(2));
        let parted = now();
        machine.network.part(&relay, &source);
        let timeout = Duration::from_secs(TIMEOUT_SECONDS);
        machine
            .until("rows fail", async |machine| {
                !machine.checker.failed().is_empty()
            })
            .await;
        // Rows were emitted until a moment after that.
        let after = now() - parted;
        assert!(after >= timeout, "{after:?}");
        assert!(after <= timeout * 2 + Duration::from_secs(1), "{after:?}");
        machine.network.join(&relay, &source);
        let (detail, _) = machine.finish(ROWS).await;
        assert!(detail.report.unwrap().trees.timed_out > 0);
        assert_eq!(machine.processes.started(), 4);
    });
}
