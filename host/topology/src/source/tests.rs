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
