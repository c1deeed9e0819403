//! What was refused, in words, for who runs the component.

use http::Uri;
use parking_lot::Mutex;
use stormcell_topology::plain_text::{Name, Sentence};

/// The most notes that are kept of one call; more are counted.
const MOST: usize = 8;

/// What was refused since it was last told. Requests go on while no call does, so a note
/// may be of the call before the one that tells it.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    notes: Vec<Sentence>,
    more: u64,
}

impl Notes {
    /// Keeps a note, unless it is there already or there are too many. It may name a server
    /// as the component does.
    pub(super) fn add(&self, note: String) {
        let note = Sentence::from(note);
        let mut kept = self.0.lock();
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
        let host = Name::from(host);
        self.add(format!(
            "the request to `{scheme}://{host}` was refused: {why}"
        ));
    }

    /// All notes, which are forgotten then.
    pub(super) fn take(&self) -> Vec<String> {
        let Kept { notes, more } = std::mem::take(&mut *self.0.lock());
        let mut notes: Vec<String> = notes.into_iter().map(Sentence::into_string).collect();
        if more > 0 {
            notes.push(format!("and {more} more requests were refused"));
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
        assert_eq!(told[MOST], "and 8 more requests were refused");
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
    }
}
