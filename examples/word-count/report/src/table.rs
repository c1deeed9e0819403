//! The table of the most frequent words, as text.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The `shown` most frequent words by rank, and the totals of all. Words that occur
/// equally often are in alphabetical order.
pub fn render(counts: &BTreeMap<String, i64>, shown: usize) -> String {
    let mut ranked: Vec<_> = counts
        .iter()
        .map(|(word, count)| (word.as_str(), *count))
        .collect();
    ranked.sort_by_key(|&(word, count)| (Reverse(count), word));
    ranked.truncate(shown);
    let words = ranked.iter().map(|(word, _)| word.chars().count());
    let word_width = words.max().unwrap_or_default().max("word".len());
    let largest = ranked
        .first()
        .map(|&(_, count)| thousands(count.into()).len());
    let count_width = largest.unwrap_or_default().max("count".len());
    let mut table = format!("rank  {:word_width$}  {:>count_width$}\n", "word", "count");
    for (place, (word, count)) in ranked.into_iter().enumerate() {
        let (rank, count) = (place + 1, thousands(count.into()));
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "{rank:>4}  {word:word_width$}  {count:>count_width$}"
        );
    }
    let total = counts.values().copied().map(i128::from).sum();
    let (total, distinct) = (thousands(total), thousands(counts.len() as i128));
    let _ = writeln!(table, "\n{total} words, {distinct} distinct");
    table
}

/// A number with a comma before each group of three digits.
fn thousands(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_and_all_are_in_the_totals() {
        let words = [("the", 63_919), ("of", 34_618), ("and", 34_618), ("Ω", 1)];
        let counts = words.map(|(word, count)| (word.to_owned(), count)).into();
        let expected = "\
rank  word   count
   1  the   63,919
   2  and   34,618
   3  of    34,618

133,156 words, 4 distinct
";
        assert_eq!(render(&counts, 3), expected);
        assert_eq!(
            render(&BTreeMap::new(), 3),
            "rank  word  count\n\n0 words, 0 distinct\n"
        );
    }

    #[test]
    fn groups_have_three_digits() {
        let texts = [0, 999, 1_000, 1_234_567, -1_000].map(thousands);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567", "-1,000"]);
    }
}
