//! The book: the King James text, whose words are known.
//!
//! Each engine splits texts at spaces, so the words of the book are made ready for that
//! once: in lower case, the runs of letters and apostrophes, with one space between.

use std::io::{self, Read as _};

use flate2::read::GzDecoder;

/// The verses, one a line.
pub(crate) const VERSES: u64 = 31_102;

/// The words of all verses.
pub(crate) const WORDS: u64 = 789_684;

/// The different words.
pub(crate) const DISTINCT: u64 = 12_824;

/// What [`text`] does, for the digest of what it made.
pub(crate) const FORM: &str = "lower case, runs of [a-z'], one space between";

/// The text of the book, a verse a line.
///
/// # Errors
/// It is damaged.
pub(crate) fn text(compressed: &[u8]) -> io::Result<String> {
    let mut book = String::new();
    GzDecoder::new(compressed).read_to_string(&mut book)?;
    let mut text = String::with_capacity(book.len());
    for line in book.lines() {
        let (_, verse) = line
            .split_once('\t')
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line without a tab"))?;
        let verse = verse.to_ascii_lowercase();
        let words = verse.split(|c: char| !c.is_ascii_lowercase() && c != '\'');
        for (place, word) in words.filter(|word| !word.is_empty()).enumerate() {
            if place > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_answers_are_the_known_ones() {
        let book = include_bytes!("../../../examples/word-count/data/kjv.tsv.gz");
        let text = text(book).unwrap();
        assert_eq!(text.lines().count() as u64, VERSES);
        let mut counts = HashMap::new();
        for word in text.lines().flat_map(|line| line.split(' ')) {
            *counts.entry(word).or_insert(0_u64) += 1;
        }
        assert_eq!(counts.values().sum::<u64>(), WORDS);
        assert_eq!(counts.len() as u64, DISTINCT);
        for (word, count) in [("the", 63_919), ("and", 51_696), ("of", 34_618)] {
            assert_eq!(counts.get(word), Some(&count), "{word}");
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let book = include_bytes!("../../../examples/word-count/data/kjv.tsv.gz");
        assert!(text(&book[..book.len() / 2]).is_err());
        assert!(text(b"no gzip").is_err());
    }
}
