//! What shapes are, in a line each.

use crate::{Language, Operator, Pace, Shape};

impl Shape {
    /// One line for people: what is run.
    pub fn about(self) -> String {
        match self {
            Self::Identity { acked, language } => format!(
                "constant text → identity{} → null{}",
                written_in(language),
                if acked { ", acked" } else { ", not acked" }
            ),
            Self::WordCount {
                split,
                count,
                workers,
            } => {
                let over = match workers {
                    1 => String::new(),
                    more => format!(", over {more} worker processes"),
                };
                format!(
                    "nine-word sentences → 2 split{} → 2 count{}, acked{over}",
                    written_in(split),
                    written_in(count)
                )
            }
            Self::Book => "the verses of a book → 2 split → 2 count, acked".to_owned(),
            Self::Join => {
                "numbers → 2 bolts that emit each → join, anchored to both → null, acked".to_owned()
            }
            Self::Split { language } => format!(
                "nine-word sentences → split{} → null, acked",
                written_in(language)
            ),
            Self::Latency { pace } => {
                let rate = match pace {
                    Pace::Rate(rate) => format!("{rate} rows/s"),
                    Pace::PercentOfPeak(percent) => format!("{percent} % of its full rate"),
                };
                format!(
                    "the acked identity chain at {rate}: from when a row was due until it is acked"
                )
            }
            Self::Instances => "10,000 tasks of one bolt, of which 1 % get rows".to_owned(),
            Self::Swap => {
                "the word count over 2 workers, its components deployed again and again".to_owned()
            }
            Self::Recovery => "the word count over 2 workers, one of which is killed".to_owned(),
            Self::ColdStart => {
                "from the start of the command until the first row is acked".to_owned()
            }
            Self::Operator { operator } => {
                let what = match operator {
                    Operator::Split => "splits sentences",
                    Operator::Count => "counts words",
                };
                format!("one operator on one core, without an engine around it: {what}")
            }
        }
    }
}

fn written_in(language: Language) -> &'static str {
    match language {
        Language::Own => "",
        Language::Python => " (Python)",
        Language::JavaScript => " (JavaScript)",
    }
}
