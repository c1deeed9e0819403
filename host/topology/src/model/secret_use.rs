//! Where a topology refers to secrets.

use serde_json::Value;

use super::{Component, EnvValue, SecretRef};

/// Of the key of a mapping, no more characters are told.
const SHOWN: usize = 64;

/// A place where a component of a topology refers to a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretUse {
    /// The name of the secret.
    pub secret: String,
    /// The id of the component.
    pub component: String,
    /// The place in the entry of the component, for people: `config.user.password`,
    /// `config.hosts[0]` or `grants.env.KEY`. Safe to print.
    pub key: String,
}

/// Where a component refers to secrets, in the order of its entry.
pub(super) fn of_component(component: &Component) -> Vec<SecretUse> {
    let mut found = Vec::new();
    let mut add = |secret: &str, key: String| {
        found.push(SecretUse {
            secret: secret.to_owned(),
            component: component.id.clone(),
            key,
        });
    };
    for (key, value) in &component.config {
        in_value(value, &below("config", key), &mut add);
    }
    for (variable, value) in &component.grants.env {
        if let EnvValue::Secret(reference) = value {
            add(&reference.secret, below("grants.env", variable));
        }
    }
    found
}

fn in_value(value: &Value, at: &str, add: &mut impl FnMut(&str, String)) {
    if let Some(name) = SecretRef::name_in(value) {
        return add(name, at.to_owned());
    }
    match value {
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                in_value(item, &format!("{at}[{position}]"), add);
            }
        }
        Value::Object(mapping) => {
            for (key, value) in mapping {
                in_value(value, &below(at, key), add);
            }
        }
        _ => {}
    }
}

/// The place of the value that a mapping at `at` has under `key`.
fn below(at: &str, key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let shown: String = key.chars().take(SHOWN).collect();
    let cut = if shown.len() < key.len() { "…" } else { "" };
    if !shown.is_empty() && shown.chars().all(is_plain) {
        format!("{at}.{shown}{cut}")
    } else {
        format!("{at}[{shown:?}{cut}]")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(config: &Value) -> Vec<(String, String)> {
        let mut found = Vec::new();
        in_value(config, "config", &mut |secret, key| {
            found.push((secret.to_owned(), key));
        });
        found
    }

    #[test]
    fn a_place_is_told_as_it_is_written() {
        let config = json!({
            "a": [1, {"secret": "X"}, [{"secret": "Y"}]],
            "b": {"c-d": {"secret": "X"}, "e": "X"},
            "secret": {"secret": "Z"},
        });
        let expected = [
            ("X", "config.a[1]"),
            ("Y", "config.a[2][0]"),
            ("X", "config.b.c-d"),
            ("Z", "config.secret"),
        ];
        let expected = expected.map(|(secret, key)| (secret.to_owned(), key.to_owned()));
        assert_eq!(places(&config), expected);
    }

    #[test]
    fn keys_that_are_no_words_are_quoted_and_long_ones_cut() {
        let long = "k".repeat(99);
        let config = json!({
            "a.b": {"secret": "X"},
            "": {"secret": "X"},
            "\u{1b}[2J": {"secret": "X"},
            long: {"secret": "X"},
        });
        let mut keys: Vec<_> = places(&config).into_iter().map(|(_, key)| key).collect();
        keys.sort();
        let cut = format!("config.{}…", "k".repeat(64));
        assert_eq!(
            keys,
            [
                &cut,
                "config[\"\"]",
                "config[\"\\u{1b}[2J\"]",
                "config[\"a.b\"]"
            ]
        );
    }
}
