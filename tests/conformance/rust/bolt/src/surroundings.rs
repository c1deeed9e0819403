//! The state and the random numbers of the task, as notes.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use stormcell_sdk::prelude::*;
use stormcell_sdk::state::{self, StateError};

/// The value under a key in hexadecimal, or `none`.
pub fn value(key: &str) -> Result<String> {
    Ok(match state::get(key)? {
        Some(value) => value.iter().map(|byte| format!("{byte:02x}")).collect(),
        None => "none".to_owned(),
    })
}

/// All keys that begin with this.
pub fn keys(prefix: &str) -> Result<String> {
    let keys: Vec<String> = state::keys(prefix).collect::<Result<_, _>>()?;
    Ok(keys.join(" "))
}

/// Whether something was done, or the code and the text of the error.
pub fn tried(result: Result<(), StateError>) -> String {
    let Err(error) = result else {
        return "done".to_owned();
    };
    let code = match &error {
        StateError::NotGranted(_) => "not-granted",
        StateError::InvalidKey(_) => "invalid-key",
        StateError::ValueTooLarge(_) => "value-too-large",
        StateError::OverQuota(_) => "over-quota",
        StateError::Failed(_) => "failed",
        _ => "another error",
    };
    format!("{code}: {error}")
}

/// A number that depends on the seed of hash tables: what the standard library has of
/// random numbers.
pub fn random() -> String {
    RandomState::new().hash_one(0).to_string()
}
