//! A panic in Rust: what it says is in what the component wrote to standard error before it
//! aborted.

/// What a panic says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Panic<'a> {
    /// The file, line and column.
    pub(super) place: &'a str,
    /// Its message.
    pub(super) message: &'a str,
    /// Whether something else was written before it.
    pub(super) is_all: bool,
}

/// The words before the place, as the standard library writes them (`PanicHookInfo`): at the
/// beginning of a line, or after the name of the thread.
const PANICKED: &str = "panicked at ";

/// What follows the message if the standard library's own hook wrote it.
const NOTE: &str = "\nnote: run with `RUST_BACKTRACE=1`";

/// The last panic in a text.
pub(super) fn last(stderr: &str) -> Option<Panic<'_>> {
    let begins = |&at: &usize| {
        let line = stderr.get(..at).unwrap_or_default();
        let line = line.rsplit('\n').next().unwrap_or_default();
        line.is_empty() || line.starts_with("thread '")
    };
    let mut found = stderr.rmatch_indices(PANICKED).map(|(at, _)| at);
    let at = found.find(begins)?;
    let (place, message) = stderr.get(at + PANICKED.len()..)?.split_once(":\n")?;
    let message = message.split(NOTE).next().unwrap_or_default();
    (!place.contains('\n')).then(|| Panic {
        place,
        message: message.trim_end(),
        is_all: !stderr.get(..at).unwrap_or_default().contains('\n'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_panic_is_found() {
        for (stderr, place, message, is_all) in [
            (
                "panicked at src/lib.rs:9:13:\nno",
                "src/lib.rs:9:13",
                "no",
                true,
            ),
            (
                "panicked at a.rs:1:2:\none\ntwo",
                "a.rs:1:2",
                "one\ntwo",
                true,
            ),
            (
                "words\n\nthread '<unnamed>' (1) panicked at a.rs:1:2:\nno\nnote: run with \
                 `RUST_BACKTRACE=1` environment variable to display a backtrace",
                "a.rs:1:2",
                "no",
                false,
            ),
            ("panicked at a.rs:1:2:\n", "a.rs:1:2", "", true),
            (
                "panicked at a.rs:1:2:\nfirst\npanicked at b.rs:3:4:\nsecond",
                "b.rs:3:4",
                "second",
                false,
            ),
        ] {
            let expected = Panic {
                place,
                message,
                is_all,
            };
            assert_eq!(last(stderr), Some(expected), "{stderr:?}");
        }
        for stderr in [
            "",
            "he panicked at noon:\nno",
            "panicked at",
            "panicked at a\nb:\nc",
        ] {
            assert_eq!(last(stderr), None, "{stderr:?}");
        }
    }
}
