//! Spellings of Flux that mean the same: upper case, `_`, `streamId`, keys with
//! nothing below them.

use serde_json::Value;

use crate::file::GroupingType;
use crate::source::{Document, Pointer};

/// Keys of the file that may be written with nothing below them.
const CONTAINERS: [&str; 7] = [
    "config", "spouts", "bolts", "streams", "grants", "limits", "restart",
];

/// Puts the file into our spelling.
pub(super) fn normalise(document: &mut Document) {
    let root = Pointer::root();
    drop_empty(document, &root);
    for list in ["spouts", "bolts", "streams"] {
        let list = root.key(list);
        let count = match document.value.pointer(list.as_str()) {
            Some(Value::Array(items)) => items.len(),
            _ => 0,
        };
        for i in 0..count {
            let item = list.index(i);
            drop_empty(document, &item);
            let grouping = item.key("grouping");
            document.rename_key(&grouping, "streamId", "stream-id");
            if let Some(Value::String(kind)) =
                document.value.pointer_mut(grouping.key("type").as_str())
            {
                let ours = kind.to_lowercase().replace('_', "-");
                if GroupingType::ALL.iter().any(|known| known.name() == ours) {
                    *kind = ours;
                }
            }
        }
    }
}

/// `bolts:` with nothing below it is as if it were not there.
fn drop_empty(document: &mut Document, mapping: &Pointer) {
    for key in CONTAINERS {
        let at = mapping.key(key);
        if document.value.pointer(at.as_str()) == Some(&Value::Null) {
            document.remove_key(mapping, key);
        }
    }
}
