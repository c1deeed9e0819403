//! What an attack came to: what the host says of it, and what came out of it.

use std::sync::{Arc, Mutex};

use stormcell_runtime::{ComponentReport, Output, Report};
use stormcell_sandbox::LogLevel;

use crate::beside;

/// An attack that the others have survived.
pub(crate) struct Survived {
    report: Report,
    written: Arc<Written>,
}

impl Survived {
    pub(crate) fn new(report: Report, written: Arc<Written>) -> Self {
        Self { report, written }
    }

    /// An error names the component `attack`, a task of it, and all of this.
    pub(crate) fn error(&self, words: &[&str]) -> &Self {
        self.error_of("attack", words)
    }

    /// An error names this component, a task of it, and all of this.
    pub(crate) fn error_of(&self, component: &str, words: &[&str]) -> &Self {
        let reported = beside::component(&self.report, component);
        let found = reported.errors.iter().find(|error| {
            let text = format!("{}\n{}", error.message, error.detail);
            words.iter().all(|word| text.contains(word))
        });
        let Some(found) = found else {
            panic!("no error says {words:?}: {:#?}", reported.errors);
        };
        assert_ne!(found.task, 0, "{found:#?}");
        println!("{component}, task {}: {}", found.task, found.message);
        self
    }

    /// No error says this.
    pub(crate) fn no_error(&self, word: &str) -> &Self {
        for error in self.report.components.iter().flat_map(|c| &c.errors) {
            let text = format!("{}\n{}", error.message, error.detail);
            assert!(!text.contains(word), "{error:#?}");
        }
        self
    }

    /// No error has anything in it that a terminal would obey.
    pub(crate) fn errors_are_plain(&self) -> &Self {
        for error in self.report.components.iter().flat_map(|c| &c.errors) {
            for text in [&error.message, &error.detail] {
                assert!(is_plain(text), "{error:#?}");
            }
        }
        self
    }

    /// No error is longer than this.
    pub(crate) fn errors_are_short(&self, longest: usize) -> &Self {
        for error in self.report.components.iter().flat_map(|c| &c.errors) {
            let length = error.message.len() + error.detail.len();
            assert!(length <= longest, "{length} bytes: {}", error.message);
        }
        self
    }

    /// What the component did that attacked.
    pub(crate) fn attack(&self) -> &ComponentReport {
        beside::component(&self.report, "attack")
    }

    /// What any other component did.
    pub(crate) fn component(&self, id: &str) -> &ComponentReport {
        beside::component(&self.report, id)
    }

    /// The rows that came through to who gets what the attack emits.
    pub(crate) fn came_through(&self) -> f64 {
        let drain = self.component("drain");
        drain.metrics.get("rows").copied().unwrap_or_default()
    }

    /// The lines that the attack logged.
    pub(crate) fn log(&self) -> Vec<String> {
        self.written.log.lock().unwrap().clone()
    }

    /// How many bytes the attack wrote to its standard output and error.
    pub(crate) fn printed(&self) -> usize {
        *self.written.printed.lock().unwrap()
    }
}

/// Whether a terminal only shows this.
pub(crate) fn is_plain(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
}

/// What the attack wrote.
#[derive(Default)]
pub(crate) struct Written {
    log: Mutex<Vec<String>>,
    printed: Mutex<usize>,
}

impl Output for Written {
    fn log(&self, component: &str, _: u32, _: LogLevel, message: &str) {
        if component == "attack" {
            self.log.lock().unwrap().push(message.to_owned());
        }
    }

    fn stdout(&self, _: &str, _: u32, bytes: &[u8]) {
        *self.printed.lock().unwrap() += bytes.len();
    }

    fn stderr(&self, _: &str, _: u32, bytes: &[u8]) {
        *self.printed.lock().unwrap() += bytes.len();
    }
}
