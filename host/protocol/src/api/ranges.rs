//! What parameters and members of requests may be.
//!
//! Each range is declared here once. The supervisor reads requests by it, and the OpenAPI
//! document has it, so that neither can say anything else than the other. A field of a body
//! uses a range twice: `#[serde(deserialize_with = "Workers::read")]` and
//! `#[schema(value_type = Workers)]`.

mod collection;
mod text;
mod whole;

pub use collection::{Digests, Letters, Tasks, Words};
pub use text::{
    BaseDir, CapabilityWord, ComponentPath, Digest, FileName, FileText, Hexadecimal, KeyName, Name,
    SignatureDigits, Text,
};
pub use whole::{
    CanaryPercent, ErrorRate, LetterLimit, LetterNumber, MaxPending, MessageTimeout, Since,
    SubmissionNumber, Tail, TaskCount, TaskNumber, Wait, Watch, Whole, WorkerNumber, Workers,
};

/// A value that is out of its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}: expected {expected}")]
pub struct OutOfRange {
    /// The value, cut if it is long.
    pub found: String,
    /// What it may be.
    pub expected: String,
}

impl OutOfRange {
    /// The same as a sentence about the field of this name.
    pub fn of(&self, field: &str) -> String {
        format!("`{field}` is {self}")
    }
}

/// No more characters of a wrong text are shown.
const SHOWN: usize = 80;

/// A text as it is shown in an error.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(SHOWN).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", start.escape_default())
}

#[cfg(test)]
mod tests;
