//! The terminal: what may be coloured, and messages for people.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style};
use indicatif::MultiProgress;
use stormcell_topology::plain_text;

use crate::args::{Colour, Global, OutputForm};

/// What the options say about the terminal. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    /// Whether standard output is to be JSON.
    pub(crate) json: bool,
    /// Whether standard error may be coloured.
    pub(crate) colour: bool,
    /// Whether someone watches standard error on a terminal.
    pub(crate) interactive: bool,
    /// No progress, and only errors in the log.
    pub(crate) quiet: bool,
    /// How often `-v` was given.
    pub(crate) verbose: u8,
    /// Where everything is kept, if that was said.
    pub(crate) state_dir: Option<PathBuf>,
    /// The progress lines on the terminal: other text must be printed above them.
    pub(crate) progress: MultiProgress,
}

impl Console {
    pub(crate) fn new(global: &Global) -> Self {
        let interactive = std::io::stderr().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => interactive && !no_color,
        };
        Self {
            json: global.output == OutputForm::Json,
            colour,
            interactive,
            quiet: global.quiet,
            verbose: global.verbose,
            state_dir: global.state_dir.clone(),
            progress: MultiProgress::new(),
        }
    }

    /// How diagnostics are rendered.
    pub(crate) fn style(&self) -> stormcell_topology::diagnostic::Style {
        if self.colour {
            stormcell_topology::diagnostic::Style::Coloured
        } else {
            stormcell_topology::diagnostic::Style::Plain
        }
    }

    /// Says what went wrong.
    pub(crate) fn error(&self, message: &str) {
        self.labelled("error", AnsiColor::Red, message);
    }

    /// Says what is odd.
    pub(crate) fn warning(&self, message: &str) {
        self.labelled("warning", AnsiColor::Yellow, message);
    }

    fn labelled(&self, label: &str, colour: AnsiColor, message: &str) {
        let message = plain_text::lines(message);
        if self.colour {
            let style = Style::new().bold().fg_color(Some(colour.into()));
            self.say(&format!("{style}{label}{style:#}: {message}"));
        } else {
            self.say(&format!("{label}: {message}"));
        }
    }

    /// Writes a line to standard error, above any progress.
    pub(crate) fn say(&self, line: &str) {
        let mut text = line.trim_end_matches('\n').to_owned();
        text.push('\n');
        self.write_stderr(text.as_bytes());
    }

    /// Writes to standard error, above any progress.
    pub(crate) fn write_stderr(&self, bytes: &[u8]) {
        self.progress.suspend(|| {
            // Nobody is left to tell if standard error is closed.
            let _ = std::io::stderr().lock().write_all(bytes);
        });
    }
}
