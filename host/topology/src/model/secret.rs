//! Secrets: values that a topology file names and does not hold.
//!
//! Where a text is expected, in `config` of a spout or a bolt and in `grants.env`, the
//! file may say `{ secret: NAME }`. The reference is what is stored, shown and sent; the
//! value is put in its place by the process that runs the task, when it makes an instance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The one key of a reference to a secret.
const KEY: &str = "secret";

/// A reference to a secret: `{ secret: NAME }`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRef {
    /// Its name: 1 to 128 letters, digits, `_` and `-`.
    pub secret: String,
}

impl SecretRef {
    /// The name of the secret that this value of a configuration refers to: it is a
    /// mapping with the one key `secret`, whose value is a text.
    pub fn name_in(value: &Value) -> Option<&str> {
        let mapping = value.as_object().filter(|mapping| mapping.len() == 1)?;
        mapping.get(KEY)?.as_str()
    }
}

/// The value of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum EnvValue {
    /// This text.
    Text(String),
    /// A secret.
    Secret(SecretRef),
}

impl From<&str> for EnvValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A value with the texts of its secrets in place of the references to them.
///
/// # Errors
/// The first error of `text`, which is given the name of a secret.
pub fn resolve<E>(
    value: &Value,
    text: &mut impl FnMut(&str) -> Result<String, E>,
) -> Result<Value, E> {
    if let Some(name) = SecretRef::name_in(value) {
        return text(name).map(Value::String);
    }
    Ok(match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| resolve(item, text));
            Value::Array(items.collect::<Result<_, E>>()?)
        }
        Value::Object(mapping) => {
            let pairs = mapping
                .iter()
                .map(|(key, value)| Ok((key.clone(), resolve(value, text)?)));
            Value::Object(pairs.collect::<Result<Map<_, _>, E>>()?)
        }
        plain => plain.clone(),
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_mapping_with_this_one_key_is_a_reference() {
        assert_eq!(
            SecretRef::name_in(&json!({"secret": "TOKEN"})),
            Some("TOKEN")
        );
        for other in [
            json!({"secret": 7}),
            json!({"secret": "A", "b": 1}),
            json!("secret"),
            json!({}),
        ] {
            assert_eq!(SecretRef::name_in(&other), None, "{other}");
        }
    }

    #[test]
    fn references_are_replaced_wherever_they_are() {
        let config = json!({"a": [{"secret": "X"}, 1], "b": {"c": {"secret": "Y"}}, "d": "X"});
        let mut text = |name: &str| Ok::<_, Infallible>(format!("<{name}>"));
        let Ok(resolved) = resolve(&config, &mut text);
        assert_eq!(
            resolved,
            json!({"a": ["<X>", 1], "b": {"c": "<Y>"}, "d": "X"})
        );
    }

    #[test]
    fn the_first_secret_that_is_not_there_is_the_error() {
        let config = json!([{"secret": "X"}, {"secret": "Y"}]);
        let mut text = |name: &str| Err::<String, _>(name.to_owned());
        assert_eq!(resolve(&config, &mut text), Err("X".to_owned()));
    }
}
