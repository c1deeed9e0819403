//! An error of a component: what is told of it, and which others are of its kind.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Errors of one kind, with how often they happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorReport {
    /// The task it happened in last.
    pub task: u32,
    /// What happened last: the first line. Of a traceback in Python it is the exception.
    pub message: String,
    /// The rest: a traceback, the frames of the guest.
    pub detail: String,
    /// How often.
    pub count: u64,
}

/// What Python begins a traceback with.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// Bytes of a message that decide of which kind it is.
const DECIDING: usize = 1 << 10;

/// Frames that decide, of those that have the innermost first. The first ones may be of a
/// library that raises for all.
const FRAMES: usize = 4;

impl ErrorReport {
    /// An error that happened once. `text` has what happened in its first line and the rest
    /// below.
    pub fn new(task: u32, text: &str) -> Self {
        let (message, detail) = split(text);
        Self {
            task,
            message,
            detail,
            count: 1,
        }
    }

    /// Whether it says where it happened, as an exception does that nobody caught. A row that is
    /// failed on purpose has a reason, and no frames.
    pub fn has_frames(&self) -> bool {
        let mut frames = self.detail.lines().map(str::trim_start);
        frames.any(|line| line.starts_with("File \"") || line.starts_with("at "))
    }

    /// What errors of a kind have in common: the words of the message, without numbers and
    /// without what is in quotes, and where it happened.
    pub fn kind(&self) -> String {
        let end = self.message.floor_char_boundary(DECIDING);
        let mut kind = shape(self.message.get(..end).unwrap_or_default());
        let frames = self.detail.lines().map(str::trim_start);
        // Python names the innermost frame last.
        match frames.clone().rfind(|line| line.starts_with("File \"")) {
            Some(frame) => add_line(&mut kind, frame),
            None => frames
                .filter(|line| line.starts_with("at ") || line.starts_with("in "))
                .take(FRAMES)
                .for_each(|frame| add_line(&mut kind, frame)),
        }
        kind
    }
}

fn add_line(text: &mut String, line: &str) {
    text.push('\n');
    text.push_str(line);
}

/// The first line of a text, and the others. The first of a traceback is the same for all, so
/// there it is the exception, which is then missing from the others: it is not told twice.
fn split(text: &str) -> (String, String) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let parts = first
        .strip_suffix(TRACEBACK)
        .and_then(|before| Some((before, around_exception(rest)?)));
    match parts {
        Some((said_before, (frames, exception, after))) => (
            format!("{said_before}{exception}"),
            format!("{TRACEBACK}\n{frames}{after}"),
        ),
        None => (first.to_owned(), rest.to_owned()),
    }
}

/// The line of a traceback that says which exception it was, and what is before and after it:
/// the first line that is not indented after the last frame.
fn around_exception(traceback: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    let mut found: Option<(usize, &str)> = None;
    let mut after_frame = false;
    for line in traceback.split_inclusive('\n') {
        if line.starts_with("  File \"") {
            (after_frame, found) = (true, None);
        } else if after_frame && found.is_none() && !line.starts_with([' ', '\n']) {
            found = Some((at, line));
        }
        at += line.len();
    }
    let (at, line) = found?;
    let before = traceback.get(..at)?;
    let after = traceback.get(at + line.len()..)?;
    Some((before, line.trim_end_matches('\n'), after))
}

/// A text without what differs from one error of a kind to the next: numbers, and what is in
/// quotes.
fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = None;
    while let Some(c) = rest.next() {
        match c {
            '0'..='9' => {
                while rest.next_if(char::is_ascii_digit).is_some() {}
                shape.push('#');
            }
            // Between letters it is an apostrophe.
            '\'' | '"' | '`' if !before.is_some_and(char::is_alphanumeric) => {
                let quoted: String = rest.clone().take_while(|&other| other != c).collect();
                let skipped = quoted.chars().count();
                let is_closed = rest.clone().nth(skipped) == Some(c);
                shape.push(c);
                if is_closed {
                    rest.nth(skipped);
                    shape.push(c);
                }
            }
            c => shape.push(c),
        }
        before = Some(c);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A traceback of this exception, raised in this line of `upper.py`.
    fn traceback(line: u32, exception: &str) -> ErrorReport {
        let text = format!(
            "a row failed: Traceback (most recent call last):\n  \
             File \"upper.py\", line 3, in process\n    self.inner(tup)\n  \
             File \"upper.py\", line {line}, in inner\n    x = words[0]\n        ~~~~~^^^\n\
             {exception}"
        );
        ErrorReport::new(1, &text)
    }

    #[test]
    fn of_a_traceback_the_exception_is_told_first() {
        let error = traceback(9, "KeyError: 'a'");
        assert_eq!(error.message, "a row failed: KeyError: 'a'");
        assert!(error.detail.starts_with(TRACEBACK), "{error:?}");
        assert!(!error.detail.contains("KeyError"), "{error:?}");

        let chained = traceback(
            9,
            "KeyError: 'a'\n\nDuring handling of the above exception, another exception \
             occurred:\n\nTraceback (most recent call last):\n  File \"upper.py\", line 11, in \
             process\nValueError: one\nand a second line",
        );
        assert_eq!(chained.message, "a row failed: ValueError: one");

        assert!(chained.has_frames());
        let javascript = ErrorReport::new(1, "TypeError: no\n    at f (a.js:1:2)");
        assert!(javascript.has_frames());
        let plain = ErrorReport::new(1, "a row failed: no\n  in a (b.rs:1)");
        assert!(!plain.has_frames());
        assert_eq!(plain.message, "a row failed: no");
        assert_eq!(plain.detail, "  in a (b.rs:1)");
        let unfinished = format!("x: {TRACEBACK}\nno frame");
        for odd in ["", "\n", TRACEBACK, &unfinished] {
            let error = ErrorReport::new(1, odd);
            let told = format!("{}\n{}", error.message, error.detail);
            assert_eq!(told.trim_end(), odd.trim_end(), "{odd:?}");
        }
    }

    /// It must not become longer than what a component may say.
    #[test]
    fn an_error_is_told_without_anything_twice() {
        let long = "x".repeat(10_000);
        let text = format!("a row failed: {TRACEBACK}\n  File \"a\", line 1\n{long}\nand more");
        let error = ErrorReport::new(1, &text);
        assert_eq!(error.message, format!("a row failed: {long}"));
        assert!(error.detail.ends_with("and more"), "{error:?}");
        assert!(error.message.len() + error.detail.len() < text.len());
    }

    #[test]
    fn exceptions_of_other_types_or_from_elsewhere_are_other_kinds() {
        let kind = |line, exception| traceback(line, exception).kind();
        let key = kind(9, "KeyError: 'a'");
        assert_eq!(kind(9, "KeyError: 'b'"), key);
        assert_ne!(kind(9, "IndexError: list index out of range"), key);
        assert_ne!(kind(9, "TypeError: 'a'"), key);
        assert_ne!(kind(10, "KeyError: 'a'"), key);
    }

    #[test]
    fn numbers_and_what_is_quoted_do_not_count() {
        let kind = |text: &str| ErrorReport::new(1, text).kind();
        for (one, other) in [
            ("row 333 traps", "row 4 traps"),
            ("no key 'a'", "no key 'it has \" in it'"),
            ("cannot read `a` of \"b\"", "cannot read `c` of \"d\""),
            (
                "a row failed: TypeError: 1\n  at f (a.js:1:2)",
                "a row failed: TypeError: 22\n  at f (a.js:1:2)",
            ),
        ] {
            assert_eq!(kind(one), kind(other), "{one}");
        }
        for (one, other) in [
            ("no key 'a'", "no value 'a'"),
            ("it doesn't work", "it doesn't go"),
            ("an open 'quote", "an open 'word"),
            (
                "TypeError: 1\n  at f (a.js:1:2)",
                "TypeError: 1\n  at g (a.js:9:2)",
            ),
            (
                "unreachable\n  in a::b (a.rs:1)",
                "unreachable\n  in a::c (a.rs:7)",
            ),
        ] {
            assert_ne!(kind(one), kind(other), "{one}");
        }
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        let long = "ä".repeat(5_000);
        assert!(ErrorReport::new(1, &long).kind().len() <= DECIDING);
    }
}
