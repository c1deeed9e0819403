//! A heartbeat that fits: what it says of errors is as long as components make it.

use crate::control::Heartbeat;

/// Bytes of all that a heartbeat says of errors, of all components and tasks of a worker. A
/// supervisor refuses a message of 64 MiB.
pub const ERRORS: usize = 4 << 20;

/// Bytes of each that are left, however many there are.
const LEAST: usize = 64;

impl Heartbeat {
    /// Cuts what it says of errors, if all of that together is too long: each to the same
    /// length. Counts stay exact, and the log has what is cut.
    pub fn fit(&mut self) {
        let mut texts = self.errors();
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        if bytes <= ERRORS {
            return;
        }
        let most = (ERRORS / texts.len().max(1)).max(LEAST);
        for text in &mut texts {
            if text.len() > most {
                **text = stormcell_topology::plain_text::bounded(most, text.as_str());
            }
        }
    }

    /// All that it says of errors.
    fn errors(&mut self) -> Vec<&mut String> {
        let mut texts = Vec::new();
        for component in &mut self.report.components {
            for error in &mut component.errors {
                texts.extend([&mut error.message, &mut error.detail]);
            }
            texts.extend(
                component
                    .quarantined
                    .iter_mut()
                    .map(|task| &mut task.reason),
            );
        }
        texts.extend(
            self.tasks
                .iter_mut()
                .filter_map(|task| task.last_error.as_mut()),
        );
        texts
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_topology::ComponentKind;

    use super::*;
    use crate::control::{Probe, SpoutMode, TaskStatus};
    use crate::{
        ComponentReport, Ending, ErrorReport, QuarantinedTask, ReplayedLetters, Report, TreeReport,
    };

    /// A heartbeat of so many components and tasks each, that say this in each error.
    fn heartbeat(components: usize, tasks: u32, said: &str) -> Heartbeat {
        let component = |n: usize| ComponentReport {
            id: format!("component-{n}"),
            kind: ComponentKind::Bolt,
            tasks,
            rows_in: 0,
            out: 0,
            acked: 0,
            failed: 0,
            replayed: 0,
            waiting: None,
            queued: 0,
            busy_percent: 0.0,
            calls: 0,
            call_p50_us: 0.0,
            call_p99_us: 0.0,
            restarts: 0,
            quarantined: (0..tasks)
                .map(|task| QuarantinedTask {
                    task,
                    reason: said.to_owned(),
                })
                .collect(),
            dead_letters: 0,
            failed_calls: 0,
            refused: 0,
            metrics: Default::default(),
            errors: (0..8)
                .map(|n| ErrorReport {
                    task: 1,
                    message: format!("{n}{said}"),
                    detail: said.to_owned(),
                    count: 7,
                })
                .collect(),
        };
        Heartbeat {
            generation: 1,
            spouts: SpoutMode::Active,
            report: Report {
                topology: "a".to_owned(),
                ending: Ending::Running,
                elapsed_seconds: 0.0,
                rows_per_second: 0.0,
                spout_rows_per_second: 0.0,
                replayed_letters: ReplayedLetters::default(),
                trees: TreeReport::default(),
                components: (0..components).map(component).collect(),
            },
            tasks: (0..tasks)
                .map(|task| TaskStatus {
                    task,
                    digest: String::new(),
                    rows: 0,
                    failed: 0,
                    faults: 0,
                    last_error: Some(said.to_owned()),
                })
                .collect(),
            probe: Probe::default(),
            memory: 0,
        }
    }

    /// Many tasks with long errors made a message that the supervisor refused, and so its
    /// worker was taken for dead, with all of its neighbours.
    #[test]
    fn however_much_is_said_it_can_be_sent() {
        // As JSON, each of these takes twice its length.
        let said = "\"\\".repeat(16 << 10);
        for (components, tasks) in [(1, 400), (100, 10), (1_000, 1)] {
            let mut heartbeat = heartbeat(components, tasks, &said);
            heartbeat.fit();
            let sent = serde_json::to_string(&heartbeat).unwrap();
            assert!(sent.len() < 16 << 20, "{} bytes", sent.len());
            let error = &heartbeat.report.components[0].errors[7];
            assert!(error.message.starts_with("7\"\\") && error.message.ends_with(" more)"));
            assert_eq!(error.count, 7);
        }
    }

    #[test]
    fn what_fits_is_as_it_was() {
        let mut heartbeat = heartbeat(3, 4, "it trapped\n    in f");
        let before = heartbeat.clone();
        heartbeat.fit();
        assert_eq!(heartbeat, before);
    }
}
