//! Values of every type go through a component and come out as they were.

use std::iter::repeat_n;

use stormcell_batch::Value;

use super::bolt::{Batch, Bolt, one_batch};
use super::cell::Cell;
use super::language::Language;
use super::outcome::{Fate, Outcome, rows};
use super::row::{Row, columns, row};

in_every_language![
    nulls,
    booleans,
    integers,
    floats,
    texts,
    long_texts,
    byte_strings,
    timestamps,
    jsons,
    integers_in_json_keep_all_digits,
    a_text_with_the_separator_among_others,
    batches_of_any_size,
    batches_of_two_sources_in_one_call,
    slices_of_larger_columns,
    twice,
];

/// A row with a value of each type.
pub(super) fn full(command: &'static str, n: i64) -> Row {
    row(command)
        .with(Value::Bool(n % 2 == 0))
        .with(Value::Int(n))
        .with(Value::Float(n as f64 / 4.0))
        .with(Value::Text(format!("text {n} 🦀")))
        .with(Value::Bytes(n.to_le_bytes().to_vec()))
        .with(Value::Timestamp(1_700_000_000_000_000 + n))
        .with(Value::Json(format!("{{\"n\":{n}}}")))
}

/// What rows with the command `echo` come to, the first of which has this handle.
fn echoed(sent: &[Row], handles: &[u32]) -> Outcome {
    let expected = rows(repeat_n(Fate::Acked, sent.len()));
    sent.iter()
        .zip(handles)
        .fold(expected, |expected, (row, handle)| {
            expected.values(&row.values, &[*handle])
        })
}

/// Sends a row for each value, once each alone and then all in one batch.
fn echoes(language: Language, values: impl IntoIterator<Item = Value>) {
    let sent: Vec<Row> = values
        .into_iter()
        .map(|value| row("echo").with(value))
        .collect();
    let mut bolt = Bolt::new(language);
    for row in &sent {
        let call = bolt.send(std::slice::from_ref(row));
        call.is(&echoed(std::slice::from_ref(row), &call.handles()));
    }
    let call = bolt.send(&sent);
    call.is(&echoed(&sent, &call.handles()));
}

fn nulls(language: Language) {
    let mut bolt = Bolt::new(language);
    let sent = [row("echo"), full("echo", 1), row("echo")];
    for some in [&sent[..1], &sent[..], &sent[1..]] {
        let call = bolt.send(some);
        call.is(&echoed(some, &call.handles()));
    }
}

fn booleans(language: Language) {
    echoes(language, [true, false, true].map(Value::Bool));
}

/// The ends of the ranges in which numbers are exact in one language or the other.
const INTEGERS: [i64; 20] = [
    0,
    1,
    -1,
    255,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    i32::MIN as i64,
    i32::MIN as i64 - 1,
    u32::MAX as i64,
    u32::MAX as i64 + 1,
    (1 << 53) - 1,
    1 << 53,
    (1 << 53) + 1,
    -(1 << 53) + 1,
    -(1 << 53),
    -(1 << 53) - 1,
    i64::MAX - 1,
    i64::MAX,
    i64::MIN + 1,
    i64::MIN,
];

fn integers(language: Language) {
    echoes(language, INTEGERS.map(Value::Int));
}

fn floats(language: Language) {
    let floats = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        f64::EPSILON,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        2.225_073_858_507_201e-308,
        f64::MAX,
        f64::MIN,
        9_007_199_254_740_993.0,
        1e16,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        -f64::NAN,
    ];
    echoes(language, floats.map(Value::Float));
}

fn texts(language: Language) {
    let texts = [
        "",
        " ",
        "a",
        "null",
        "tab\tline\nreturn\r\n\u{7f}",
        "quotes ' \" \\ ` and ${braces} %s {}",
        "grüße, 漢字, שלום, नमस्ते",
        "🦀",
        "👩‍👩‍👧‍👦 and 🏳️‍🌈",
        "e\u{301} is not \u{e9}",
        "\u{feff}a byte order mark",
        "\u{ffff}\u{10ffff}\u{e000}\u{fffd}",
        "\u{0}",
        "\u{0}\u{0}",
        "a\u{0}b",
        "\u{0}a",
        "a\u{0}",
    ];
    echoes(language, texts.map(|text| Value::Text(text.to_owned())));
}

fn long_texts(language: Language) {
    let texts = ["a", "é", "🦀", "a\u{0}"].map(|text| text.repeat(300_000));
    echoes(language, texts.map(Value::Text));
}

fn byte_strings(language: Language) {
    let every: Vec<u8> = (0..=255).collect();
    let strings = [
        vec![],
        vec![0],
        vec![0, 0, 0],
        vec![0xff, 0xfe, 0xc0],
        b"text".to_vec(),
        every.repeat(2_000),
        every,
    ];
    echoes(language, strings.map(Value::Bytes));
}

fn timestamps(language: Language) {
    // The first and the last microsecond of the years 1 to 9999, and their neighbours.
    const YEAR_1: i64 = -62_135_596_800_000_000;
    const YEAR_10000: i64 = 253_402_300_800_000_000;
    let times = [
        0,
        1,
        -1,
        999_999,
        -999_999,
        1_700_000_000_123_456,
        YEAR_1,
        YEAR_1 - 1,
        YEAR_10000 - 1,
        YEAR_10000,
        (1 << 53) + 1,
        i64::MAX,
        i64::MIN,
    ];
    echoes(language, times.map(Value::Timestamp));
}

fn jsons(language: Language) {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let texts = [
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "1.5e300",
        "-2.5e-3",
        r#""""#,
        r#""a\u0000b""#,
        r#""\ud83e\udd80 🦀""#,
        // Half of a pair: JSON can say it, Unicode cannot.
        r#""\ud800""#,
        "[]",
        "{}",
        r#"[null, true, {"a": []}, [[1, 2], "x"]]"#,
        r#"{ "b": 1, "a": { "c": null } , "": 2, "2": 3, "1": 4 }"#,
        r#"{"__proto__": {"x": 1}, "constructor": 2, "toString": 3}"#,
        &deep,
    ];
    echoes(language, texts.map(|text| Value::Json(text.to_owned())));
}

/// Compared as text: two numbers that a float cannot tell apart are not the same.
fn integers_in_json_keep_all_digits(language: Language) {
    let texts = [
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551615",
        "123456789012345678901234567890",
        r#"{"a":[-9007199254740993,{"b":9223372036854775807}]}"#,
    ];
    let mut bolt = Bolt::new(language);
    let sent = texts.map(|text| row("echo").with(Value::Json(text.to_owned())));
    let call = bolt.send(&sent);
    call.is(&echoed(&sent, &call.handles()));
    let found = &call.found().emitted;
    let found = found.iter().map(|row| match row.values.last() {
        Some(Cell(Value::Json(text))) => text.as_str(),
        _ => "",
    });
    assert_eq!(
        found.collect::<Vec<_>>(),
        texts,
        "{language}: integers in JSON"
    );
}

/// Text crosses joined by U+0000 where the component wants it so, and otherwise in a
/// batch in which a value contains it.
fn a_text_with_the_separator_among_others(language: Language) {
    let mut bolt = Bolt::new(language);
    let plain = ["one", "", "two"].map(|text| row("echo").text(text));
    let mut mixed = plain.to_vec();
    mixed.insert(1, row("echo").text("with \u{0} inside"));
    mixed.push(row("echo"));
    for sent in [&plain[..], &mixed, &plain, &mixed[..2]] {
        let call = bolt.send(sent);
        call.is(&echoed(sent, &call.handles()));
    }
}

fn batches_of_any_size(language: Language) {
    let mut bolt = Bolt::new(language);
    for size in [1, 2, 1_000, 1] {
        let sent: Vec<Row> = (0..size).map(|n| full("echo", n)).collect();
        let call = bolt.send(&sent);
        call.is(&echoed(&sent, &call.handles()));
    }
}

fn batches_of_two_sources_in_one_call(language: Language) {
    let mut bolt = Bolt::new(language);
    let sent: Vec<Row> = (0..6).map(|n| full("echo", n)).collect();
    let mut batches = vec![one_batch(&sent[..2])];
    for (input, source_task, rows) in [(1, 2, &sent[2..3]), (0, 9, &sent[3..5]), (1, 2, &sent[5..])]
    {
        batches.push(Batch {
            input,
            source_task,
            columns: columns(rows),
        });
    }
    let call = bolt.send_batches("four batches of `echo`", batches);
    call.is(&echoed(&sent, &call.handles()));
}

/// Batches share the columns of larger ones: their arrays do not begin at 0.
fn slices_of_larger_columns(language: Language) {
    let mut bolt = Bolt::new(language);
    let mut sent: Vec<Row> = (0..20).map(|n| full("echo", n)).collect();
    sent[4] = row("echo");
    sent[11] = row("echo").text("");
    let whole = columns(&sent);
    for (start, len) in [(0, 20), (3, 5), (5, 1), (9, 11), (4, 1), (19, 1)] {
        let batch = Batch {
            columns: whole.slice(start, len),
            ..one_batch(&[])
        };
        let call = bolt.send_batches(
            &format!("`echo` of rows {start} to {}", start + len),
            [batch],
        );
        call.is(&echoed(&sent[start..start + len], &call.handles()));
    }
}

fn twice(language: Language) {
    let mut bolt = Bolt::new(language);
    let sent = [full("twice", 1), row("twice"), full("echo", 2)];
    let call = bolt.send(&sent);
    let expected = rows([Fate::Acked; 3])
        .values(&sent[0].values, &[call.row(0)])
        .values(&sent[0].values, &[call.row(0)])
        .values(&sent[1].values, &[call.row(1)])
        .values(&sent[1].values, &[call.row(1)])
        .values(&sent[2].values, &[call.row(2)]);
    call.is(&expected);
}
