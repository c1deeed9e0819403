//! The names of the figures that a guest keeps.

use std::collections::HashSet;

/// How many a task may have.
const NAMES: usize = 256;

/// The longest name, in bytes.
const LENGTH: usize = 128;

/// The names that an instance has used.
#[derive(Debug, Default)]
pub(crate) struct MetricNames(HashSet<String>);

impl MetricNames {
    /// Whether a figure of this name is kept: the name is valid, and it is known
    /// or there is room for another.
    pub(crate) fn admit(&mut self, name: &str) -> bool {
        if self.0.contains(name) {
            return true;
        }
        if self.0.len() >= NAMES || !is_valid(name) {
            return false;
        }
        self.0.insert(name.to_owned())
    }
}

fn is_valid(name: &str) -> bool {
    (1..=LENGTH).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_names_are_kept() {
        let mut names = MetricNames::default();
        assert!(names.admit("words.split_2-a"));
        let long = "x".repeat(129);
        for name in ["", "a b", "é", "a/b", "a\n", long.as_str()] {
            assert!(!names.admit(name), "{name}");
        }
    }

    #[test]
    fn no_more_than_256_are_kept_and_known_ones_stay() {
        let mut names = MetricNames::default();
        for i in 0..NAMES {
            assert!(names.admit(&i.to_string()));
        }
        assert!(!names.admit("another"));
        assert!(names.admit("0"));
    }
}
