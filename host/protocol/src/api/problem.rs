//! What every answer says that is not a success.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A word for programs.
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
    ($($(#[doc = $doc:literal])* $code:ident = $word:literal,)*) => {
        /// The sort of a problem.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum ProblemCode {
            $($(#[doc = $doc])* $code,)*
            /// One that this version does not know.
            Other(String),
        }

        impl ProblemCode {
            /// All that this version knows.
            pub const KNOWN: &[Self] = &[$(Self::$code),*];

            /// What each of [`Self::KNOWN`] means.
            const MEANINGS: &[&str] = &[$(concat!($($doc),*)),*];

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

impl PartialSchema for ProblemCode {
    /// One of the words that are known, or any text: that of a later version.
    fn schema() -> RefOr<Schema> {
        let words: Vec<&str> = Self::KNOWN.iter().map(Self::as_str).collect();
        let meanings = words.iter().zip(Self::MEANINGS);
        let meanings: Vec<String> = meanings
            .map(|(word, meaning)| format!("- `{word}`: {}", meaning.trim()))
            .collect();
        let known = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(meanings.join("\n")))
            .enum_values(Some(words));
        let later = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A word of a later version."));
        AnyOfBuilder::new()
            .item(known)
            .item(later)
            .description(Some("The sort of a problem, as a word for programs."))
            .into()
    }
}

impl ToSchema for ProblemCode {}

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
    fn the_schema_has_every_word_with_its_meaning_and_room_for_later_ones() {
        let schema = serde_json::to_value(ProblemCode::schema()).unwrap();
        let [known, later] = schema["anyOf"].as_array().unwrap().as_slice() else {
            panic!("{schema}");
        };
        let words: Vec<&str> = ProblemCode::KNOWN.iter().map(ProblemCode::as_str).collect();
        assert_eq!(known["enum"], serde_json::json!(words));
        let meanings: Vec<&str> = known["description"].as_str().unwrap().lines().collect();
        assert_eq!(meanings.len(), words.len());
        assert_eq!(meanings[0], "- `not-found`: What was named is not there.");
        assert_eq!(later["type"], "string");
        assert!(later.get("enum").is_none());
    }
}
