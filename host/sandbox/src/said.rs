//! What a component says in an error, on its way out of the sandbox.

use std::fmt::Write as _;

use stormcell_topology::plain_text::GuestText;

use crate::secrets::Masks;

/// The text as it is shown: without secrets, escaped, cut, and followed by what the host
/// refused to the component (`notes`), which to the component was only a number.
pub(crate) fn said<const MOST: usize>(
    mut text: String,
    masks: &Masks,
    notes: &[String],
) -> GuestText<MOST> {
    // Before it is cut: a part of a secret is not known to be one.
    masks.mask(&mut text);
    if notes.is_empty() {
        return GuestText::from(text);
    }
    let mut end = String::new();
    for note in notes {
        // Writing to a string does not fail.
        let _ = write!(end, "\nThe host says: {note}");
    }
    GuestText::followed_by(text, &end)
}

#[cfg(test)]
mod tests {
    use stormcell_topology::plain_text::{SAID, Said};

    use super::*;
    use crate::secrets::masks_of;

    /// The part of a secret before the place where a text is cut was shown.
    #[test]
    fn no_part_of_a_secret_is_left_where_a_text_is_cut() {
        let secret = "open sesame ".repeat(20);
        let masks = masks_of(&secret);
        for before in SAID - 400..SAID {
            let text = format!("{}{secret}", "x".repeat(before));
            let said: Said = said(text, &masks, &[]);
            assert!(!said.contains("open"), "{before}: {}", &said[SAID - 500..]);
        }
    }

    #[test]
    fn what_the_host_refused_is_said_after_any_text() {
        let notes = ["no".to_owned(), "nor that".to_owned()];
        let said: Said = said("x".repeat(1 << 20), &Masks::default(), &notes);
        assert!(said.len() <= SAID && said.contains(" KiB more)\n"));
        assert!(said.ends_with("\nThe host says: no\nThe host says: nor that"));
    }
}
