//! Words and how often each has come: what the bolts that count words keep.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// How often each word has come.
#[derive(Debug, Default)]
pub struct Counts {
    /// With a fixed hash, so that runs are alike.
    words: HashMap<String, i64, BuildHasherDefault<DefaultHasher>>,
}

impl Counts {
    /// Counts one more of this word.
    #[inline]
    pub fn add(&mut self, word: &str) {
        // Only a word that is new is copied.
        match self.words.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                self.words.insert(word.to_owned(), 1);
            }
        }
    }

    /// How many different words have come.
    pub fn words(&self) -> usize {
        self.words.len()
    }

    /// Takes out every word with its count.
    pub fn drain(&mut self) -> impl Iterator<Item = (String, i64)> {
        self.words.drain()
    }
}

impl<'a> Extend<&'a str> for Counts {
    #[inline]
    fn extend<T: IntoIterator<Item = &'a str>>(&mut self, words: T) {
        for word in words {
            self.add(word);
        }
    }
}
