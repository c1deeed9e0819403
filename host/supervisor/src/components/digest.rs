//! The digest of a component file.

use std::fmt::{self, Write as _};

use stormcell_protocol::api::Problem;
use stormcell_protocol::api::ranges::{self, OutOfRange, Text as _};

use crate::problem;

/// `sha256:` and 64 lower-case hexadecimal digits: safe as a part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest(String);

impl Digest {
    /// The digest that this text is.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        match ranges::Digest::check(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(OutOfRange { found, expected }) => Err(problem::invalid(format!(
                "{found} is not the digest of a component file: expected {expected}"
            ))),
        }
    }

    /// The digest of these 32 bytes.
    pub(crate) fn of(bytes: [u8; 32]) -> Self {
        let mut text = String::from("sha256:");
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The 32 bytes.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        // Nothing else is made a digest.
        stormcell_signatures::digest(&self.0).unwrap_or_default()
    }

    /// The digest as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn only_digests_are_digests() {
        let digest = Digest::of([0xab; 32]);
        assert_eq!(Digest::parse(digest.as_str()).unwrap(), digest);
        let bytes: [u8; 32] = std::array::from_fn(|i| i as u8 * 7);
        assert_eq!(Digest::of(bytes).bytes(), bytes);
        let hex = "0".repeat(64);
        for wrong in [
            String::new(),
            hex.clone(),
            format!("sha256:{}", "A".repeat(64)),
            format!("sha256:{}", "0".repeat(63)),
            format!("sha256:../{}", "0".repeat(61)),
            format!("sha512:{hex}"),
            format!("sha256:{hex}\n"),
        ] {
            assert_eq!(
                Digest::parse(&wrong).unwrap_err().code,
                "invalid",
                "{wrong}"
            );
        }
    }
}
