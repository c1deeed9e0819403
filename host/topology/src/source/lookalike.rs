//! Characters that look like those of YAML and are others: they come from word processors, chats
//! and web pages.

use std::ops::Range;

/// Such a character in the text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lookalike {
    /// Where it is, in bytes.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) help: String,
}

/// How many lines before a mistake its cause is looked for.
const LINES: usize = 2;

/// The one nearest to these bytes, in the line of these bytes or in one shortly before, that
/// stands where YAML has a space, a `-`, a `:` or quotation marks.
pub(super) fn before(text: &str, at: usize) -> Option<Lookalike> {
    let mut start = 0;
    let mut found = None;
    let mut last = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if start > at {
            break;
        }
        last = number;
        if let Some((offset, c)) = in_line(line) {
            found = Some((number, start + offset, c));
        }
        start += line.len();
    }
    let (_, start, c) = found.filter(|(number, _, _)| last - number <= LINES)?;
    let kind = kind(c)?;
    Some(Lookalike {
        span: start..start + c.len_utf8(),
        what: kind.what(c),
        help: kind.help(),
    })
}

/// The first tab that indents a line, in the line of these bytes or behind it.
pub(super) fn tab_from(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?;
    let mut start = before.rfind('\n').map_or(0, |end| end + 1);
    for line in text.get(start..)?.split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
        let tab = line.get(..indentation).and_then(|blank| blank.find('\t'));
        if let Some(offset) = tab.filter(|_| !line.trim().is_empty()) {
            return Some(start + offset..start + offset + 1);
        }
        start += line.len();
    }
    None
}

/// The first one of a line that is where it matters.
fn in_line(line: &str) -> Option<(usize, char)> {
    if line.trim().is_empty() {
        return None;
    }
    let mut is_first = true;
    // What is before it, and what is before that white space.
    let (mut before, mut word) = (' ', ' ');
    for (offset, c) in line.char_indices() {
        let next = line[offset + c.len_utf8()..].chars().next().unwrap_or(' ');
        let matters = match kind(c) {
            None => false,
            Some(Kind::Tab) => is_first,
            Some(Kind::Space(_) | Kind::Invisible) => is_first || matches!(before, ':' | '-'),
            Some(Kind::Dash) => is_first && next.is_whitespace(),
            Some(Kind::Colon) => true,
            Some(Kind::Quote) => is_first || matches!(word, ':' | '-' | '[' | '{' | ','),
        };
        if matters {
            return Some((offset, c));
        }
        is_first &= c == ' ';
        before = c;
        if !c.is_whitespace() {
            word = c;
        }
    }
    None
}

/// What to say of a key, a name or the like with such a character: one that cannot be seen
/// anywhere in it, or one at its beginning that is no quotation mark or `-`.
pub(crate) fn within(text: &str) -> Option<String> {
    let tells = |(at, c): (usize, char)| {
        let kind = kind(c)?;
        match kind {
            Kind::Tab | Kind::Space(_) | Kind::Invisible => {
                Some(format!("it has {} in it: {}", kind.what(c), kind.help()))
            }
            Kind::Colon => Some(kind.told(c)),
            Kind::Dash | Kind::Quote => (at == 0).then(|| kind.told(c)),
        }
    };
    text.char_indices().find_map(tells)
}

/// What a character is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tab,
    Space(&'static str),
    Invisible,
    Dash,
    Colon,
    Quote,
}

impl Kind {
    fn what(self, c: char) -> String {
        let code = u32::from(c);
        match self {
            Self::Tab => "a tab".to_owned(),
            Self::Space(what) => format!("{what} (U+{code:04X})"),
            Self::Invisible => format!("an invisible character (U+{code:04X})"),
            Self::Dash => format!("`{c}` (U+{code:04X}) is no `-`"),
            Self::Colon => format!("`{c}` (U+{code:04X}) is no `:`"),
            Self::Quote => format!("`{c}` (U+{code:04X}) is no quotation mark of YAML"),
        }
    }

    fn help(self) -> String {
        let help = match self {
            Self::Tab | Self::Space(_) => "write a plain space in its place",
            Self::Invisible => "remove it",
            Self::Dash => "write a plain `-` in its place",
            Self::Colon => "write `:` and a space in its place",
            Self::Quote => "write `\"` or `'` in its place",
        };
        help.to_owned()
    }

    fn told(self, c: char) -> String {
        format!("{}: {}", self.what(c), self.help())
    }
}

/// What this character is taken for, if it is not what it seems.
fn kind(c: char) -> Option<Kind> {
    Some(match c {
        '\t' => Kind::Tab,
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Kind::Space("a no-break space"),
        '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => Kind::Space("another kind of space"),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => {
            Kind::Invisible
        }
        '‐'..='―' | '−' | '－' => Kind::Dash,
        '：' => Kind::Colon,
        '‘'..='‟' | '«' | '‹' | '＂' | '＇' | '´' => Kind::Quote,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_line_with_another_character_is_found() {
        let text = "a:\n\u{a0} - b\n\t \n  - c\n\td: 1\n\u{a0}e: 1\n– f\ng： 1\nh: “i\n";
        let found = |at: &str| {
            let found = before(text, text.find(at).unwrap_or(0))?;
            Some((&text[found.span], found.what))
        };
        assert_eq!(found("a:"), None);
        let no_break = Some(("\u{a0}", "a no-break space (U+00A0)".to_owned()));
        assert_eq!(found("- b"), no_break.clone());
        assert_eq!(found("- c"), no_break);
        assert_eq!(found("d:"), Some(("\t", "a tab".to_owned())));
        assert_eq!(found("f"), Some(("–", "`–` (U+2013) is no `-`".to_owned())));
        assert_eq!(
            found("1\nh"),
            Some(("：", "`：` (U+FF1A) is no `:`".to_owned()))
        );
        let quote = "`“` (U+201C) is no quotation mark of YAML".to_owned();
        assert_eq!(found("i\n"), Some(("“", quote)));
    }

    #[test]
    fn what_is_within_a_text_is_left_alone() {
        for text in [
            "a: b – c\n",
            "a: it is “so”\n",
            "a: b\u{a0}c\n",
            "a: b\tc\n",
            "a: 1 # “x”\n",
        ] {
            assert_eq!(before(text, 0), None, "{text}");
        }
    }

    #[test]
    fn a_tab_that_indents_is_found_from_its_line_on() {
        let text = "a:\n  - b: 1\n\n \t\n  -\tc: 1\n\td: 1\n";
        let found = |at: &str| tab_from(text, text.find(at).unwrap_or(0));
        let of_c = text.find("\tc").map(|at| at..at + 1);
        assert_eq!(found("b"), of_c);
        assert_eq!(found("c"), of_c);
        assert_eq!(found("d"), text.find("\td").map(|at| at..at + 1));
        assert_eq!(tab_from("a: b\tc\n", 0), None);
    }

    #[test]
    fn what_only_looks_right_is_named() {
        for (text, part) in [
            ("“in”", Some("`“` (U+201C)")),
            ("‘in’", Some("`‘` (U+2018)")),
            ("– id", Some("`–` (U+2013)")),
            ("id：in", Some("`：` (U+FF1A)")),
            ("id:\u{a0}in", Some("a no-break space (U+00A0)")),
            ("in\u{200b}", Some("an invisible character (U+200B)")),
            ("it is “in” – or not", None),
            ("in", None),
            ("", None),
            ("é ü", None),
        ] {
            let said = within(text);
            assert_eq!(said.is_some(), part.is_some(), "{text}");
            assert!(
                said.unwrap_or_default().contains(part.unwrap_or_default()),
                "{text}"
            );
        }
    }
}
