//! A bolt that traps, never returns or grows without end is stopped, and what its
//! instance may use is what its task was given.

use std::time::Duration;

use stormcell_sandbox::FaultKind;
use stormcell_topology::Limits;

use super::bolt::Bolt;
use super::echo::full;
use super::language::Language;
use super::outcome::{Fate::Acked, Fate::Failed, rows};
use super::row::row;

in_every_language![
    a_trap_ends_the_instance,
    a_call_without_end_is_stopped,
    memory_is_bounded,
    calls_leave_no_memory_behind,
];

/// Another instance of the same component works as before.
fn another_one_lives(language: Language) {
    let call = Bolt::new(language).send(&[row("note").text("alive")]);
    call.is(&rows([Acked]).note("alive", &[call.row(0)]));
}

fn a_trap_ends_the_instance(language: Language) {
    let mut bolt = Bolt::new(language);
    let fault = bolt.fault(row("trap"));
    let kind = match language {
        // It has no other trap than to recurse without end.
        Language::JavaScript => FaultKind::Stack,
        Language::Python | Language::Rust => FaultKind::Trap,
    };
    assert_eq!(fault.kind, kind, "{language}: `trap`: {fault}");
    assert!(
        !fault.backtrace.is_empty(),
        "{language}: `trap`: the functions that were being called are unknown: {fault}"
    );
    bolt.expect_dead();
    another_one_lives(language);
}

fn a_call_without_end_is_stopped(language: Language) {
    let mut bolt = Bolt::with(language, |spec| {
        spec.limits = Limits {
            call_time: Duration::from_millis(300),
            ..Limits::default()
        };
    });
    let fault = bolt.fault(row("spin"));
    assert_eq!(
        fault.kind,
        FaultKind::CpuTime,
        "{language}: `spin`: {fault}"
    );
    assert!(
        fault.message.contains("300ms") && fault.message.contains("limits.call-time"),
        "{language}: `spin`: expected the limit and how it is called, found: {fault}"
    );
    // Of an interpreter the engine sees only the interpreter's own functions.
    let method = match language {
        Language::Python => "`execute` calls ConformanceBolt.process at bolt/conformance_bolt.py:",
        Language::JavaScript => "`execute` calls ConformanceBolt.process at bolt.js:48",
        Language::Rust => "",
    };
    assert!(
        fault.message.contains(method),
        "{language}: `spin`: expected the author's method, found: {fault}"
    );
    bolt.expect_dead();
    another_one_lives(language);
}

/// Where running out of memory is an exception, the row fails and the instance
/// lives; elsewhere it ends.
fn memory_is_bounded(language: Language) {
    let mut bolt = Bolt::with(language, |spec| {
        spec.limits = Limits {
            memory: 64 << 20,
            ..Limits::default()
        };
    });
    match language {
        Language::Rust => {
            let fault = bolt.fault(row("grow"));
            assert_eq!(fault.kind, FaultKind::Memory, "{language}: `grow`: {fault}");
            assert!(
                fault.message.contains("64 MiB") && fault.message.contains("limits.memory"),
                "{language}: `grow`: expected the limit and how it is called, found: {fault}"
            );
            bolt.expect_dead();
        }
        Language::Python | Language::JavaScript => {
            for _ in 0..2 {
                let call = bolt.send(&[row("grow")]);
                call.is(&rows([Failed]));
                call.failed_with(call.row(0), &["emory", language.bolt_file()]);
            }
            let call = bolt.send(&[row("note").text("alive")]);
            call.is(&rows([Acked]).note("alive", &[call.row(0)]));
        }
    }
    another_one_lives(language);
}

/// After some calls an instance has the memory that it needs, however many follow.
fn calls_leave_no_memory_behind(language: Language) {
    let mut bolt = Bolt::new(language);
    let mut sent: Vec<_> = (0..200).map(|n| full("echo", n)).collect();
    sent.extend([row("keep"), row("raise").text("x"), row("bad-type")]);
    sent.extend([row("keep"), row("join"), row("fail").text("x")]);
    let calls = |count| {
        for _ in 0..count {
            bolt.send(&sent);
        }
        bolt.memory()
    };
    assert_memory_settles(language, calls);
}

/// Fails if the memory of an instance goes on to grow with its calls: `calls` makes so many, and
/// returns how much there is. A heap may need its last page late, when its pieces happen to lie
/// badly; what is left behind by each call needs one after the other.
pub(super) fn assert_memory_settles(language: Language, mut calls: impl FnMut(u32) -> u64) {
    let mut seen = vec![calls(100)];
    for _ in 0..4 {
        seen.push(calls(400));
        if let [.., before, after] = seen[..]
            && before == after
        {
            return;
        }
    }
    panic!("{language}: bytes of memory after 100 calls, and after 400 more each time: {seen:?}");
}
