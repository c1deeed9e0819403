//! The nearest of the names that exist, for a name that does not.
//!
//! Names that exist may be those of a stranger's schema: each is cut and escaped, and none
//! is compared that is too long to be meant.

use crate::diagnostic::quoted;

/// A name that is longer, in bytes, is no slip of the pen, and comparing costs the product
/// of both lengths.
const LONGEST: usize = 256;

/// `did you mean ...?`, if a known name is near enough, else the list of known
/// names under their `title`; `None` if there are none.
pub fn did_you_mean<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
    title: &str,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(wrong, &known) {
        return Some(format!("did you mean {}?", quoted(near)));
    }
    if known.is_empty() {
        return None;
    }
    let mut list: Vec<String> = known.iter().take(12).map(|name| quoted(name)).collect();
    if known.len() > list.len() {
        list.push("…".to_owned());
    }
    Some(format!("{title}: {}", list.join(", ")))
}

/// The known name with the fewest edits, if they are at most a third of its
/// length. Case, `-` and `_` do not count.
fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    if wrong.len() > LONGEST {
        return None;
    }
    let wrong = plain(wrong);
    known
        .iter()
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (strsim::damerau_levenshtein(&wrong, &plain(name)), *name))
        .filter(|(edits, name)| *edits <= name.chars().count().div_ceil(3))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["verses", "split", "local-or-shuffle"];
        assert_eq!(nearest("verse", &known), Some("verses"));
        assert_eq!(nearest("LOCAL_OR_SHUFLE", &known), Some("local-or-shuffle"));
        assert_eq!(nearest("kafka", &known), None);
        assert_eq!(nearest(&"x".repeat(1000), &known), None);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(nearest(&"x".repeat(LONGEST), &[&long]), None);
    }

    #[test]
    fn names_of_strangers_are_cut_and_escaped() {
        let long = format!("\u{1b}{}", "x".repeat(1_000));
        let list = did_you_mean("kafka", [long.as_str()], "allowed").unwrap_or_default();
        assert!(list.starts_with("allowed: `\\u{1b}xxx"), "{list}");
        assert!(list.len() < 100, "{list}");
    }

    #[test]
    fn the_list_is_given_when_nothing_is_near() {
        assert_eq!(
            did_you_mean("kafka", ["a", "bcd"], "components").as_deref(),
            Some("components: `a`, `bcd`")
        );
        assert_eq!(did_you_mean("kafka", [], "components"), None);
    }
}
