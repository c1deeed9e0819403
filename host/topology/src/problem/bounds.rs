//! What a schema of a stranger may cost whoever compiles it and checks values with it.
//!
//! A schema is small to write and may be endless work: parts that refer to each other
//! twice, thirty deep, are looked at a billion times; a chain of references exhausts the
//! stack; patterns take megabytes each. So its parts are counted as they are met when a
//! value is checked, each reference followed, before anything else is done with it.

use std::collections::HashMap;

use serde_json::Value;

/// How deep parts may be in each other, references followed.
const DEPTH: usize = 100;
/// How many parts there may be, each counted as often as it is met.
const PARTS: u64 = 20_000;
/// How many patterns there may be, and how many bytes each may take when compiled.
const PATTERNS: usize = 64;
pub(super) const PATTERN_BYTES: usize = 2 << 20;
/// How many looks at a part of a value the check of one value may take: some seconds.
const LOOKS: u64 = 20_000_000;

/// Keywords with one schema, or a list of them.
const ONE: [&str; 15] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
];
/// Keywords with schemas by names.
const NAMED: [&str; 4] = [
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// What a schema takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    /// Its parts, each counted as often as it is met.
    parts: u64,
    /// How often a part is met again within itself: once more for each level of a value.
    again: u64,
    /// How deep it is.
    depth: usize,
}

impl Cost {
    const NONE: Self = Self {
        parts: 0,
        again: 0,
        depth: 0,
    };

    fn add(&mut self, inner: Self) {
        self.parts = self.parts.saturating_add(inner.parts);
        self.again = self.again.saturating_add(inner.again);
        self.depth = self.depth.max(inner.depth);
    }
}

/// What this schema takes.
///
/// # Errors
/// Why it is too much.
pub(super) fn cost(schema: &Value) -> Result<Cost, String> {
    let mut patterns = 0;
    scan(schema, true, &mut patterns)?;
    if patterns > PATTERNS {
        return Err(format!(
            "it has {patterns} patterns, at most {PATTERNS} are allowed"
        ));
    }
    let mut walk = Walk {
        root: schema,
        met: HashMap::new(),
    };
    walk.part(schema, 1)
}

/// That the check of this value with a schema takes no more than it may.
///
/// # Errors
/// Why it would.
pub(super) fn affordable(cost: Cost, value: &Value) -> Result<(), String> {
    let (nodes, depth) = size(value);
    let again = cost.again.max(1).saturating_pow(depth);
    let looks = cost.parts.saturating_mul(nodes).saturating_mul(again);
    if looks > LOOKS {
        return Err(
            "it is too large, or nested too deeply, to be checked with the schema of its \
             component, parts of which are met again within themselves"
                .to_owned(),
        );
    }
    Ok(())
}

/// How many values are in a value, and how deep they are in each other.
fn size(value: &Value) -> (u64, u32) {
    let inner: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().fold((1, 1), |(nodes, depth), value| {
        let (more, below) = size(value);
        (nodes + more, depth.max(below + 1))
    })
}

/// Looks for what would lead references elsewhere than [`Walk::target`] says, and counts
/// patterns.
fn scan(value: &Value, root: bool, patterns: &mut usize) -> Result<(), String> {
    match value {
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| scan(item, false, patterns)),
        Value::Object(map) => map.iter().try_for_each(|(key, inner)| {
            match (key.as_str(), inner) {
                ("$id" | "$anchor" | "$dynamicAnchor", Value::String(_)) if !root => {
                    return Err(format!("only the schema as a whole may have `{key}`"));
                }
                ("$dynamicRef" | "$recursiveRef", Value::String(_)) => {
                    return Err(format!("`{key}` is not followed: use `$ref`"));
                }
                ("pattern", Value::String(_)) => *patterns += 1,
                ("patternProperties", Value::Object(inner)) => *patterns += inner.len(),
                _ => {}
            }
            scan(inner, false, patterns)
        }),
        _ => Ok(()),
    }
}

struct Walk<'a> {
    root: &'a Value,
    /// Parts by where they lie; `None`: it is being walked.
    met: HashMap<*const Value, Option<Cost>>,
}

impl<'a> Walk<'a> {
    fn part(&mut self, part: &'a Value, at: usize) -> Result<Cost, String> {
        let place = std::ptr::from_ref(part);
        let cost = match self.met.get(&place) {
            Some(Some(cost)) => *cost,
            Some(None) => Cost {
                parts: 1,
                again: 1,
                depth: 1,
            },
            None => {
                if at > DEPTH {
                    return Err(too_deep());
                }
                self.met.insert(place, None);
                let mut cost = self.inner(part, at)?;
                cost.parts = cost.parts.saturating_add(1);
                cost.depth += 1;
                self.met.insert(place, Some(cost));
                cost
            }
        };
        if at + cost.depth > DEPTH + 1 {
            return Err(too_deep());
        }
        if cost.parts > PARTS {
            return Err(format!(
                "more than {PARTS} of its parts are met when a value is checked, each counted as \
                 often as it is referred to"
            ));
        }
        Ok(cost)
    }

    /// What the parts of a part take.
    fn inner(&mut self, part: &'a Value, at: usize) -> Result<Cost, String> {
        let mut cost = Cost::NONE;
        let Value::Object(keywords) = part else {
            return Ok(cost);
        };
        for (keyword, value) in keywords {
            let keyword = keyword.as_str();
            match value {
                Value::String(reference) if keyword == "$ref" => {
                    let target = self.target(reference)?;
                    cost.add(self.part(target, at + 1)?);
                }
                Value::Array(list) if ONE.contains(&keyword) => {
                    for part in list {
                        cost.add(self.part(part, at + 1)?);
                    }
                }
                Value::Object(named) if NAMED.contains(&keyword) => {
                    for part in named.values() {
                        cost.add(self.part(part, at + 1)?);
                    }
                }
                _ if ONE.contains(&keyword) || keyword == "unevaluatedProperties" => {
                    cost.add(self.part(value, at + 1)?);
                }
                _ => {}
            }
        }
        Ok(cost)
    }

    /// What a reference leads to.
    fn target(&self, reference: &str) -> Result<&'a Value, String> {
        reference
            .strip_prefix('#')
            .and_then(|pointer| self.root.pointer(pointer))
            .ok_or_else(|| {
                format!(
                    "{} leads to no part of the schema: a reference is `#`, or as `#/$defs/name`",
                    crate::diagnostic::quoted(reference)
                )
            })
    }
}

fn too_deep() -> String {
    format!("its parts are more than {DEPTH} deep in each other, references followed")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_count_as_often_as_they_are_met() {
        let schema = json!({
            "$defs": {"name": {"type": "string"}},
            "properties": {
                "first": {"$ref": "#/$defs/name"},
                "last": {"$ref": "#/$defs/name"},
            },
        });
        let cost = cost(&schema).unwrap();
        assert_eq!((cost.parts, cost.again, cost.depth), (5, 0, 3));
    }

    #[test]
    fn a_part_within_itself_costs_by_the_depth_of_the_value() {
        let tree = json!({"properties": {"inner": {"type": "array", "items": {"$ref": "#"}}}});
        let cost = cost(&tree).unwrap();
        assert_eq!(cost.again, 1);
        let mut value = json!({});
        for _ in 0..50 {
            value = json!({"inner": [value]});
        }
        affordable(cost, &value).unwrap();
        let twice = json!({"additionalProperties": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}});
        let twice = super::cost(&twice).unwrap();
        affordable(twice, &json!({"a": {"b": 1}})).unwrap();
        assert!(affordable(twice, &value).is_err());
    }

    #[test]
    fn what_explodes_is_refused() {
        let mut schema = json!({"$ref": "#/$defs/d0"});
        for n in 0..30 {
            let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
            schema["$defs"][format!("d{n}")] = json!({"allOf": [next, next]});
        }
        schema["$defs"]["d30"] = json!({});
        assert!(cost(&schema).unwrap_err().contains("20000"));
    }

    #[test]
    fn a_long_chain_is_refused() {
        let mut schema = json!({"$ref": "#/$defs/d0"});
        for n in 0..10_000 {
            schema["$defs"][format!("d{n}")] = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        }
        assert!(cost(&schema).unwrap_err().contains("100 deep"));
    }

    #[test]
    fn references_lead_where_they_seem_to() {
        for (schema, why) in [
            (json!({"$ref": "other.json"}), "leads to no part"),
            (json!({"$ref": "#/nowhere"}), "leads to no part"),
            (json!({"$defs": {"a": {"$id": "b"}}}), "`$id`"),
            (json!({"items": {"$dynamicRef": "#a"}}), "`$dynamicRef`"),
        ] {
            let error = cost(&schema).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        cost(&json!({"$id": "https://example.org/a", "properties": {"$id": {}}})).unwrap();
    }

    #[test]
    fn patterns_are_counted() {
        let mut schema = json!({});
        for n in 0..=PATTERNS {
            schema["properties"][format!("p{n}")] = json!({"pattern": "a"});
        }
        assert!(cost(&schema).unwrap_err().contains("65 patterns"));
    }
}
