//! Diagnostics: what is wrong with a topology file, where, and what to do.
//!
//! Messages are one lower-case phrase. They quote names in back-ticks, and what
//! they quote is cut and escaped, as files are written by strangers.

mod json;
mod render;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::plain_text;

pub use crate::codes::{Code, Severity};
pub use render::Style;

/// A place in a file and what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// A range of bytes of the text.
    pub span: Range<usize>,
    /// What is to be said; may be empty.
    pub text: String,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// What is wrong, in one lower-case phrase.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that matter.
    pub secondary: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake at these bytes of the text.
    pub fn new(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            help: None,
        }
    }

    /// The same with something to say at its place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// The same with another place.
    #[must_use]
    pub fn also(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it is an error or a warning.
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The diagnostics of one file, with its name and its text to show them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: Arc<str>,
    text: Arc<str>,
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// These diagnostics, put in the order of the text.
    pub fn new(file: Arc<str>, text: Arc<str>, mut items: Vec<Diagnostic>) -> Self {
        items.sort_by_key(|item| (item.primary.span.start, item.code));
        items.dedup();
        Self { file, text, items }
    }

    /// The name of the file, as the user knows it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The diagnostics, in the order of the text.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many are warnings.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.items
            .iter()
            .filter(|item| item.severity() == severity)
            .count()
    }
}

impl fmt::Display for Diagnostics {
    /// As [`Diagnostics::render`] in [`Style::Plain`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for Diagnostics {}

/// Text of a stranger as part of a message: in back-ticks, control characters
/// escaped, at most 64 characters. Empty text is `""`.
pub(crate) fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    let (kept, cut) = match text.char_indices().nth(64) {
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "…"),
        None => (text, ""),
    };
    format!("`{}{cut}`", plain_text::line(kept))
}
