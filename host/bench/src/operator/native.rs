//! The operators as plain functions of Rust on columns: the limit that a component can
//! come near to. They do what the components `split` and `count` do, line by line, with
//! the same map and the same hash.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use arrow_array::StringArray;
use arrow_array::builder::StringBuilder;

/// The words of texts, and for each the row that it is from.
pub(crate) fn split(texts: &StringArray) -> (StringArray, Vec<u32>) {
    let bytes = texts.value_data().len();
    let mut words = StringBuilder::with_capacity(bytes / 5, bytes);
    let mut rows = Vec::with_capacity(bytes / 5);
    for (text, row) in texts.iter().flatten().zip(0..) {
        for word in text.split(' ') {
            words.append_value(word);
            rows.push(row);
        }
    }
    (words.finish(), rows)
}

/// How often each word came.
#[derive(Debug, Default)]
pub(crate) struct Count {
    counts: HashMap<String, i64, BuildHasherDefault<DefaultHasher>>,
}

impl Count {
    /// Counts words.
    pub(crate) fn add(&mut self, words: &StringArray) {
        for word in words.iter().flatten() {
            match self.counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(word.to_owned(), 1);
                }
            }
        }
    }

    /// Each word with its count, by word.
    pub(crate) fn finish(self) -> Vec<(String, i64)> {
        let mut counts: Vec<_> = self.counts.into_iter().collect();
        counts.sort();
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_rows() {
        let texts = StringArray::from(vec!["to be", "", "or  not"]);
        let (words, rows) = split(&texts);
        let words: Vec<_> = words.iter().flatten().collect();
        assert_eq!(words, ["to", "be", "", "or", "", "not"]);
        assert_eq!(rows, [0, 0, 1, 2, 2, 2]);
    }

    #[test]
    fn words_are_counted_over_calls() {
        let mut count = Count::default();
        count.add(&StringArray::from(vec!["a", "b", "a"]));
        count.add(&StringArray::from(vec!["b", "a"]));
        assert_eq!(count.finish(), [("a".to_owned(), 3), ("b".to_owned(), 2)]);
    }
}
