//! Cutting a text while it is written, so that no more of it is ever in memory than is kept.

use std::fmt::{self, Display, Write};

use super::is_obeyed;

/// What stands where a text was cut.
const CUT: char = '…';

/// Room for the words that say how much was cut.
const MARK: usize = 28;

/// What is cut is counted up to here; then whoever writes is told to stop. A text may be
/// written that never ends.
const COUNTED: usize = 64 << 20;

/// Takes a text as it is written, and keeps its beginning: escaped, no longer than it may
/// be, cut at a character. What was cut is counted, and said at the end.
///
/// Invariants: [`finish`](Self::finish) returns at most as many bytes as it may (and at
/// least room for the mark, 28); a text that it returned is returned as it is when it is
/// written again; what is not longer and has nothing to escape is not changed.
#[derive(Debug)]
pub struct Bounded {
    text: String,
    most: usize,
    form: Form,
    /// How much of the text stays if it turns out to be too long: there must be room for
    /// the mark, and no escape is parted.
    stays: usize,
    cut: usize,
    /// How much may be cut before whoever writes is told to stop.
    counted: usize,
}

/// What becomes of characters that would be obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// They are escaped, all but line ends and tabs.
    Lines,
    /// They are escaped.
    Line,
    /// A space stands for each.
    Spaced,
}

impl Bounded {
    /// For a text of several lines, of at most so many bytes: line ends and tabs stay.
    pub fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most: most.max(MARK),
            form: Form::Lines,
            stays: 0,
            cut: 0,
            counted: COUNTED,
        }
    }

    /// For one line: line ends and tabs are escaped as well.
    pub fn line(most: usize) -> Self {
        Self {
            form: Form::Line,
            ..Self::new(most)
        }
    }

    /// For a text that is put into a line of others: a space stands for each line end, and
    /// for what else would be obeyed.
    pub fn spaced(most: usize) -> Self {
        Self {
            form: Form::Spaced,
            ..Self::new(most)
        }
    }

    /// The same, but a writer is told to stop as soon as something is cut. This is for texts that
    /// may take very long to write. The mark does not say how much was cut.
    pub fn stopping(self) -> Self {
        Self { counted: 0, ..self }
    }

    /// Whether something was cut.
    pub fn is_cut(&self) -> bool {
        self.cut > 0
    }

    /// So many bytes would follow, which nobody writes.
    pub fn skip(&mut self, bytes: usize) {
        if bytes > 0 && self.cut == 0 {
            self.give_way();
        }
        self.cut = self.cut.saturating_add(bytes);
    }

    /// The text, and how much was cut of it.
    pub fn finish(mut self) -> String {
        match self.cut {
            0 => {}
            _ if self.counted == 0 => self.text.push(CUT),
            cut if cut > COUNTED => self.text.push_str("… (over 64 MiB more)"),
            cut => {
                let (amount, unit) = amount(cut);
                // Writing to a string does not fail.
                let _ = write!(self.text, "{CUT} ({amount} {unit} more)");
            }
        }
        self.text
    }

    /// Bytes that are kept for the mark at the end of a text that was cut.
    fn mark(&self) -> usize {
        match self.counted {
            0 => CUT.len_utf8(),
            _ => MARK,
        }
    }

    fn is_escaped(&self, c: char) -> bool {
        is_obeyed(c) && (self.form != Form::Lines || c != '\n' && c != '\t')
    }

    /// Adds a part. `divisible`: it may be cut between any two characters.
    fn push(&mut self, part: &str, divisible: bool) {
        let start = self.text.len();
        let all = start.saturating_add(part.len());
        let room = (self.most - self.mark()).saturating_sub(start);
        if start == self.stays && part.len() <= room {
            self.stays = all;
        } else if start == self.stays && divisible {
            self.stays = start + part.floor_char_boundary(room);
        }
        if all <= self.most {
            self.text.push_str(part);
        } else {
            let beginning = part.get(..self.stays.saturating_sub(start));
            self.text.push_str(beginning.unwrap_or_default());
            self.give_way();
            self.cut = all - self.stays;
        }
    }

    /// Makes room for the mark.
    fn give_way(&mut self) {
        self.cut = self.text.len().saturating_sub(self.stays);
        self.text.truncate(self.stays);
    }
}

impl Write for Bounded {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        while self.cut == 0 && !text.is_empty() {
            let plain = text.find(|c| self.is_escaped(c)).unwrap_or(text.len());
            let (part, rest) = text.split_at(plain);
            if !part.is_empty() {
                self.push(part, true);
            }
            text = rest;
            if self.cut == 0
                && let Some(c) = text.chars().next()
            {
                let mut escape = [0; 12];
                let shown = match self.form {
                    Form::Spaced => " ",
                    Form::Lines | Form::Line => escaped(c, &mut escape),
                };
                self.push(shown, false);
                text = text.get(c.len_utf8()..).unwrap_or_default();
            }
        }
        self.cut = self.cut.saturating_add(text.len());
        match self.cut > self.counted {
            true => Err(fmt::Error),
            false => Ok(()),
        }
    }
}

/// The escape of a character: at most `\u{10ffff}`.
fn escaped(c: char, to: &mut [u8; 12]) -> &str {
    let mut length = 0;
    for (byte, c) in to.iter_mut().zip(c.escape_default()) {
        // Escapes are ASCII.
        *byte = c as u8;
        length += 1;
    }
    let escape = to.get(..length).unwrap_or_default();
    std::str::from_utf8(escape).unwrap_or_default()
}

/// A number of bytes for people, and its unit.
fn amount(bytes: usize) -> (String, &'static str) {
    match bytes {
        1 => ("1".to_owned(), "byte"),
        0 | 2..1024 => (bytes.to_string(), "bytes"),
        1024..1_048_576 => (format!("{:.1}", bytes as f64 / 1024.0), "KiB"),
        _ => (format!("{:.1}", bytes as f64 / 1_048_576.0), "MiB"),
    }
}

/// A text of several lines within so many bytes.
pub fn bounded(most: usize, text: impl Display) -> String {
    collected(Bounded::new(most), text)
}

/// A text in one line, within so many bytes.
pub fn bounded_line(most: usize, text: impl Display) -> String {
    collected(Bounded::line(most), text)
}

/// A text within a line of others, within so many bytes.
pub fn bounded_spaced(most: usize, text: impl Display) -> String {
    collected(Bounded::spaced(most), text)
}

/// The beginning of a text in one line, within so many bytes. A writer is told to stop there: see
/// [`Bounded::stopping`].
pub fn beginning(most: usize, text: impl Display) -> String {
    collected(Bounded::line(most).stopping(), text)
}

fn collected(mut to: Bounded, text: impl Display) -> String {
    // An error says that enough was cut, or is one of the text itself, the beginning of
    // which is worth more than nothing.
    let _ = write!(to, "{text}");
    to.finish()
}

#[cfg(test)]
mod tests;
