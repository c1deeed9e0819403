//! What every answer says that is not a success.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A word for programs: `not-found`, `exists`, `busy`, `invalid`, `conflict`,
    /// `unauthorized`, `unsigned`, `not-allowed`, `too-large`, `method-not-allowed`,
    /// `missing-secrets`, `storage`, `overloaded`, `internal`. Later versions may have others.
    #[schema(value_type = String)]
    pub code: ProblemCode,
    /// What happened, what was expected, what to do.
    pub message: String,
    /// Diagnostics of a topology file, as `stormcell validate --output json` prints
    /// them; empty for other problems.
    #[serde(default)]
    pub diagnostics: Vec<serde_json::Value>,
}

impl Problem {
    /// A problem without diagnostics.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            diagnostics: Vec::new(),
        }
    }
}

/// Defines the codes, each with its word.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $word:literal,)*) => {
        /// The sort of a problem.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum ProblemCode {
            $($(#[$doc])* $code,)*
            /// One that this version does not know.
            Other(String),
        }

        impl ProblemCode {
            /// All that this version knows.
            pub const KNOWN: &[Self] = &[$(Self::$code),*];

            /// The word for programs.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$code => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for ProblemCode {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$code,)*
                    word => Self::Other(word.to_owned()),
                }
            }
        }
    };
}

codes! {
    /// What was named is not there.
    NotFound = "not-found",
    /// There is one of this name already.
    Exists = "exists",
    /// Something else is going on; it may be otherwise in a moment.
    Busy = "busy",
    /// What was asked for makes no sense.
    Invalid = "invalid",
    /// It cannot be done as things are.
    Conflict = "conflict",
    /// The token is missing, or is not that of the supervisor.
    Unauthorized = "unauthorized",
    /// Nobody who is trusted has signed a component file.
    Unsigned = "unsigned",
    /// A component asks for more than it may.
    NotAllowed = "not-allowed",
    /// What was sent is longer than it may be.
    TooLarge = "too-large",
    /// The path has no such method.
    MethodNotAllowed = "method-not-allowed",
    /// Secrets that a topology refers to are not there.
    MissingSecrets = "missing-secrets",
    /// It could not be stored, and so has not been done.
    Storage = "storage",
    /// There are too many clients.
    Overloaded = "overloaded",
    /// Something that should not happen.
    Internal = "internal",
}

impl From<String> for ProblemCode {
    fn from(word: String) -> Self {
        Self::from(word.as_str())
    }
}

impl From<ProblemCode> for String {
    fn from(code: ProblemCode) -> Self {
        code.as_str().to_owned()
    }
}

impl PartialEq<str> for ProblemCode {
    fn eq(&self, word: &str) -> bool {
        self.as_str() == word
    }
}

impl PartialEq<&str> for ProblemCode {
    fn eq(&self, word: &&str) -> bool {
        self.as_str() == *word
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_word_is_read_back_and_one_of_later_versions_stays() {
        let later = ProblemCode::Other("of-later".to_owned());
        for code in ProblemCode::KNOWN.iter().chain([&later]) {
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{}\"", code.as_str()));
            assert_eq!(serde_json::from_str::<ProblemCode>(&json).unwrap(), *code);
        }
        let known: Vec<_> = ProblemCode::KNOWN.iter().collect();
        assert!(!known.contains(&&ProblemCode::from("of-later")));
    }

    #[test]
    fn the_description_lists_every_word() {
        let source = include_str!("problem.rs");
        let (described, _) = source.split_once("pub code: ProblemCode").unwrap();
        for code in ProblemCode::KNOWN {
            let word = format!("`{}`", code.as_str());
            assert!(described.contains(&word), "{word}");
        }
    }
}
