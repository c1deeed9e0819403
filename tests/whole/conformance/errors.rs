//! A row at fault fails alone, with a reason that helps; the instance lives on.

use super::bolt::{Bolt, Call};
use super::echo::full;
use super::language::Language;
use super::outcome::{Fate::Acked, Fate::Failed, Fate::Kept, rows};
use super::row::row;

in_every_language![
    an_exception_fails_its_row,
    a_value_of_a_wrong_type_fails_its_row,
    a_null_where_none_may_be_fails_its_row,
    an_unknown_stream_fails_its_row,
    an_unknown_command_fails_its_row,
    rows_at_fault_fail_alone,
    kept_rows_survive_errors,
    errors_are_many,
];

/// The reason that each faulty command fails for, in part.
fn expect_reason(language: Language, call: &Call, row: u32, command: &str) {
    let texts: &[&str] = match command {
        "raise" => &["because I say so 🦀", language.bolt_file()],
        "bad-type" | "bad-null" => &["notes", "note", "expected text"],
        "bad-stream" => &["nowhere"],
        other => &[other],
    };
    call.failed_with(call.row(row), texts);
}

fn fails(language: Language, command: &'static str) {
    let mut bolt = Bolt::new(language);
    for _ in 0..3 {
        let call = bolt.send(&[row(command).text("because I say so 🦀")]);
        call.is(&rows([Failed]));
        expect_reason(language, &call, 0, command);
    }
    let call = bolt.send(&[row("note").text("alive")]);
    call.is(&rows([Acked]).note("alive", &[call.row(0)]));
}

fn an_exception_fails_its_row(language: Language) {
    fails(language, "raise");
}

fn a_value_of_a_wrong_type_fails_its_row(language: Language) {
    fails(language, "bad-type");
}

fn a_null_where_none_may_be_fails_its_row(language: Language) {
    fails(language, "bad-null");
}

fn an_unknown_stream_fails_its_row(language: Language) {
    fails(language, "bad-stream");
}

fn an_unknown_command_fails_its_row(language: Language) {
    fails(language, "nonsense");
}

fn rows_at_fault_fail_alone(language: Language) {
    let mut bolt = Bolt::new(language);
    let echo = full("echo", 1);
    let sent = [
        row("note").text("first"),
        row("raise").text("because I say so 🦀"),
        echo.clone(),
        row("bad-type"),
        row("bad-null"),
        row("note").text("middle"),
        row("bad-stream"),
        row("raise").text("because I say so 🦀"),
        echo.clone(),
    ];
    let call = bolt.send(&sent);
    let expected = rows([
        Acked, Failed, Acked, Failed, Failed, Acked, Failed, Failed, Acked,
    ])
    .values(&echo.values, &[call.row(2)])
    .values(&echo.values, &[call.row(8)])
    .note("first", &[call.row(0)])
    .note("middle", &[call.row(5)]);
    call.is(&expected);
    for row in [1, 3, 4, 6, 7] {
        expect_reason(language, &call, row, sent[row as usize].command);
    }
}

fn kept_rows_survive_errors(language: Language) {
    let mut bolt = Bolt::new(language);
    let kept = bolt.send(&[row("keep")]);
    kept.is(&rows([Kept]));
    for command in ["raise", "bad-type", "bad-null", "bad-stream", "fail"] {
        let call = bolt.send(&[row(command).text("because I say so 🦀")]);
        call.is(&rows([Failed]));
    }
    let together = bolt.send(&[row("raise").text("x"), row("keep"), row("bad-type")]);
    together.is(&rows([Failed, Kept, Failed]));
    let joined = bolt.send(&[row("join"), row("raise").text("x")]);
    let kept = [kept.row(0), together.row(1)];
    let anchors = [kept[0], kept[1], joined.row(0)];
    let expected = rows([Acked, Failed])
        .note("joined 2", &anchors)
        .earlier(&kept, Acked);
    joined.is(&expected);
}

/// Nothing of a row at fault stays behind, however many there are.
fn errors_are_many(language: Language) {
    let mut bolt = Bolt::new(language);
    let sent = vec![row("raise").text("again"); 300];
    let call = bolt.send(&sent);
    call.is(&rows([Failed; 300]));
    let call = bolt.send(&[row("note").text("alive")]);
    call.is(&rows([Acked]).note("alive", &[call.row(0)]));
}
