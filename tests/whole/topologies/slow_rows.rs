//! Rows that take long, or much: a call has as many as its component works on in a moment and
//! with a part of its limits, so limits of a call are those of a few rows, and nothing waits
//! for a long one.

use super::harness::{Case, Ran, errors};

/// `rows` rows through a bolt with this configuration and these limits, to one that prints them.
fn through(config: &str, limits: &str, rows: u64) -> Case {
    of("relay", config, limits, rows)
}

/// The same through a bolt that takes memory for each row until its call ends.
fn taking(config: &str, limits: &str, rows: u64) -> Case {
    of("raw", config, limits, rows)
}

fn of(component: &str, config: &str, limits: &str, rows: u64) -> Case {
    Case::new(format!(
        "
name: slow-rows
config: {{ message-timeout: 100s, max-replays: 0 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows} }} }}
bolts:
  - id: slow
    component: {component}
    config: {config}
    grants: {{ clock: real }}
    limits: {limits}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: slow, grouping: {{ type: shuffle }} }}
  - {{ from: slow, to: print, grouping: {{ type: global }} }}
"
    ))
}

/// All rows came through, each once.
fn each_came_through(ran: &Ran, rows: i64) {
    assert_eq!(ran.numbers("print"), (0..rows).collect::<Vec<_>>());
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (rows as u64, 0));
    assert_eq!(trees.replayed, 0);
}

/// Sixty rows of 20 ms were one call, which came to its limit, was searched for a row at fault
/// that it did not have, and lost what its instances had counted.
#[test]
fn rows_that_compute_for_long_are_given_once_and_end_no_instance() {
    let ran = through("{ work: 20000 }", "{ call-time: 200ms }", 60).run_parallel();
    each_came_through(&ran, 60);
    let slow = ran.component("slow");
    assert_eq!((slow.restarts, slow.rows_in), (0, 60));
    assert_eq!(errors(slow), "");
}

#[test]
fn rows_that_wait_for_long_are_given_once_and_end_no_instance() {
    let ran = through("{ wait: 20 }", "{ host-time: 200ms }", 60).run_parallel();
    each_came_through(&ran, 60);
    let slow = ran.component("slow");
    assert_eq!((slow.restarts, slow.rows_in), (0, 60));
    assert_eq!(errors(slow), "");
}

/// Until then they came in calls of a thousand, and nobody could know.
#[test]
fn rows_that_are_slow_all_of_a_sudden_end_one_instance_and_the_limit_is_named() {
    let config = "{ work: 20000, slow-from: 3000 }";
    let ran = through(config, "{ call-time: 200ms }", 3_060).run_parallel();
    each_came_through(&ran, 3_060);
    let slow = ran.component("slow");
    let errors = errors(slow);
    // None, if the first of them happened to come at the end of a call.
    assert!(slow.restarts <= 1, "{errors}");
    if slow.restarts == 1 {
        for expected in [
            "all of them went well in smaller calls",
            "limits.call-time",
            "200ms",
        ] {
            assert!(errors.contains(expected), "{errors}");
        }
    }
}

#[test]
fn a_row_that_takes_too_long_alone_fails_alone() {
    // Ten times as long as it may, since it is the time of the clock, and others compute as well.
    let config = "{ work: 2000000, slow-from: 99 }";
    let ran = through(config, "{ call-time: 200ms }", 100).run_parallel();
    assert_eq!(ran.numbers("print"), (0..99).collect::<Vec<_>>());
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (99, 1));
    let errors = errors(ran.component("slow"));
    assert!(errors.contains("limits.call-time"), "{errors}");
    assert!(!errors.contains("went well"), "{errors}");
}

/// A call of a thousand went over the limit, although none of its rows did; after each that went
/// well, calls became as large again, until the task was quarantined.
#[test]
fn rows_that_need_much_memory_are_given_once_and_end_no_instance() {
    let ran = taking("{ take: 2097152 }", "{ memory: 64MiB }", 3_000).run();
    each_came_through(&ran, 3_000);
    let slow = ran.component("slow");
    assert_eq!((slow.restarts, slow.rows_in), (0, 3_000));
    assert_eq!(errors(slow), "");
}

#[test]
fn rows_that_need_much_memory_all_of_a_sudden_end_one_instance_and_the_limit_is_named() {
    let config = "{ take: 2097152, take-from: 5000 }";
    let ran = taking(config, "{ memory: 64MiB }", 8_000).run();
    each_came_through(&ran, 8_000);
    let slow = ran.component("slow");
    let errors = errors(slow);
    assert_eq!(slow.restarts, 1, "{errors}");
    for expected in [
        "all of them went well in smaller calls",
        "limits.memory",
        "64 MiB",
    ] {
        assert!(errors.contains(expected), "{errors}");
    }
}

/// Where running out of memory is an exception, as in Python, the rows at which it came to that
/// failed for good, although none of them needs more than there is.
#[test]
fn rows_that_fail_because_others_took_the_memory_are_tried_again_without_them() {
    let config = "{ soft: true, take: 2097152, take-from: 5000 }";
    let ran = taking(config, "{ memory: 64MiB }", 8_000).run();
    each_came_through(&ran, 8_000);
    let slow = ran.component("slow");
    let errors = errors(slow);
    assert_eq!((slow.restarts, slow.failed), (0, 0), "{errors}");
    assert!(errors.contains("went well in smaller calls"), "{errors}");
    assert!(errors.contains("limits.memory"), "{errors}");
}

#[test]
fn a_row_that_fails_because_there_is_never_enough_memory_fails_alone() {
    let config = "{ soft: true, huge-at: 4000 }";
    let ran = taking(config, "{ memory: 64MiB }", 5_000).run();
    let expected: Vec<i64> = (0..5_000).filter(|i| *i != 4_000).collect();
    assert_eq!(ran.numbers("print"), expected);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (4_999, 1));
    let errors = errors(ran.component("slow"));
    assert!(errors.contains("there is no memory"), "{errors}");
    assert!(!errors.contains("went well"), "{errors}");
}

/// It is found, and calls are as large as before.
#[test]
fn a_row_that_needs_too_much_memory_alone_fails_alone() {
    let ran = taking("{ huge-at: 4000 }", "{ memory: 64MiB }", 8_000).run();
    let expected: Vec<i64> = (0..8_000).filter(|i| *i != 4_000).collect();
    assert_eq!(ran.numbers("print"), expected);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (7_999, 1));
    let slow = ran.component("slow");
    assert!(errors(slow).contains("limits.memory"), "{}", errors(slow));
    assert!(slow.restarts <= 3, "{}", slow.restarts);
}

#[test]
fn rows_that_return_much_all_of_a_sudden_end_one_instance_and_the_limit_is_named() {
    let config = "{ long: 100000, slow-from: 5000 }";
    let ran = through(config, "{ output-bytes: 8MiB, memory: 512MiB }", 6_000).run();
    each_came_through(&ran, 6_000);
    let slow = ran.component("slow");
    let errors = errors(slow);
    assert_eq!(slow.restarts, 1, "{errors}");
    assert!(errors.contains("went well in smaller calls"), "{errors}");
    assert!(errors.contains("limits.output-bytes"), "{errors}");
}

/// However deep the stack is, it is that of one row.
#[test]
fn a_row_that_calls_without_end_fails_alone_and_the_stack_is_named() {
    let ran = through("{ recurse: [4000] }", "{ memory: 64MiB }", 5_000).run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (4_999, 1));
    let errors = errors(ran.component("slow"));
    assert!(errors.contains("stack"), "{errors}");
}

/// Ticks were made when all rows of a call were worked on.
#[test]
fn ticks_come_between_slow_rows() {
    let ran = Case::new(
        "
name: slow-rows
config: { message-timeout: 100s, max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 60 } }
bolts:
  - id: slow
    component: relay
    tick: 100ms
    config: { work: 20000 }
    grants: { clock: real }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
  - { from: slow, to: print, grouping: { type: global } }
",
    )
    .run_parallel();
    let ticks = ran.numbers("print").iter().filter(|&&i| i == -1).count();
    assert!(ticks >= 5, "{ticks} in more than a second");
    assert_eq!(ran.report().trees.acked, 60);
}
