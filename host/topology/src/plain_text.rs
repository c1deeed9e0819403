//! Texts of strangers as people are shown them: what components say, values of rows, keys of
//! files. Nothing in them may do more to a terminal than be shown, and what a component says
//! is never longer than is good for whoever keeps it, sends it or reads it.
//!
//! A terminal would obey control characters (of the category `Cc`, among them ESC). Characters
//! that change the direction of the text around them (the property `Bidi_Control`) can make a
//! text look like another one (CVE-2021-42574), and the separators of lines and paragraphs can
//! make one line look like two. All of these are escaped.
//!
//! Whatever a component says goes through [`Bounded`], mostly as a [`Said`] or a [`Name`],
//! on its way to a log, an error, a store or a screen: escaped, cut at a character, with
//! how much was cut. The bounds are here and nowhere else:
//!
//! | what | bytes at most |
//! |---|---|
//! | an error as it is logged, stored, sent and shown, with all that belongs to it | [`ERROR`] |
//! | what the component said in it: its own words, causes, standard error, frames | [`SAID`] |
//! | a log line | [`LOG_LINE`] |
//! | a summary, and what was refused to a component | [`SENTENCE`] |
//! | a name | [`NAME`] |

mod bounded;
mod said;

use std::borrow::Cow;
use std::fmt::Display;

pub use bounded::{Bounded, beginning, bounded, bounded_line, bounded_spaced};
pub use said::{GuestText, Name, Said, Sentence};

/// Bytes of an error as it leaves the process that it happened in: what a component said
/// ([`SAID`]), and the words of the host around it.
pub const ERROR: usize = 64 << 10;

/// Bytes of what a component says in one error, frames included.
pub const SAID: usize = 60 << 10;

/// Bytes of a log line.
pub const LOG_LINE: usize = 16 << 10;

/// Bytes that a log line counts besides its text, for its time, its level and the name of its
/// task. Without them, lines without text would be within any budget, however many.
pub const LOG_LINE_COST: usize = 64;

/// Bytes of what is a sentence or two.
pub const SENTENCE: usize = 1 << 10;

/// Bytes of a name. The longest valid one is [`crate::name::MAX_NAME`] long.
pub const NAME: usize = 256;

/// The text of an error with the words of the host around it, within [`ERROR`].
pub fn error(text: impl Display) -> String {
    bounded(ERROR, text)
}

/// JSON text as it is shown: what would be obeyed is written as JSON writes what cannot be
/// written otherwise (`\u001b`), so that it means the same. Line ends and tabs, which are
/// between values only, stay.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_escaped = |c| is_obeyed(c) && c != '\n' && c != '\t';
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            // All of them are below U+10000.
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The text with what would be obeyed escaped (`\u{1b}`), all but line ends and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_obeyed(c) && c != '\n' && c != '\t')
}

/// The same in one line: line ends and tabs are escaped as well.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_obeyed)
}

/// The text in one line, with a space in the place of each character that would be obeyed.
pub fn spaced(text: &str) -> String {
    text.replace(is_obeyed, " ")
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn is_obeyed(c: char) -> bool {
    let turns = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let separates = matches!(c, '\u{2028}' | '\u{2029}');
    turns || separates || c.is_control()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_is_harmless_is_not_touched() {
        for text in ["", "a\tb\nc \u{e9} \u{4e2d} \u{5d0}", "\u{1f600}\u{200d}"] {
            assert!(matches!(lines(text), Cow::Borrowed(same) if same == text));
        }
        assert!(matches!(line("one line"), Cow::Borrowed("one line")));
    }

    #[test]
    fn json_means_the_same_when_it_is_shown() {
        let value = serde_json::json!({ "a\u{9b}": "\u{1b}[2J\u{202e}\n\t\u{7f}\u{2028}" });
        for text in [value.to_string(), format!("{value:#}")] {
            let shown = json(&text);
            assert!(!shown.contains(|c| is_obeyed(c) && c != '\n'), "{shown}");
            let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(read, value);
        }
        assert!(matches!(json("{\n  \"a\": 1\n}"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let text = "\u{1b}[31mred\u{9b}2J\r\n\u{7}\tx\u{202e}y\u{2066}";
        let rest = "\\u{202e}y\\u{2066}";
        assert_eq!(
            lines(text),
            format!("\\u{{1b}}[31mred\\u{{9b}}2J\\r\n\\u{{7}}\tx{rest}")
        );
        assert_eq!(
            line(text),
            format!("\\u{{1b}}[31mred\\u{{9b}}2J\\r\\n\\u{{7}}\\tx{rest}")
        );
        assert_eq!(spaced(text), " [31mred 2J    x y ");
    }

    /// With these characters a text of a component could look like a line of the host.
    #[test]
    fn what_turns_a_text_or_ends_a_line_is_shown() {
        for c in [
            '\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{85}',
        ] {
            let text = format!("a{c}b");
            let shown = format!("a\\u{{{:x}}}b", u32::from(c));
            assert_eq!(lines(&text), shown);
            assert_eq!(line(&text), shown);
            assert_eq!(spaced(&text), "a b");
        }
    }
}
