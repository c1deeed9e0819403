//! Diagnostics: what is wrong with a topology file, and where.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The stable number of a kind of mistake, written `SC0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SC{:04}", self.0)
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// What is wrong, in one lower-case phrase.
    pub message: String,
    /// Where: a range of bytes of the text.
    pub span: Range<usize>,
}

/// Mistakes in one file, with its name and its text to show them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The name of the file, as the user knows it.
    pub file: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    /// The mistakes, in the order of the text.
    pub items: Vec<Diagnostic>,
}
