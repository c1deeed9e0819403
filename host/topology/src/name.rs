//! Names: of topologies, components, streams and fields.
//!
//! Storm allows everything but `/`, `.`, `:` and `\` (StormCommon.validateBasic);
//! here names are also parts of file names, metrics and diagrams, and so are
//! letters, digits, `_` and `-` only, as in the WIT package.

/// A name has at most this many characters.
pub const MAX_NAME: usize = 128;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is empty.
    #[error("a name must not be empty")]
    Empty,
    /// It is too long.
    #[error("a name has at most {MAX_NAME} characters")]
    TooLong,
    /// It has other characters.
    #[error("a name has letters (a to z, A to Z), digits, `_` and `-` only")]
    Character,
    /// It starts with two underscores.
    #[error("names that start with `__` belong to the host")]
    Reserved,
}

/// Whether this is a name for something of the user's.
///
/// # Errors
/// Why it is not.
pub fn check_name(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if !text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    {
        return Err(NameError::Character);
    }
    if text.len() > MAX_NAME {
        return Err(NameError::TooLong);
    }
    if text.starts_with("__") {
        return Err(NameError::Reserved);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_text() {
        for good in ["a", "word-count_2", "-", "_x", &"x".repeat(MAX_NAME)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        assert_eq!(check_name(""), Err(NameError::Empty));
        assert_eq!(check_name("a.b"), Err(NameError::Character));
        assert_eq!(check_name("é"), Err(NameError::Character));
        assert_eq!(check_name("__acker"), Err(NameError::Reserved));
        assert_eq!(
            check_name(&"x".repeat(MAX_NAME + 1)),
            Err(NameError::TooLong)
        );
    }
}
