//! What people read: a table of all paths, and what fails with what to do about it.

use std::fmt::Write as _;
use std::path::Path;

use crate::baseline::shown;
use crate::compare::{Count, Verdict, percent};
use crate::valgrind;

/// Everything that a report is made of.
pub(crate) struct Report<'a> {
    /// The counts with what is to be said of each.
    pub(crate) counts: &'a [(Count, Verdict)],
    /// Names in the baseline that are those of no path.
    pub(crate) gone: &'a [&'a str],
    /// The versions that the baseline was taken with, and the present ones.
    pub(crate) taken_with: (&'a str, &'a str),
    /// Where callgrind's output is.
    pub(crate) dir: &'a Path,
}

impl Report<'_> {
    /// Whether anything fails the build.
    pub(crate) fn fails(&self) -> bool {
        !self.gone.is_empty() || self.counts.iter().any(|(_, verdict)| verdict.fails())
    }

    /// The whole text, with how many passed and failed at its end.
    pub(crate) fn text(&self) -> String {
        let mut text = self.table(|_| true);
        self.slower(&mut text);
        self.without_baseline(&mut text);
        self.faster(&mut text);
        let failed = self.counts.iter().filter(|(_, v)| v.fails()).count() + self.gone.len();
        let passed = self.counts.iter().filter(|(_, v)| !v.fails()).count();
        let _ = writeln!(text, "\npaths: {passed} passed, {failed} failed");
        text
    }

    fn table(&self, listed: impl Fn(&Verdict) -> bool) -> String {
        let names = self.counts.iter().map(|(count, _)| count.name.len());
        let width = names.max().unwrap_or(0).max("instructions a row".len());
        let mut text = format!(
            "{:<width$} {:>10} {:>10} {:>11} {:>8}\n",
            "instructions a row", "baseline", "now", "difference", "allowed"
        );
        for (count, verdict) in self.counts.iter().filter(|(_, verdict)| listed(verdict)) {
            let (baseline, difference) = match verdict.baseline() {
                Some(was) => (shown(was), format!("{:+.1} %", percent(was, count.now))),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let mark = match verdict {
                Verdict::Same { .. } => "",
                Verdict::Slower { .. } => "  SLOWER",
                Verdict::Faster { .. } => "  faster",
                Verdict::New => "  NO BASELINE",
            };
            let _ = writeln!(
                text,
                "{:<width$} {baseline:>10} {:>10} {difference:>11} {:>8}{mark}",
                count.name,
                shown(count.now),
                format!("{} %", count.tolerance),
            );
        }
        text
    }

    fn slower(&self, text: &mut String) {
        let slower = |verdict: &Verdict| matches!(verdict, Verdict::Slower { .. });
        let names = self.names(slower);
        let Some(first) = names.first() else {
            return;
        };
        let file = valgrind::output(self.dir, first);
        let _ = write!(
            text,
            "\nFAILED: slower than the baseline allows: {}\n{}\
             Where the instructions are:\n    callgrind_annotate {}\n\
             If they are worth it, say why in the commit and make them the baseline:\n    {}\n",
            names.join(", "),
            self.table(slower),
            file.display(),
            accept(&names),
        );
        let (then, now) = self.taken_with;
        if then != now {
            let _ = writeln!(
                text,
                "The baseline was taken with other versions, which alone can make a \
                 difference:\n    then: {then}\n    now:  {now}"
            );
        }
    }

    fn without_baseline(&self, text: &mut String) {
        let names = self.names(|verdict| *verdict == Verdict::New);
        if !names.is_empty() {
            let _ = write!(
                text,
                "\nFAILED: without a baseline: {}\nMake what is counted now the baseline:\n    {}\n",
                names.join(", "),
                accept(&names),
            );
        }
        if !self.gone.is_empty() {
            let _ = write!(
                text,
                "\nFAILED: in the baseline, and no path: {}\nIf they are gone for good, take \
                 them out:\n    tests/instructions/run --accept\n",
                self.gone.join(", "),
            );
        }
    }

    fn faster(&self, text: &mut String) {
        let names = self.names(|verdict| matches!(verdict, Verdict::Faster { .. }));
        if !names.is_empty() {
            let _ = write!(
                text,
                "\nFaster than the baseline: {}\nLower the baseline, so that it stays so:\n    {}\n",
                names.join(", "),
                accept(&names),
            );
        }
    }

    fn names(&self, which: impl Fn(&Verdict) -> bool) -> Vec<&str> {
        let counts = self.counts.iter().filter(|(_, verdict)| which(verdict));
        counts.map(|(count, _)| count.name.as_str()).collect()
    }
}

/// The command that makes the counts of these paths the baseline.
fn accept(names: &[&str]) -> String {
    format!("tests/instructions/run --accept {}", names.join(" "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn text(counts: &[(&str, f64, f64)], gone: &[&str]) -> (bool, String) {
        let baseline: BTreeMap<String, f64> = counts
            .iter()
            .filter(|(_, was, _)| *was > 0.0)
            .map(|(name, was, _)| ((*name).to_owned(), *was))
            .collect();
        let counts: Vec<_> = counts
            .iter()
            .map(|(name, _, now)| {
                let count = Count {
                    name: (*name).to_owned(),
                    now: *now,
                    tolerance: 2.0,
                };
                let verdict = count.verdict(&baseline);
                (count, verdict)
            })
            .collect();
        let report = Report {
            counts: &counts,
            gone,
            taken_with: ("rustc 1", "rustc 2"),
            dir: Path::new("out"),
        };
        (report.fails(), report.text())
    }

    #[test]
    fn a_slow_down_is_named_with_what_to_do() {
        let (fails, text) = text(
            &[("acking/open", 50.0, 60.0), ("acking/fold", 9.0, 9.0)],
            &[],
        );
        assert!(fails);
        for expected in [
            "FAILED: slower than the baseline allows: acking/open\n",
            "50.0       60.0     +20.0 %      2 %  SLOWER",
            "callgrind_annotate out/acking.open.callgrind",
            "tests/instructions/run --accept acking/open\n",
            "now:  rustc 2",
            "paths: 1 passed, 1 failed",
        ] {
            assert!(text.contains(expected), "{expected:?} in:\n{text}");
        }
    }

    #[test]
    fn a_speed_up_passes_and_is_named() {
        let (fails, text) = text(&[("acking/open", 50.0, 40.0)], &[]);
        assert!(!fails);
        assert!(
            text.contains("Faster than the baseline: acking/open"),
            "{text}"
        );
        assert!(text.ends_with("paths: 1 passed, 0 failed\n"), "{text}");
    }

    #[test]
    fn paths_and_baselines_must_fit() {
        let (fails, new) = text(&[("acking/new", 0.0, 40.0)], &[]);
        assert!(
            fails && new.contains("FAILED: without a baseline: acking/new"),
            "{new}"
        );
        let (fails, gone) = text(&[("acking/open", 1.0, 1.0)], &["acking/old"]);
        assert!(fails && gone.contains("and no path: acking/old"), "{gone}");
        assert!(gone.ends_with("paths: 1 passed, 1 failed\n"), "{gone}");
    }
}
