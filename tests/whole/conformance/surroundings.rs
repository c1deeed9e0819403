//! What a bolt asks of its host and is told by it: log, output, figures,
//! configuration, its place in the topology, ticks, the end.

use serde_json::json;
use stormcell_sandbox::{CloseReason, LogLevel};

use super::bolt::{Batch, Bolt, one_batch};
use super::language::Language;
use super::outcome::{Fate::Acked, rows};
use super::recorder::Said;
use super::row::{columns, row};

in_every_language![
    log_lines_reach_the_host,
    output_is_shown_if_that_is_granted,
    output_goes_nowhere_otherwise,
    figures_are_counted,
    the_configuration_is_seen,
    rows_and_tasks_have_their_place,
    a_tick_emits_unanchored,
    ticks_leave_kept_rows_alone,
    a_finished_bolt_emits_unanchored,
    a_stopped_bolt_emits_unanchored,
];

fn log_lines_reach_the_host(language: Language) {
    let mut bolt = Bolt::new(language);
    for text in ["a line", "", "100 % {} ${x} 🦀"] {
        bolt.send(&[row("log").text(text)]).is(&rows([Acked]));
        let expected = Said {
            logs: vec![(LogLevel::Info, text.to_owned())],
            ..Said::default()
        };
        assert_eq!(bolt.said.take(), expected, "{language}: `log` of {text:?}");
    }
}

fn output_is_shown_if_that_is_granted(language: Language) {
    let mut bolt = Bolt::with(language, |spec| spec.grants.stdout = true);
    let long = "🦀".repeat(5_000);
    for text in ["a line", "", &long] {
        bolt.send(&[row("print").text(text)]).is(&rows([Acked]));
        let expected = Said {
            stdout: format!("{text}\n").into_bytes(),
            ..Said::default()
        };
        assert_eq!(bolt.said.take(), expected, "{language}: `print`");
    }
    let sent = ["one", "two"].map(|text| row("print").text(text));
    bolt.send(&sent).is(&rows([Acked; 2]));
    let found = bolt.said.take().stdout;
    assert_eq!(found, b"one\ntwo\n", "{language}: `print` twice in a call");
}

fn output_goes_nowhere_otherwise(language: Language) {
    let mut bolt = Bolt::new(language);
    bolt.send(&[row("print").text("a line")]).is(&rows([Acked]));
    let said = bolt.said.take();
    assert_eq!(said, Said::default(), "{language}: `print` without a grant");
}

fn figures_are_counted(language: Language) {
    let mut bolt = Bolt::new(language);
    bolt.send(&[row("count"), row("count")])
        .is(&rows([Acked; 2]));
    let expected = Said {
        counts: vec![("conformance.rows".to_owned(), 2); 2],
        gauges: vec![("conformance.gauge".to_owned(), 1.5); 2],
        ..Said::default()
    };
    assert_eq!(bolt.said.take(), expected, "{language}: `count`");
}

fn the_configuration_is_seen(language: Language) {
    let greetings = [
        (json!({"greeting": "hello 🦀\n"}), "hello 🦀\n"),
        (json!({"greeting": ""}), ""),
        (json!({}), "no greeting"),
        (serde_json::Value::Null, "no greeting"),
    ];
    for (config, greeting) in greetings {
        let mut bolt = Bolt::with(language, |spec| spec.config = config);
        let call = bolt.send(&[row("config")]);
        call.is(&rows([Acked]).note(greeting, &[call.row(0)]));
    }
}

fn rows_and_tasks_have_their_place(language: Language) {
    let mut bolt = Bolt::new(language);
    let other = Batch {
        input: 1,
        source_task: 2,
        columns: columns(&[row("context")]),
    };
    let call = bolt.send_batches("`context`", [one_batch(&[row("context")]), other]);
    let expected = rows([Acked; 2])
        .note(
            "under-test task 5 (2 of 3) from lines/default of task 1",
            &[call.row(0)],
        )
        .note(
            "under-test task 5 (2 of 3) from extra/side-stream of task 2",
            &[call.row(1)],
        );
    call.is(&expected);
}

fn a_tick_emits_unanchored(language: Language) {
    let mut bolt = Bolt::new(language);
    for now in [0, 1_700_000_000_123_456] {
        bolt.tick(now).is(&rows([]).note("tick", &[]));
    }
}

fn ticks_leave_kept_rows_alone(language: Language) {
    let mut bolt = Bolt::new(language);
    let kept = bolt.send(&[row("keep")]);
    bolt.tick(1).is(&rows([]).note("tick", &[]));
    let joined = bolt.send(&[row("join")]);
    let expected = rows([Acked])
        .note("joined 1", &[kept.row(0), joined.row(0)])
        .earlier(&[kept.row(0)], Acked);
    joined.is(&expected);
}

fn a_finished_bolt_emits_unanchored(language: Language) {
    let mut bolt = Bolt::new(language);
    let expected = rows([]).note("closed finished", &[]);
    bolt.close(CloseReason::Finished).is(&expected);
}

fn a_stopped_bolt_emits_unanchored(language: Language) {
    let mut bolt = Bolt::new(language);
    bolt.send(&[row("keep"), row("raise").text("x")]);
    let expected = rows([]).note("closed stopped", &[]);
    bolt.close(CloseReason::Stopped).is(&expected);
}
