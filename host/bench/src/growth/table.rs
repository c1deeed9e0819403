//! Growth as text.

use std::fmt::Write as _;

use super::{Growth, Step};

/// A table for each dimension, for people.
pub fn text(all: &[Growth]) -> String {
    let mut text = String::new();
    for growth in all {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "{:>12}  {:>12}  {:>8}  {:>9}  {:>9}  {:>7}   {}",
            "size",
            "ns a tuple",
            "x before",
            "ns a byte",
            "start ms",
            "MiB",
            growth.dimension.about()
        );
        for step in &growth.steps {
            line(&mut text, step);
        }
    }
    text
}

fn line(text: &mut String, step: &Step) {
    let or_nothing = |value: Option<f64>, decimals: usize| {
        value.map_or(String::new(), |value| format!("{value:.decimals$}"))
    };
    let line = format!(
        "{:>12}  {:>12.1}  {:>8}  {:>9}  {:>9}  {:>7}",
        step.size,
        step.tuple_ns,
        or_nothing(step.ratio, 2),
        or_nothing(step.byte_ns, 3),
        or_nothing(step.start_ms, 0),
        or_nothing(step.memory_mib, 0),
    );
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::Dimension;

    #[test]
    fn what_was_not_measured_is_left_out() {
        let step = |size, ratio| Step {
            size,
            tuple_ns: 120.25,
            byte_ns: None,
            ratio,
            start_ms: ratio.map(|_| 210.4),
            memory_mib: None,
        };
        let growth = Growth {
            dimension: Dimension::Tasks,
            steps: vec![step(1, None), step(10, Some(1.0))],
        };
        let expected = "        size    ns a tuple  x before  ns a byte   start ms      MiB   tasks of the bolt in the middle
           1         120.2
          10         120.2      1.00                   210
";
        assert_eq!(text(&[growth]), expected);
    }
}
