#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn at<'a>(text: &'a str, document: &Document, pointer: &str) -> &'a str {
    &text[document.span(&Pointer::from_text(pointer))]
}

#[test]
fn every_part_has_a_place() {
    let text = "name: é x\nlist:\n  - id: one\n    more: {a: [1, 'two']}\n";
    let document = Document::read("t.yaml", text).unwrap();
    assert_eq!(at(text, &document, "/name"), "é x");
    assert_eq!(at(text, &document, "/list"), "list");
    assert_eq!(at(text, &document, "/list/0"), "id: one");
    assert_eq!(at(text, &document, "/list/0/more/a/1"), "'two'");
    assert_eq!(at(text, &document, "/list/0/more/b"), "more");
    assert_eq!(document.value["list"][0]["more"]["a"][0], 1);
}

#[test]
fn aliases_are_followed_and_shown_where_they_are_used() {
    let text = "a: &x {q: 1}\nb: *x\nc: {<<: *x, r: 2}\n";
    let document = Document::read("t.yaml", text).unwrap();
    assert_eq!(document.value["b"]["q"], 1);
    assert_eq!(document.value["c"]["q"], 1);
    assert_eq!(at(text, &document, "/b/q"), "*x");
}

#[test]
fn only_true_and_false_are_booleans() {
    let document = Document::read("t.yaml", "[yes, on, true, .inf]").unwrap();
    assert_eq!(
        document.value,
        serde_json::json!(["yes", "on", true, ".inf"])
    );
}

#[test]
fn keys_that_look_like_pointers_are_kept_apart() {
    let text = "a/b: 1\na: {b: 2}\n~0: 3\n";
    let document = Document::read("t.yaml", text).unwrap();
    assert_eq!(
        at(text, &document, Pointer::root().key("a/b").as_str()),
        "1"
    );
    assert_eq!(at(text, &document, "/a/b"), "2");
    assert_eq!(at(text, &document, Pointer::root().key("~0").as_str()), "3");
}

#[test]
fn what_is_too_deep_or_too_large_is_refused() {
    for text in [
        "[".repeat(10_000),
        "- ".repeat(10_000),
        "{a: ".repeat(10_000),
        "x".repeat(MAX_BYTES + 1),
    ] {
        let refused = Document::read("t.yaml", &text).unwrap_err();
        assert_eq!(refused.items()[0].code, Code::Syntax);
    }
}

#[test]
fn aliases_cannot_be_made_to_explode() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let many = format!("*a{}", i - 1);
        text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![many; 9].join(", ")));
    }
    assert!(Document::read("t.yaml", &text).is_err());
}

/// What is wrong with a text, and at which line.
fn refused(text: &str) -> (String, usize) {
    let refused = Document::read("t.yaml", text).unwrap_err();
    let item = &refused.items()[0];
    let line = refused.to_json()[0]["line"].as_u64().unwrap();
    (item.message.clone(), usize::try_from(line).unwrap())
}

#[test]
fn a_second_document_is_shown_where_it_begins() {
    for (text, line) in [
        ("a: 1\n---\nb: 1\n", 2),
        ("---\na: 1\n--- # x\nb: 1\n", 3),
        ("--- {a: 1}\n--- {b: 1}\n", 2),
        ("a: |\n  x\n---\nb: 1\n---\nc: 1\n", 3),
        ("a: 1\r\n---\r\nb: 1\r\n", 2),
        ("a: 1\n...\n---\nb: 1\n", 3),
        ("a: 1\r---\rb: 1\r", 2),
    ] {
        let (message, at) = refused(text);
        assert!(message.contains("more than one YAML document"), "{message}");
        assert_eq!(at, line, "{text}");
    }
}

#[test]
fn a_key_without_a_space_behind_it_is_shown_where_it_is() {
    for (text, line) in [
        ("name:crawl\nspouts:\n  - a\n", 1),
        ("a: 1\nb:\n  - id:x\n    c: 1\n", 3),
    ] {
        let refused = Document::read("t.yaml", text).unwrap_err();
        let shown = refused.to_string();
        assert!(shown.contains("has no space behind it"), "{shown}");
        assert!(shown.contains("write a space after the `:`"), "{shown}");
        let place = format!("{line} | {}", text.lines().nth(line - 1).unwrap());
        assert!(shown.contains(&place), "{shown}");
    }
    let refused = Document::read("t.yaml", "a: http://x\n b: 1\n").unwrap_err();
    assert!(
        !refused.to_string().contains("no space behind"),
        "{refused}"
    );
}

/// What people read names no function, type or option of Rust.
#[test]
fn what_is_refused_is_told_in_plain_words() {
    let deep = "- ".repeat(100);
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let many = vec![format!("*a{}", i - 1); 9].join(", ");
        bomb.push_str(&format!("a{i}: &a{i} [{many}]\n"));
    }
    for text in [
        "a: 1\n---\nb: 1\n",
        "a: *b\n",
        "a: &a [*a]\n",
        "a: {<<: 1}\n",
        "a: !!int x\n",
        "a: !!int 0010\n",
        "a: !!float x\n",
        "a: !!bool yes\n",
        "a: !!binary '%'\n",
        "a: !!binary /w==\n",
        "? [a]\n: 1\n",
        "{a: 1}: 2\n",
        "a: &x 1\na: 2\n",
        "a: [1\n",
        "a: \"x\n",
        "a: 'x' y\n",
        "a: @x\n",
        "a: `x`\n",
        "a: %x\n",
        "\ta: 1\n",
        "a:\n\t- 1\n",
        "a: 1\n b: 2\n",
        "a\nb: 1\n",
        "%YAML 3.0\n---\na: 1\n",
        "%FOO\na: 1\n",
        "a: {b: 1\nc: 2\n",
        "a: [b, c\nd: 2\n",
        "a: [b, c\n",
        "a: [b}\n",
        "a: b]]\n- c\n",
        "a: {b: [c}\n",
        "a: {b}}\n",
        "a: \"x\"#y\n",
        "a:\n  b: 1\n c: 2\n",
        "a:\n  - b\n  c: 2\n",
        "a: - b\n",
        "a: [\n- b\n]\n",
        "a: | b\n",
        "a: |\n    b\n  c\nd: 1\n",
        "a: |\n\tb\n",
        "a: \"\\u00\"\n",
        "a: \"\\d\"\n",
        "a: \"x\n---\nb\"\n",
        "a: &\n",
        "a: !<x\n",
        "a: 'x\ny: 1\n",
        "-a: 1\nb:2\n",
        "a: 1\n\u{feff}b: 1\n",
        "a: \u{1b}\n",
        &deep,
        &bomb,
    ] {
        let Err(refused) = Document::read("t.yaml", text) else {
            continue;
        };
        let message = &refused.items()[0].message;
        for word in [
            "from_str",
            "Options",
            "u64",
            "i64",
            "Policy",
            "Option<",
            "=",
            "Breach",
            "serde",
            "weak",
            "configured",
            "_",
            "scalar",
            "flow",
            "block",
            "indicator",
            "context",
            "scanning",
            "parsing",
            "document start",
            "U+{",
            "\\u{",
        ] {
            assert!(!message.contains(word), "{text:.60}: {message}");
        }
    }
}

#[test]
fn what_only_looks_like_a_space_is_named() {
    for (text, what) in [
        (
            "a:\n\u{a0} - id: b\n    c: d\n",
            "a no-break space (U+00A0)",
        ),
        ("a:\n\t- b\n", "a tab"),
        ("a:\n  b: 1\n\tc: 1\n", "a tab"),
        ("a:\n  b:\u{a0}1\n  c: 1\n", "a no-break space (U+00A0)"),
    ] {
        let refused = Document::read("t.yaml", text).unwrap_err();
        assert!(refused.to_string().contains(what), "{refused}");
    }
}

#[test]
fn nothing_is_left_out_without_a_word() {
    for (text, line) in [
        ("a: 1\n...\nb: 2\n", 3),
        ("---\na: 1\n...\nb: 2\n", 4),
        ("a: 1\n...\n{b: 2}\n", 3),
        ("a: 1\n... # the end\n\n# more\n}{\n", 5),
        ("a: 1\n\u{0}b: 2\n", 2),
    ] {
        assert_eq!(refused(text).1, line, "{text:?}");
    }
    for text in ["---\na: 1\n...\nb: 2\n", "a: 1\n...\n{b: 2}\n"] {
        let (message, _) = refused(text);
        assert!(message.contains("which is the line `...`"), "{message}");
    }
    assert!(Document::read("t.yaml", "a: 1\n...\n\n# the end\n...\n").is_ok());
}
