//! A bolt that adds up how often words occur, and prints the most frequent ones when the
//! topology ends.
//!
//! Each counter sends its counts once, when it is closed. A word may come from several
//! counters, so counts of the same word are added up.

mod table;

use std::collections::BTreeMap;

use stormcell_sdk::prelude::*;

/// How many words are shown.
const SHOWN: usize = 20;

struct Report {
    counts: BTreeMap<String, i64>,
}

impl Bolt for Report {
    fn describe() -> Description {
        Description::new("prints the most frequent words")
            .input([("word", Type::Text), ("count", Type::Int)])
            .needs(Capability::Stdout)
    }

    fn prepare(context: &Context) -> Result<Self> {
        ensure!(
            context.task_count() == 1,
            "every task prints a table of its own: give {} a parallelism of 1, not {}",
            context.component(),
            context.task_count()
        );
        Ok(Self {
            counts: BTreeMap::new(),
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, _out: &mut Emitter) -> Result<()> {
        let (word, count) = (tuple.text("word")?, tuple.int("count")?);
        ensure!(
            count > 0,
            "expected a count of 1 or more for `{word}`, got {count}"
        );
        match self.counts.get_mut(word) {
            Some(sum) => {
                *sum = sum
                    .checked_add(count)
                    .context("more words than can be counted")?;
            }
            None => {
                self.counts.insert(word.to_owned(), count);
            }
        }
        Ok(())
    }

    fn close(&mut self, reason: CloseReason, _out: &mut Emitter) -> Result<()> {
        print!("{}", table::render(&self.counts, SHOWN));
        if reason == CloseReason::Stopped {
            println!("(stopped before the end)");
        }
        Ok(())
    }
}

stormcell_sdk::bolt!(Report);

#[cfg(test)]
mod tests {
    use stormcell_sdk::testing::TestBolt;

    use super::*;

    #[test]
    fn counts_of_a_word_from_several_counters_are_added_up() -> Result<()> {
        let mut report = TestBolt::<Report>::new("{}")?;
        report.process([("the", 2), ("and", 1)])?;
        let outcome = report.process([("the", 3), ("of", 0), ("the", i64::MAX)])?;
        assert_eq!(report.bolt().counts["the"], 5);
        assert_eq!(outcome.acked, [2]);
        let reasons: Vec<_> = outcome
            .failed
            .iter()
            .map(|(_, reason)| reason.as_str())
            .collect();
        let zero = "expected a count of 1 or more for `of`, got 0";
        assert_eq!(reasons, [zero, "more words than can be counted"]);
        Ok(())
    }
}
