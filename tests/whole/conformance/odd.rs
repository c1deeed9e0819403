//! What only JavaScript can throw, log and emit, and what its promises do: the bolt in
//! `tests/conformance/javascript/odd`. A row at fault fails alone, all text is whole, and
//! the instance lives on.

use stormcell_batch::Value;
use stormcell_sandbox::LogLevel;

use super::bolt::{Bolt, Call};
use super::language::{Language, odd_bolt};
use super::outcome::{Fate::Acked, Fate::Failed, rows};
use super::row::{Row, row};

/// The names in `values.js`.
const ODD: [&str; 34] = [
    "null prototype",
    "undefined",
    "null",
    "symbol",
    "BigInt",
    "function",
    "class",
    "negative zero",
    "huge text",
    "half a pair",
    "half a pair as key",
    "plain object",
    "cycle",
    "deep",
    "deep lists",
    "deep causes",
    "errors in causes",
    "cycle of causes",
    "cycle through an object",
    "AggregateError in itself",
    "getters that throw",
    "parts of other types",
    "toString that throws",
    "toString of no text",
    "tag that throws",
    "a proxy that throws",
    "a revoked proxy",
    "an error of a proxy",
    "a stack in one line",
    "a false Map",
    "a long list",
    "a sparse list",
    "many keys",
    "an invalid Date",
];

fn odd() -> Bolt {
    Bolt::of(Language::JavaScript, odd_bolt(), |spec| {
        spec.grants.stdout = true;
        // All that is logged is to be seen, however quickly it comes.
        spec.limits.log_bytes = 1 << 30;
    })
}

fn alive() -> Row {
    row("then").text("alive")
}

/// Sends a row between two that are well, which must be acked and emit.
#[track_caller]
fn fails_alone(bolt: &mut Bolt, sent: Row) -> Call {
    let call = bolt.send(&[alive(), sent, alive()]);
    let expected = rows([Acked, Failed, Acked])
        .note("alive", &[call.row(0)])
        .note("alive", &[call.row(2)]);
    call.is(&expected);
    call
}

#[test]
fn whatever_is_thrown_fails_its_row_alone() {
    let mut bolt = odd();
    for name in ODD {
        fails_alone(&mut bolt, row("odd").text(name));
        fails_alone(&mut bolt, row("fail-odd").text(name));
    }
}

#[test]
fn what_can_be_said_of_what_is_thrown_is_said() {
    let mut bolt = odd();
    for (name, texts) in [
        ("plain object", &["code: 7", "quota exceeded"][..]),
        ("null prototype", &["null prototype"]),
        (
            "cycle of causes",
            &["Error: loop", "values.js", "see above"],
        ),
        (
            "AggregateError in itself",
            &["many", "with Error: one", "with two"],
        ),
        ("half a pair", &["ok \u{fffd}"]),
    ] {
        let call = fails_alone(&mut bolt, row("odd").text(name));
        call.failed_with(call.row(1), texts);
    }
}

#[test]
fn whatever_is_logged_fails_no_row() {
    let mut bolt = odd();
    for name in ODD {
        println!("{name}");
        let call = bolt.send(&[alive(), row("log-odd").text(name), alive()]);
        let expected = rows([Acked; 3])
            .note("alive", &[call.row(0)])
            .note("alive", &[call.row(2)]);
        call.is(&expected);
        assert!(!bolt.said.take().logs.is_empty(), "{name}");
    }
}

#[test]
fn what_json_cannot_say_fails_its_row_alone() {
    let mut bolt = odd();
    for (name, text) in [
        ("undefined", "got nothing"),
        ("function", "a function"),
        ("cycle", "in itself at .self[0]"),
        ("deep", "in 128 others"),
        ("deep lists", "in 128 others"),
        ("a sparse list", "undefined (use null for no value) at [0]"),
        ("an invalid Date", "an invalid Date"),
        ("a promise", "an object (Promise)"),
        ("deep causes", "an object (Error) (use its message)"),
    ] {
        let call = fails_alone(&mut bolt, row("emit-odd").text(name));
        call.failed_with(call.row(1), &[text]);
    }
    let call = bolt.send(&[row("json")]);
    let json = "{\"big\":1180591620717411303424,\"zero\":-0,\"half\":\"\\ud83d\",\
                \"at\":\"1970-01-01T00:00:00.000Z\"}";
    call.is(&rows([Acked]).values(&[Value::Json(json.to_owned())], &[call.row(0)]));
}

#[test]
fn half_a_surrogate_pair_leaves_as_a_replacement() {
    let mut bolt = odd();
    let call = fails_alone(&mut bolt, row("half"));
    call.failed_with(call.row(1), &["Error: ok \u{fffd}", "odd.js"]);
    let said = bolt.said.take();
    let logs: Vec<&str> = said.logs.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(logs, ["cut to ok \u{fffd}", "{ half: \"ok \u{fffd}\" }"]);
    assert_eq!(said.stdout, "ok \u{fffd}\n".as_bytes());
    assert_eq!(odd_bolt().description.summary, "odd bolt: half \u{fffd}");
}

#[test]
fn the_console_is_complete() {
    let mut bolt = odd();
    bolt.send(&[row("console")]).is(&rows([Acked]));
    let logs = bolt.said.take().logs;
    let found: Vec<(LogLevel, &str)> = logs.iter().map(|(l, t)| (*l, t.as_str())).collect();
    let inside = found[1].1;
    assert!(inside.starts_with("{ e: [Error: inside at "), "{inside}");
    assert!(inside.contains("odd.js:"), "{inside}");
    assert!(
        inside.ends_with(", m: Map(1) { 1 => 2 }, u: undefined }"),
        "{inside}"
    );
    assert_eq!(
        found,
        [
            (LogLevel::Info, "a is 1, { b: 2 }"),
            (LogLevel::Info, inside),
            (LogLevel::Error, "Assertion failed: no"),
            (LogLevel::Info, "default: 1"),
            (LogLevel::Info, "outer"),
            (LogLevel::Warn, "  inner"),
            (LogLevel::Info, "┌─────────┬───┐"),
            (LogLevel::Info, "│ (index) │ a │"),
            (LogLevel::Info, "├─────────┼───┤"),
            (LogLevel::Info, "│ 0       │ 1 │"),
            (LogLevel::Info, "└─────────┴───┘"),
            (LogLevel::Info, "default: 0 ms"),
        ]
    );
}

#[test]
fn microtasks_run_before_a_row_is_done() {
    let mut bolt = odd();
    let sent = ["waits", "then", "queued", "all"].map(|command| row(command).text(command));
    let call = bolt.send(&sent);
    let expected = rows([Acked; 4])
        .note("waits", &[call.row(0)])
        .note("first", &[call.row(0)])
        .note("second", &[call.row(0)])
        .note("then", &[call.row(1)])
        .note("queued", &[call.row(2)])
        .note("one two", &[call.row(3)]);
    call.is(&expected);
}

#[test]
fn a_rejection_and_a_promise_that_stays_pending_fail_their_row_alone() {
    let mut bolt = odd();
    for (command, text) in [
        ("rejects", "Error: because I say so"),
        ("rejects-unseen", "Error: because I say so"),
        ("never", "process returned a promise that is still pending"),
        (
            "awaits-never",
            "process returned a promise that is still pending",
        ),
        (
            "awaits-never-unseen",
            "process has left something that waits for a promise",
        ),
    ] {
        let call = fails_alone(&mut bolt, row(command).text("because I say so"));
        call.failed_with(call.row(1), &[text]);
    }
}
