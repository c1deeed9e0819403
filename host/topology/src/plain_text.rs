//! Texts of strangers as people are shown them: what components say, values of rows, keys of
//! files. Nothing in them may do more to a terminal than be shown.
//!
//! What would be obeyed are control characters (of the category `Cc`, among them ESC), and
//! those that change the direction of the text after them, with which a text can be made
//! to look like another one (CVE-2021-42574).

use std::borrow::Cow;

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
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_is_not_touched() {
        for text in ["", "a\tb\nc \u{e9} \u{4e2d} \u{5d0}", "\u{1f600}\u{200d}"] {
            assert!(matches!(lines(text), Cow::Borrowed(same) if same == text));
        }
        assert!(matches!(line("one line"), Cow::Borrowed("one line")));
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
}
