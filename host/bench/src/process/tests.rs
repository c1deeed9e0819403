#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use super::*;

const LONG: Duration = Duration::from_secs(60);

fn shell(script: &str) -> Program {
    Program::new("test", "sh", &Cancel::default()).args(["-c", script])
}

fn message(result: Result<Finished, BenchError>) -> String {
    result.unwrap_err().to_string()
}

/// Whether a process is there and has not ended.
fn is_alive(id: &str) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with('Z')
    })
}

/// CPU time that a shell spends in about this many milliseconds on a quiet machine.
const BUSY: &str = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";

#[test]
fn what_is_printed_is_kept() {
    let finished = shell("echo one; echo two; echo odd >&2").run().unwrap();
    assert_eq!(finished.stdout, "one\ntwo\n");
    assert_eq!(finished.stderr, "odd\n");
    assert!(finished.status.success());
    assert!(finished.elapsed < LONG);
}

#[test]
fn an_output_longer_than_a_pipe_is_read_while_it_runs() {
    let finished = shell("seq 100000").run().unwrap();
    assert_eq!(finished.stdout.lines().count(), 100_000);
}

#[test]
fn a_failure_shows_the_command_its_status_and_the_end_of_its_errors() {
    let failed = message(shell("echo why >&2; exit 3").run());
    assert_eq!(
        failed,
        "test: `sh -c 'echo why >&2; exit 3'` exit status: 3\nwhy\n"
    );
    let failed = message(shell("echo why; exit 3").run());
    assert!(failed.ends_with("exit status: 3\nwhy\n"), "{failed}");
    let failed = message(shell("kill -9 $$").run());
    assert!(failed.contains("signal: 9"), "{failed}");
}

#[test]
fn a_program_that_is_missing_is_named_with_how_to_install_it() {
    let program = Program::new("storm", "no-such-program", &Cancel::default());
    let failed = message(program.hint("install `no-such`").run());
    assert_eq!(
        failed,
        "`storm` needs `no-such-program`, which is not in PATH; install `no-such`"
    );
}

#[test]
fn one_that_does_not_end_is_killed_with_what_it_started() {
    let mut running = shell("setsid sleep 1000 & echo $!; sleep 1000")
        .limit(Duration::from_millis(300))
        .start()
        .unwrap();
    let elsewhere = running.line(LONG).unwrap().unwrap();
    let started = Instant::now();
    let failed = message(running.wait());
    assert!(failed.contains("did not end within 300.0ms"), "{failed}");
    assert!(started.elapsed() < LONG);
    assert!(!is_alive(&elsewhere));
}

#[test]
fn nothing_outlives_one_that_is_dropped() {
    let mut running = shell("sleep 1000 & echo $!; setsid sleep 1000 & echo $!; wait")
        .start()
        .unwrap();
    let ids = [(); 2].map(|()| running.line(LONG).unwrap().unwrap());
    assert!(ids.iter().all(|id| is_alive(id)));
    // As if a look had come in between, as one does every 50 ms.
    running.usage();
    drop(running);
    assert!(!ids.iter().any(|id| is_alive(id)));
}

#[test]
fn an_orphan_that_is_left_is_killed() {
    let finished = shell("sleep 1000 & echo $!").run().unwrap();
    assert!(!is_alive(finished.stdout.trim()));
}

#[test]
fn a_server_is_asked_to_end() {
    let mut running =
        shell("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done")
            .start()
            .unwrap();
    running.line_where(LONG, |line| line == "ready").unwrap();
    running.check().unwrap();
    let finished = running.stop(LONG).unwrap();
    assert_eq!(finished.stdout, "bye\n");
    assert_eq!(finished.status.code(), Some(7));
}

#[test]
fn a_server_that_does_not_listen_is_killed() {
    let mut running = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done")
        .start()
        .unwrap();
    running.line(LONG).unwrap();
    let finished = running.stop(Duration::from_millis(100)).unwrap();
    assert!(!finished.status.success());
}

#[test]
fn a_server_that_has_ended_is_noticed() {
    let mut running = shell("echo ready").start().unwrap();
    assert_eq!(running.line(LONG).unwrap().unwrap(), "ready");
    let failed = running.line_where(LONG, |line| line == "more").unwrap_err();
    assert!(failed.to_string().contains("closed its output"), "{failed}");
    while running.check().is_ok() {
        std::thread::yield_now();
    }
    assert!(running.stop(LONG).unwrap().status.success());
}

#[test]
fn silence_has_a_limit() {
    let mut running = shell("sleep 1000").start().unwrap();
    let failed = running.line(Duration::from_millis(20)).unwrap_err();
    assert!(
        failed.to_string().contains("printed nothing for 20.0ms"),
        "{failed}"
    );
}

#[test]
fn a_cancelled_benchmark_waits_for_nothing() {
    let cancel = Cancel::default();
    let program = || Program::new("test", "sleep", &cancel).arg("1000");
    let running = program().start().unwrap();
    cancel.cancel();
    assert!(running.wait().unwrap_err().is_cancelled());
    assert!(program().start().unwrap_err().is_cancelled());
}

#[test]
fn cpu_time_is_that_of_the_whole_tree() {
    let one = shell(BUSY).run().unwrap().usage.cpu;
    assert!(one > Duration::ZERO);
    // Two children, one of them waited for and one in a session of its own.
    let both = shell(&format!("({BUSY}); setsid sh -c '{BUSY}' & wait"))
        .run()
        .unwrap();
    assert!(
        both.usage.cpu > one.mul_f64(1.4),
        "{:?} and {one:?}",
        both.usage.cpu
    );
    let idle = shell("sleep 0.2").run().unwrap();
    assert!(idle.usage.cpu < one);
}

#[test]
fn cpu_time_of_an_orphan_counts_as_well() {
    // The parent of the busy one is gone, so nobody of the tree waits for it.
    let script = format!("(({BUSY}; echo done; exec sleep 1000) &)");
    let mut running = shell(&format!("{script}; sleep 1000")).start().unwrap();
    running.line(LONG).unwrap();
    let busy = running.usage().cpu;
    assert!(busy > Duration::ZERO);
    let finished = running.stop(LONG).unwrap();
    assert!(finished.usage.cpu >= busy);
}

#[test]
fn memory_is_the_sum_at_one_moment() {
    let grown = "x=$(head -c 20000000 /dev/zero | tr '\\0' x); echo $$; sleep 1000";
    let mut running = shell("sh -c \"$0\" & sh -c \"$0\" & wait")
        .arg(grown)
        .start()
        .unwrap();
    let resident: u64 = [(); 2]
        .map(|()| {
            let id = running.line(LONG).unwrap().unwrap();
            let statm = fs::read_to_string(format!("/proc/{id}/statm")).unwrap();
            let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
            pages * rustix::param::page_size() as u64
        })
        .iter()
        .sum();
    assert!(resident > 40_000_000, "{resident}");
    // A second look at those that are new.
    running.usage();
    let peak = running.usage().peak_memory;
    assert!(peak >= resident, "{peak} and {resident}");
}
