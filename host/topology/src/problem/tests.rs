#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn messages(schema: Value, value: Value) -> Vec<String> {
    let validator = compile(&schema).unwrap();
    problems(&schema, &validator, &value)
        .into_iter()
        .map(|problem| match problem.help {
            Some(help) => format!("{}; {help}", problem.message),
            None => problem.message,
        })
        .collect()
}

#[test]
fn several_forms_are_told_by_the_one_whose_type_fits() {
    let schema = json!({"properties": {"x": {"anyOf": [
        {"type": "object", "required": ["path"]}, {"type": "null"}]}}});
    assert_eq!(
        messages(schema.clone(), json!({"x": {}})),
        ["the key `path` is missing in `x`"]
    );
    assert_eq!(
        messages(schema, json!({"x": 1})),
        ["`x` must be a mapping or null, but is the number 1"]
    );
}

#[test]
fn constants_are_listed() {
    let schema = json!({"properties": {"x": {"oneOf": [{"const": "read"}, {"const": "write"}]}}});
    assert_eq!(
        messages(schema, json!({"x": "reed"})),
        ["`x` must not be the text `reed`; did you mean `read`?"]
    );
}

#[test]
fn references_are_followed_to_the_known_keys() {
    let schema = json!({
        "$defs": {"inner": {"properties": {"lower": {}}, "additionalProperties": false}},
        "properties": {"x": {"$ref": "#/$defs/inner"}},
    });
    assert_eq!(
        messages(schema, json!({"x": {"lowr": 1}})),
        ["unknown key `lowr` in `x`; did you mean `lower`?"]
    );
}

#[test]
fn a_schema_of_a_stranger_cannot_fetch_loop_or_backtrack() {
    assert!(compile(&json!({"$ref": "http://example.org/x"})).is_err());
    assert!(compile(&json!({"pattern": "(?=a)b"})).is_err());
    assert_eq!(
        messages(json!({"allOf": [{"$ref": "#"}]}), json!({})),
        [""; 0]
    );
    let slow = json!({"properties": {"x": {"pattern": "^(a+)+$"}}});
    let text = format!("{}b", "a".repeat(100_000));
    assert_eq!(messages(slow, json!({"x": text})).len(), 1);
}

/// JSON is read to a depth of 128, so no schema is deeper.
#[test]
fn a_deep_schema_does_not_exhaust_the_stack() {
    let mut schema = json!({ "type": "object" });
    for _ in 0..40 {
        schema = json!({ "not": { "allOf": [schema] } });
    }
    let text = serde_json::to_string(&json!({ "properties": { "x": schema } })).unwrap();
    let deep: Value = serde_json::from_str(&text).unwrap();
    // Whether it is taken is not the point.
    if let Ok(validator) = compile(&deep) {
        let _ = problems(&deep, &validator, &json!({ "x": {} }));
    }
}

/// A schema is written by a stranger, and what it has against a value is told with his words.
#[test]
fn what_a_schema_says_is_cut_and_escaped() {
    let long = format!("\u{1b}[2J{}", "x".repeat(200_000));
    let any: Vec<Value> = (0..20).map(|n| json!([n, long])).collect();
    for schema in [
        json!({"enum": any}),
        json!({"enum": [long, "other"]}),
        json!({"const": long}),
        json!({"pattern": format!("^{}$", "a".repeat(10_000))}),
        json!({"format": long}),
        json!({"not": {"title": long}}),
        json!({"properties": {long.clone(): {}}, "additionalProperties": false}),
        json!({"required": [long]}),
        json!({"contains": {"const": long}}),
    ] {
        let validator = compile(&schema).unwrap();
        for value in [json!("y"), json!({"y": 1}), json!([1])] {
            for problem in problems(&schema, &validator, &value) {
                let help = problem.help.unwrap_or_default();
                for text in [problem.message, help] {
                    assert!(text.len() < 8 << 10, "{} bytes: {text:.200}", text.len());
                    assert!(!text.contains(char::is_control), "{text:.200}");
                }
            }
        }
    }
    let no_schema = compile(&json!({"type": [long, long]})).unwrap_err();
    assert!(no_schema.len() < 1 << 10, "{} bytes", no_schema.len());
}

/// Alternatives in alternatives, each with its own complaints.
#[test]
fn no_more_is_told_than_a_person_reads() {
    let mut schema = json!({"required": (0..50).map(|n| n.to_string()).collect::<Vec<_>>()});
    for _ in 0..5 {
        schema = json!({"allOf": [{"anyOf": [schema]}, {"required": ["a", "b"]}]});
    }
    let validator = compile(&schema).unwrap();
    let found = problems(&schema, &validator, &json!({}));
    assert!(found.len() <= MAX_PROBLEMS, "{}", found.len());
}
