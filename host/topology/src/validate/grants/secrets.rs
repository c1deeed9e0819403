//! The names of the secrets that a file refers to.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::model::SecretRef;
use crate::name::check_name;
use crate::source::{Document, Pointer};

/// Checks the references in a value of a configuration.
pub(super) fn in_value(
    document: &Document,
    at: &Pointer,
    value: &Value,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(name) = SecretRef::name_in(value) {
        found.extend(name_fault(document, at, name));
        return;
    }
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                in_value(document, &at.index(i), item, found);
            }
        }
        Value::Object(mapping) => {
            for (key, value) in mapping {
                in_value(document, &at.key(key), value, found);
            }
        }
        _ => {}
    }
}

/// What is wrong with the name of the secret that the reference at this place has.
pub(super) fn name_fault(document: &Document, at: &Pointer, name: &str) -> Option<Diagnostic> {
    let fault = check_name(name).err()?;
    let message = format!("{} cannot be the name of a secret: {fault}", quoted(name));
    let span = document.span(&at.key("secret"));
    Some(Diagnostic::new(Code::BadName, span, message))
}
