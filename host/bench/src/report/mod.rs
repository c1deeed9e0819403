//! Results as text: a table with bars for each shape, and what came of the targets.

mod bar;
mod number;
mod table;

use std::fmt::Write as _;

use crate::engines::SUBJECT;
use crate::results::{EngineResult, Results, ShapeResult};
use crate::targets::{Outcome, Verdict};
use crate::{Quantity, Sample};
use number::{compact, full};
use table::{Align, Table};

/// What the reader's terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Characters that are not ASCII: bars to an eighth of a character, `×` and `µ`.
    pub unicode: bool,
    /// Colours.
    pub colour: bool,
}

/// The quantity that is compared first, if it was measured.
const FIRST: [Quantity; 6] = [
    Quantity::Rate,
    Quantity::LatencyP99,
    Quantity::PauseP99,
    Quantity::Replay,
    Quantity::Start,
    Quantity::CpuPerMillion,
];

/// How long the longest bar is, characters.
const BAR: usize = 20;

/// How long a line of an error may be, characters.
const LINE: usize = 100;

/// Everything, for people.
pub fn text(results: &Results, style: Style) -> String {
    let mut text = format!("{}\n{}\n", results.date, results.machine.line());
    let settings = &results.settings;
    let _ = writeln!(
        text,
        "medians of {}{}",
        match settings.runs {
            1 => "1 run".to_owned(),
            runs => format!("{runs} runs"),
        },
        if settings.quick {
            "; quick: figures are only plausible"
        } else {
            ""
        }
    );
    for shape in &results.shapes {
        text.push('\n');
        of_shape(&mut text, shape, style);
    }
    let compared = results.shapes.iter().any(|shape| shape.engines.len() > 1);
    if compared {
        let _ = writeln!(text, "\n×: how many times as good {SUBJECT} is");
        for (name, about) in &results.engines {
            let _ = writeln!(text, "{name}: {about}");
        }
    }
    if results.targets.iter().any(is_measured) {
        text.push('\n');
        of_targets(&mut text, &results.targets, style);
    }
    if style.unicode { text } else { ascii(&text) }
}

/// The first figure of a run: `9,408,266 rows/s`.
pub fn headline(sample: &Sample) -> String {
    let found = FIRST
        .into_iter()
        .find_map(|quantity| Some((quantity, sample.get(quantity)?)));
    found.map_or("nothing measured".to_owned(), |(quantity, value)| {
        format!("{} {}", full(value), quantity.label())
    })
}

/// The engines of a shape below each other.
fn of_shape(text: &mut String, result: &ShapeResult, style: Style) {
    let title = format!("{}: {}", result.shape, result.shape.about());
    let _ = writeln!(text, "{}", bold(&title, style));
    let measured: Vec<Quantity> = quantities(result);
    let Some(first) = FIRST.into_iter().find(|q| measured.contains(q)) else {
        errors(text, result);
        return;
    };
    let others = || measured.iter().copied().filter(|q| *q != first);
    let is_compared = |q: Quantity| result.engines.iter().any(|e| e.ratios.contains_key(&q));

    let mut table = Table::default();
    table.column("engine", Align::Left);
    table.column(first.label(), Align::Right);
    table.column("min – max", Align::Left);
    if is_compared(first) {
        table.column("×", Align::Right);
    }
    table.column("", Align::Left);
    for quantity in others() {
        table.column(quantity.label(), Align::Right);
        if is_compared(quantity) {
            table.column("×", Align::Right);
        }
    }
    let longest = longest(result, first);
    for engine in result.engines.iter().filter(|e| !e.spreads.is_empty()) {
        let ratio = |quantity| {
            engine
                .ratios
                .get(&quantity)
                .copied()
                .map_or(String::new(), full)
        };
        let mut row = vec![engine.engine.clone()];
        match engine.spreads.get(&first) {
            Some(spread) => {
                row.push(full(spread.median));
                row.push(format!("{} – {}", compact(spread.min), compact(spread.max)));
            }
            None => row.extend([String::new(), String::new()]),
        }
        if is_compared(first) {
            row.push(ratio(first));
        }
        row.push(match engine.spreads.get(&first) {
            Some(spread) => bar::of(spread.median / longest, BAR, style.unicode),
            None => String::new(),
        });
        for quantity in others() {
            let spread = engine.spreads.get(&quantity);
            row.push(spread.map_or(String::new(), |spread| full(spread.median)));
            if is_compared(quantity) {
                row.push(ratio(quantity));
            }
        }
        table.row(row);
    }
    text.push_str(&table.render());
    errors(text, result);
}

/// Why engines have no figures, or fewer.
fn errors(text: &mut String, result: &ShapeResult) {
    for EngineResult { engine, error, .. } in &result.engines {
        let Some(error) = error else { continue };
        let mut lines = error.lines().filter(|line| !line.trim().is_empty());
        let first: String = lines
            .next()
            .unwrap_or_default()
            .chars()
            .take(LINE)
            .collect();
        let _ = writeln!(text, "{engine} failed: {first}");
        // The end of what a program printed says most.
        if let Some(last) = lines.next_back() {
            let last: String = last.chars().take(LINE).collect();
            let _ = writeln!(text, "  {last}");
        }
    }
}

/// What any engine measured, in the order of columns.
fn quantities(result: &ShapeResult) -> Vec<Quantity> {
    let engines = result.engines.iter();
    let mut all: Vec<_> = engines.flat_map(|e| e.spreads.keys().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The value whose bar is the longest.
fn longest(result: &ShapeResult, quantity: Quantity) -> f64 {
    let medians = result
        .engines
        .iter()
        .filter_map(|e| e.spreads.get(&quantity));
    medians.map(|spread| spread.median).fold(0.0, f64::max)
}

fn of_targets(text: &mut String, verdicts: &[Verdict], style: Style) {
    let _ = writeln!(text, "{}", bold("targets", style));
    let mut table = Table::default();
    table.column("", Align::Left);
    table.column("work", Align::Left);
    table.column("needed", Align::Left);
    table.column("measured", Align::Right);
    table.column("", Align::Left);
    for verdict in verdicts.iter().filter(|verdict| is_measured(verdict)) {
        table.row(vec![
            verdict.target.to_owned(),
            verdict.work.to_owned(),
            verdict.needed.clone(),
            verdict.measured.map_or(String::new(), full),
            outcome(verdict.outcome).to_owned(),
        ]);
    }
    let rendered = table.render();
    if style.colour {
        for line in rendered.lines() {
            let _ = writeln!(text, "{}", coloured(line));
        }
    } else {
        text.push_str(&rendered);
    }
    let open = verdicts.iter().filter(|verdict| !is_measured(verdict));
    let mut open: Vec<_> = open.map(|verdict| verdict.target).collect();
    open.dedup();
    if !open.is_empty() {
        let _ = writeln!(text, "not measured: {}", open.join(", "));
    }
}

fn is_measured(verdict: &Verdict) -> bool {
    verdict.outcome != Outcome::NotMeasured
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::NotMet => "not met",
        Outcome::NotMeasured => "not measured",
    }
}

/// A line that ends with an outcome, in its colour.
fn coloured(line: &str) -> String {
    for (outcome, code) in [("not met", 31), ("met", 32)] {
        if let Some(before) = line.strip_suffix(outcome) {
            return format!("{before}\x1b[{code}m{outcome}\x1b[0m");
        }
    }
    line.to_owned()
}

fn bold(line: &str, style: Style) -> String {
    if style.colour {
        format!("\x1b[1m{line}\x1b[0m")
    } else {
        line.to_owned()
    }
}

/// The same without what a terminal may not show.
fn ascii(text: &str) -> String {
    text.replace('×', "x")
        .replace('–', "-")
        .replace('→', "->")
        .replace('µ', "u")
        .replace('≥', ">=")
        .replace('≤', "<=")
}

#[cfg(test)]
mod tests;
