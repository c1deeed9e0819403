//! What was refused, in words, for who runs the component.

use std::borrow::Cow;

use http::Uri;
use parking_lot::Mutex;
use stormcell_topology::plain_text::{Name, Sentence};

use crate::secrets::Masks;

/// The most notes that are kept of one call; more are counted.
const MOST: usize = 8;

/// What was refused since it was last told. Requests go on while no call does, so a note
/// may be of the call before the one that tells it.
#[derive(Default)]
pub(crate) struct Notes {
    kept: Mutex<Kept>,
    masks: Masks,
}

#[derive(Debug, Default)]
struct Kept {
    notes: Vec<Sentence>,
    more: u64,
}

impl Notes {
    /// No notes yet; `masks`: what must not be shown.
    pub(crate) fn new(masks: Masks) -> Self {
        Self {
            kept: Mutex::default(),
            masks,
        }
    }

    /// A text of the component, without secrets, that may be put into a note. Secrets are removed
    /// before the text is cut or escaped: a part of a secret is not known to be one.
    pub(crate) fn without_secrets<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.masks.apply(text)
    }

    /// Keeps a note, unless it is there already or there are too many. It may name what it is
    /// about as the component does.
    pub(crate) fn add(&self, mut note: String) {
        self.masks.mask(&mut note);
        let note = Sentence::from(note);
        let mut kept = self.kept.lock();
        if kept.notes.contains(&note) {
            return;
        }
        if kept.notes.len() < MOST {
            kept.notes.push(note);
        } else {
            kept.more = kept.more.saturating_add(1);
        }
    }

    /// A request was refused for this reason. Only the server is told of it: what follows
    /// in its URL may be a secret.
    pub(super) fn refused(&self, uri: &Uri, why: &str) {
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map(http::uri::Authority::as_str);
        self.refused_server(scheme, authority.unwrap_or_default(), why);
    }

    /// The same of a request that has no URL yet.
    pub(super) fn refused_server(&self, scheme: &str, authority: &str, why: &str) {
        // What is before an `@` is a secret, too.
        let host = authority.rsplit('@').next().unwrap_or_default();
        // Why it was refused is at the end of the note, and is worth more than all of a name.
        let scheme = Name::from(&*self.without_secrets(scheme));
        let host = Name::from(&*self.without_secrets(host));
        self.add(format!(
            "the request to `{scheme}://{host}` was refused: {why}"
        ));
    }

    /// All notes, which are forgotten then.
    pub(crate) fn take(&self) -> Vec<String> {
        let Kept { notes, more } = std::mem::take(&mut *self.kept.lock());
        let mut notes: Vec<String> = notes.into_iter().map(Sentence::into_string).collect();
        if more > 0 {
            notes.push(format!("and {more} more were refused"));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn each_note_is_told_once_and_not_too_many() {
        let notes = Notes::default();
        for n in 0..20 {
            notes.add(format!("note {}", n / 2));
            notes.add(format!("note {}", n / 2));
        }
        let told = notes.take();
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[MOST], "and 8 more were refused");
        assert!(notes.take().is_empty());
    }

    #[test]
    fn neither_paths_nor_passwords_are_told() {
        let notes = Notes::default();
        let uri = "https://me:hidden@example.org/hidden?key=hidden";
        notes.refused(&uri.parse().unwrap(), "why");
        assert_eq!(
            notes.take(),
            ["the request to `https://example.org` was refused: why"]
        );
    }

    #[test]
    fn a_long_name_of_a_server_is_cut() {
        let notes = Notes::default();
        notes.refused_server("https", &"x".repeat(60_000), "why");
        let told = notes.take();
        assert!(told[0].len() < 400, "{} bytes", told[0].len());
        assert!(told[0].ends_with(" more)` was refused: why"), "{}", told[0]);
        notes.refused_server(&"x".repeat(60_000), "example.org", "why");
        let told = notes.take();
        assert!(
            told[0].ends_with("example.org` was refused: why"),
            "{}",
            told[0]
        );
    }

    /// The part of a secret before the place where a name is cut was shown.
    #[test]
    fn no_part_of_a_secret_is_left_where_a_name_is_cut() {
        let secret = "open-sesame.".repeat(20);
        let notes = Notes::new(crate::secrets::masks_of(&secret));
        for before in [0, 100, 200, 220, 240, 255] {
            notes.refused_server("https", &format!("{}{secret}", "x".repeat(before)), "why");
            let told = notes.take();
            assert!(!told[0].contains("open"), "{}", told[0]);
        }
    }
}
