//! What an attack came to: what the host says of it, and what came out of it.

use std::sync::{Arc, Mutex};

use stormcell_dead_letters::StoredLetter;
use stormcell_runtime::{ComponentReport, Output, Report};
use stormcell_sandbox::LogLevel;
use stormcell_topology::plain_text::{ERROR, LOG_LINE};

use crate::beside;

/// An attack that the others have survived.
pub(crate) struct Survived {
    report: Report,
    written: Arc<Written>,
    letters: Vec<StoredLetter>,
    unnamed: Vec<String>,
}

impl Survived {
    /// `letters`: the rows that could not be processed; `unnamed`: what libraries logged that
    /// bears no name.
    pub(crate) fn new(
        report: Report,
        written: Arc<Written>,
        letters: Vec<StoredLetter>,
        unnamed: Vec<String>,
    ) -> Self {
        Self {
            report,
            written,
            letters,
            unnamed,
        }
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

    /// Nothing that leaves the host is longer than it may be, whoever said it: errors, log
    /// lines, dead letters, and all of it together as JSON. And all of it is plain.
    pub(crate) fn nothing_is_too_long(&self) -> &Self {
        for component in &self.report.components {
            for error in &component.errors {
                let length = error.message.len() + error.detail.len() + 1;
                assert!(length <= ERROR, "{length} bytes: {:.200}", error.message);
            }
            for task in &component.quarantined {
                let length = task.reason.len();
                assert!(length <= ERROR, "{length} bytes: {:.200}", task.reason);
            }
        }
        for line in self.log() {
            assert!(line.len() <= LOG_LINE, "{} bytes: {line:.200}", line.len());
            assert!(is_plain(&line), "{line:.200}");
        }
        for letter in self.letters() {
            let (reason, frames) = (&letter.letter.reason, &letter.letter.backtrace);
            let length = frames.iter().map(String::len).sum::<usize>() + reason.len();
            assert!(length <= ERROR, "{length} bytes: {reason:.200}");
            assert!(is_plain(reason), "{reason:.200}");
        }
        let json = serde_json::to_string(&self.report).unwrap();
        // Quotes and backslashes take twice their length.
        let errors = self.report.components.iter().map(|c| c.errors.len());
        let most = (errors.sum::<usize>() + 1) * 2 * ERROR;
        assert!(json.len() < most, "{} bytes of {most}", json.len());
        self.errors_are_plain()
    }

    /// What libraries logged is in the name of the component that they worked for.
    pub(crate) fn nothing_is_unnamed(&self) -> &Self {
        let some: Vec<_> = self.unnamed.iter().take(3).collect();
        assert!(some.is_empty(), "{} lines: {some:#?}", self.unnamed.len());
        self
    }

    /// The rows that could not be processed.
    pub(crate) fn letters(&self) -> &[StoredLetter] {
        &self.letters
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

/// Whether a terminal shows this as it is written.
pub(crate) fn is_plain(text: &str) -> bool {
    // They change the direction of text, or separate lines and paragraphs.
    let moves = |c| {
        matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
    };
    !text
        .chars()
        .any(|c| moves(c) || c.is_control() && c != '\n' && c != '\t')
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
