//! The answers of `examples/word-count`: those of the King James Bible (see the example's
//! README).

use std::process::Output;

use serde_json::Value;

/// How many verses there are.
pub(crate) const VERSES: u64 = 31_102;
const WORDS: u64 = 789_684;
const DISTINCT: u64 = 12_824;

/// What the example printed, and its report.
pub(crate) struct Run {
    table: String,
    report: Value,
}

impl Run {
    /// Of a command that went well and was told `--output json`: then what components
    /// print goes to standard error.
    pub(crate) fn new(output: Output) -> Self {
        let table = String::from_utf8(output.stderr).unwrap();
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{table}\n{report}");
        Self {
            table,
            report: serde_json::from_str(&report).unwrap(),
        }
    }

    pub(crate) fn trees(&self, what: &str) -> u64 {
        self.report["report"]["trees"][what].as_u64().unwrap()
    }

    pub(crate) fn component(&self, id: &str, what: &str) -> u64 {
        let components = self.report["report"]["components"].as_array().unwrap();
        let component = components.iter().find(|c| c["id"] == id).unwrap();
        component[what].as_u64().unwrap()
    }

    pub(crate) fn assert_known_answers(&self) {
        for (rank, word, count) in [
            (1, "the", "63,919"),
            (2, "and", "51,696"),
            (3, "of", "34,618"),
            (4, "to", "13,560"),
            (5, "that", "12,915"),
        ] {
            let row = [rank.to_string(), word.to_owned(), count.to_owned()];
            let found = self
                .table
                .lines()
                .any(|line| line.split_whitespace().eq(row.iter().map(String::as_str)));
            assert!(found, "no row {row:?} in\n{}", self.table);
        }
        let totals = "789,684 words, 12,824 distinct";
        assert!(self.table.contains(totals), "{}", self.table);
        assert_eq!(self.trees("emitted"), VERSES);
        assert_eq!(self.trees("acked"), VERSES);
        assert_eq!(self.trees("failed"), 0);
        assert_eq!(self.trees("pending"), 0);
        assert_eq!(self.component("count", "in"), WORDS);
        assert_eq!(self.component("report", "in"), DISTINCT);
        assert_eq!(self.component("split", "tasks"), 2);
        assert_eq!(self.component("count", "tasks"), 2);
    }
}
