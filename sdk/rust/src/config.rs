//! The configuration of this component, as written in the topology file and checked
//! against the schema that the component describes.

use crate::host;

/// The whole configuration as JSON text; `{}` if there is none.
pub fn all() -> String {
    host::config_all()
}

/// The value under one key as JSON text; `None` if there is none.
pub fn get(key: &str) -> Option<String> {
    host::config_get(key)
}

/// The configuration as a type of one's own. Needs the feature `serde`.
///
/// # Errors
/// The configuration does not have the form of the type.
#[cfg(feature = "serde")]
pub fn typed<T: serde::de::DeserializeOwned>() -> crate::Result<T> {
    use anyhow::Context as _;
    serde_json::from_str(&all()).context("the configuration of this component is not as expected")
}
