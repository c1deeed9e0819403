//! What was refused, in words, for who runs the component.

use http::Request;
use parking_lot::Mutex;

/// The most notes that are kept of one call; more are counted.
const MOST: usize = 8;

/// What was refused since it was last told. Requests go on while no call does, so a note
/// may be of the call before the one that tells it.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    notes: Vec<String>,
    more: u64,
}

impl Notes {
    /// Keeps a note, unless it is there already or there are too many.
    pub(crate) fn add(&self, note: String) {
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
    pub(super) fn refused<B>(&self, request: &Request<B>, why: &str) {
        let uri = request.uri();
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map(http::uri::Authority::as_str);
        let authority = authority.unwrap_or_default();
        // What is before an `@` is a secret, too.
        let host = authority.rsplit('@').next().unwrap_or_default();
        self.add(format!(
            "the request to `{scheme}://{host}` was refused: {why}"
        ));
    }

    /// All notes, which are forgotten then.
    pub(crate) fn take(&self) -> Vec<String> {
        let Kept { mut notes, more } = std::mem::take(&mut *self.0.lock());
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
        let request = Request::get("https://me:hidden@example.org/hidden?key=hidden");
        notes.refused(&request.body(()).unwrap(), "why");
        assert_eq!(
            notes.take(),
            ["the request to `https://example.org` was refused: why"]
        );
    }
}
