//! Connections between workers that break.

use std::time::Duration;

use tokio::time::sleep;

use super::super::machine::Machine;
use super::super::simulation::{now, simulate};
use super::super::topology::TIMEOUT_SECONDS;
use super::{ROWS, busy, finishes_untouched};

/// A hundred megabytes in one call, to tasks of two workers, and what the host says of a
/// component that may not return so much.
#[test]
fn a_burst_of_large_rows_arrives_whole() {
    let burst = |limits: &str| {
        format!(
            "
name: simulated
config: {{ message-timeout: 60s }}
spouts:
  - {{ id: source, component: source, config: {{ rows: 1 }} }}
bolts:
  - {{ id: keeps-it-going, component: hold, tick: 3s, config: {{ release: 1 }} }}
  - {{ id: bursts, component: relay, tick: 1s, config: {{ burst: [1000, 100000] }}{limits} }}
  - {{ id: count, component: count, parallelism: 2 }}
streams:
  - {{ from: source, to: keeps-it-going, grouping: {{ type: shuffle }} }}
  - {{ from: source, to: bursts, grouping: {{ type: shuffle }} }}
  - {{ from: bursts, to: count, grouping: {{ type: shuffle }} }}
"
        )
    };
    for (limits, arrive) in [
        (", limits: { memory: 512MiB, output-bytes: 256MiB }", true),
        ("", false),
    ] {
        let text = burst(limits);
        simulate(async move || {
            let machine = Machine::with(&text, 2).await;
            let detail = machine.until_finished().await;
            let report = detail.report.expect("there is a last report");
            let component = |id: &str| {
                let mut components = report.components.iter();
                components.find(|component| component.id == id).unwrap()
            };
            assert_eq!((report.trees.acked, report.trees.failed), (1, 0));
            let (bursts, count) = (component("bursts"), component("count"));
            if arrive {
                // Two more ticks of one row, and the row of the spout.
                assert!(
                    (1_001..=1_004).contains(&count.rows_in),
                    "{}",
                    count.rows_in
                );
                assert_eq!((bursts.restarts, count.refused), (0, 0));
            } else {
                assert!(count.rows_in < 10, "{}", count.rows_in);
                let errors = &bursts.errors;
                let message = &errors.first().expect("it is told").message;
                assert!(message.contains("tick failed"), "{errors:?}");
                assert!(message.contains("limits."), "{errors:?}");
            }
        });
    }
}

/// Tasks of two workers, of which one is slow: nothing is lost, and what waits is bounded.
#[test]
fn a_slow_task_beside_others_loses_nothing_whatever_the_grouping() {
    for grouping in ["shuffle", "local-or-shuffle", "none"] {
        let text = format!(
            "
name: simulated
config: {{ message-timeout: 1h, max-pending: null }}
spouts:
  - id: source
    component: source
    config: {{ rows: 20000, tracking: ids, again: true, tell: true }}
    grants: {{ stdout: true }}
bolts:
  - {{ id: slow, component: relay, parallelism: 2, config: {{ wait: 10, slow-task: 0 }} }}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: slow, grouping: {{ type: {grouping} }} }}
  - {{ from: slow, to: print, grouping: {{ type: global }} }}
"
        );
        simulate(async move || {
            let mut machine = Machine::with(&text, 2).await;
            machine
                .until("all is acked", async |machine| {
                    let detail = machine.detail().await;
                    if let Some(report) = detail.report {
                        let slow = report.components.iter().find(|c| c.id == "slow");
                        // Before the first heartbeat nothing is known of it.
                        let queued = slow.map_or(0, |slow| slow.queued);
                        assert!(queued <= 2 * (2 * 2_048 + 2 * 512), "{grouping}: {queued}");
                    }
                    machine.checker.acked() == 20_000
                })
                .await;
            finishes_untouched(&mut machine, 20_000).await;
        });
    }
}

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
