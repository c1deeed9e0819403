//! Rendering of values of which nobody knows how long they are as texts.

use std::fmt::{self, Display, Write};

/// What stands at the end of a text that goes on.
pub(crate) const CUT: char = '…';

/// A text that takes so many bytes and refuses what comes after, so that whoever renders
/// into it stops there.
#[derive(Debug)]
pub(crate) struct Bounded {
    text: String,
    most: usize,
    cut: bool,
}

impl Bounded {
    /// A text of at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most,
            cut: false,
        }
    }

    /// What was taken, and [`CUT`] if that was not all.
    pub(crate) fn finish(mut self) -> String {
        if self.cut {
            self.text.push(CUT);
        }
        self.text
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = self.most.saturating_sub(self.text.len());
        if !self.cut && text.len() <= left {
            self.text.push_str(text);
            return Ok(());
        }
        if !self.cut {
            let fits = text.floor_char_boundary(left);
            self.text.push_str(text.get(..fits).unwrap_or_default());
            self.cut = true;
        }
        Err(fmt::Error)
    }
}

/// A value as text: at most so many bytes of it, and [`CUT`] if that is not all.
pub(crate) fn bounded(value: impl Display, most: usize) -> String {
    let mut text = Bounded::new(most);
    // What is not taken is said by the mark.
    let _ = write!(text, "{value}");
    text.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_at_a_character() {
        assert_eq!(bounded("abc", 3), "abc");
        assert_eq!(bounded("abcd", 3), "abc…");
        assert_eq!(bounded("ab\u{e9}", 3), "ab…");
        assert_eq!(bounded("\u{4e2d}", 0), "…");
        assert_eq!(bounded("", 0), "");
    }

    #[test]
    fn who_renders_without_end_is_stopped() {
        struct Endless;
        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("more")?;
                }
            }
        }
        assert_eq!(bounded(Endless, 6), "moremo…");
    }
}
