//! Texts of components that cannot be longer than they may be, by their type.

use std::fmt;
use std::ops::Deref;

use super::{NAME, SAID, SENTENCE, bounded};

/// A text that a component wrote, or that has some of it: escaped, and of at most `MOST`
/// bytes. There is no other way to make one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct GuestText<const MOST: usize>(String);

/// What a component says in an error.
pub type Said = GuestText<SAID>;

/// What a component says in a sentence or two.
pub type Sentence = GuestText<SENTENCE>;

/// A name that a component gave to something. A valid name is what it was.
pub type Name = GuestText<NAME>;

impl<const MOST: usize> GuestText<MOST> {
    /// The text, as it is written: what is cut is never in memory.
    pub fn new(text: impl fmt::Display) -> Self {
        Self(bounded(MOST, text))
    }

    /// The text with something behind it that is worth more than the end of the text: as
    /// long as it is at most half of what there may be, only the text is cut.
    pub fn followed_by(text: impl fmt::Display, end: &str) -> Self {
        let room = MOST.saturating_sub(end.len()).max(MOST / 2);
        Self::new(format_args!("{}{end}", bounded(room, text)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text by itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MOST: usize> From<&str> for GuestText<MOST> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<const MOST: usize> From<String> for GuestText<MOST> {
    /// Without a copy, if it is what it may be.
    fn from(text: String) -> Self {
        match text.len() <= MOST && matches!(super::lines(&text), std::borrow::Cow::Borrowed(_)) {
            true => Self(text),
            false => Self::new(text),
        }
    }
}

impl<const MOST: usize> Deref for GuestText<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for GuestText<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MOST: usize> fmt::Debug for GuestText<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MOST: usize> PartialEq<str> for GuestText<MOST> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl<const MOST: usize> PartialEq<&str> for GuestText<MOST> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl<const MOST: usize> PartialEq<String> for GuestText<MOST> {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::MAX_NAME;

    #[test]
    fn a_valid_name_is_what_it_was() {
        let longest = "x".repeat(MAX_NAME);
        assert_eq!(Name::from(longest.clone()), longest);
    }

    #[test]
    fn what_follows_a_long_text_is_not_cut() {
        for length in [0, 10, NAME, 10 * NAME] {
            let name = Name::followed_by("x".repeat(length), "\nthe end");
            assert!(name.len() <= NAME && name.ends_with("\nthe end"), "{name}");
        }
        let name = Name::followed_by("x", &"y".repeat(10 * NAME));
        assert!(name.len() <= NAME && name.ends_with(" more)"), "{name}");
    }

    #[test]
    fn however_it_is_made_it_is_cut_and_escaped() {
        let text = format!("\u{1b}[2J{}", "x".repeat(2 * NAME));
        for name in [
            Name::new(&text),
            Name::from(text.as_str()),
            Name::from(text),
        ] {
            assert!(name.len() <= NAME, "{}", name.len());
            assert!(
                name.starts_with("\\u{1b}[2Jx") && name.ends_with(" more)"),
                "{name}"
            );
        }
        assert_eq!(Name::from("\u{9b}".to_owned()), "\\u{9b}");
    }
}
