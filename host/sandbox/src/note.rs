//! The note of a component file: what its builder says of it beside its description, in a
//! custom section that is named as [`SECTION`]. The interface has no place for it, and a
//! component without it works as well; so what is not as expected counts as not there.
//!
//! It is written by strangers. It is read once, up to a bounded length, and what is shown of
//! it is cut and escaped.

use std::collections::BTreeMap;

use serde::Deserialize;
use stormcell_topology::plain_text::bounded_line;

/// The name of the section, right in the component.
pub(crate) const SECTION: &str = "stormcell";

/// Bytes that it has at most: a few names and paths.
const LONGEST: usize = 16 << 10;

/// Bytes of a method that are shown.
const SHOWN: usize = 512;

/// What a note says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Note {
    /// Whether it does its work at ticks.
    pub(crate) works_at_ticks: bool,
    /// For functions that it exports, the author's methods that they call, each as
    /// `Class.method at file:line`.
    calls: BTreeMap<String, String>,
}

impl Note {
    /// The note in the section with this content.
    pub(crate) fn read(section: &[u8]) -> Self {
        if section.len() > LONGEST {
            return Self::default();
        }
        serde_json::from_slice(section).unwrap_or_default()
    }

    /// The author's methods that an exported function calls.
    pub(crate) fn methods(&self, export: &str) -> Option<String> {
        let methods = self.calls.get(export)?;
        Some(bounded_line(SHOWN, methods)).filter(|shown| !shown.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_what_is_called_in_one_line_that_is_not_too_long() {
        let long = "x".repeat(SHOWN);
        let said = serde_json::json!({
            "works-at-ticks": true,
            "calls": {"execute": "B.process at b/b.py:7\n", "tick": long + "y", "close": ""},
            "later": [1],
        });
        let note = Note::read(said.to_string().as_bytes());
        assert!(note.works_at_ticks);
        let shown = note.methods("execute");
        assert_eq!(shown.as_deref(), Some("B.process at b/b.py:7\\n"));
        let cut = note.methods("tick").unwrap_or_default();
        assert!(cut.len() <= SHOWN && !cut.ends_with('y'), "{cut}");
        assert_eq!(note.methods("close"), None);
        assert_eq!(note.methods("prepare"), None);
    }

    #[test]
    fn what_is_no_note_counts_as_none() {
        let deep = "[".repeat(10_000);
        let long = format!(
            "{{\"works-at-ticks\":true,\"calls\":{{}}{}}}",
            " ".repeat(LONGEST)
        );
        for section in ["", "[]", "{\"calls\":3}", &deep, &long, "\u{0}"] {
            assert_eq!(Note::read(section.as_bytes()), Note::default());
        }
    }
}
