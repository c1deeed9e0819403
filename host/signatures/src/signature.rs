//! A signature, as it is kept in a file and sent.

use serde::{Deserialize, Serialize};

use crate::hex;
use crate::key::KeyId;

/// What stands before the digest in what is signed.
const PREFIX: &[u8] = b"stormcell component signature 1\0";

/// The bytes of a digest as it is written: `sha256:` and 64 hexadecimal digits.
pub fn digest(text: &str) -> Option<[u8; 32]> {
    hex::decode(text.strip_prefix("sha256:")?)
}

/// What is signed for a component file with this digest.
pub(crate) fn message(digest: &[u8; 32]) -> Vec<u8> {
    [PREFIX, digest].concat()
}

/// A signature of a component file, beside it and not in it. As JSON, the names of the
/// fields are as they are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The name of the key that made it.
    pub key: KeyId,
    /// The signature: 128 hexadecimal digits.
    pub signature: String,
}

impl Signature {
    /// What says that it is a signature by the key of this name. Whether it is, is found
    /// out by [`crate::TrustedKeys::verify`].
    pub fn of(key: &str, signature: &str) -> Self {
        Self {
            key: KeyId::of(key),
            signature: signature.to_owned(),
        }
    }

    pub(crate) fn new(key: KeyId, bytes: [u8; 64]) -> Self {
        Self {
            key,
            signature: hex::encode(&bytes),
        }
    }

    pub(crate) fn bytes(&self) -> Option<[u8; 64]> {
        hex::decode(&self.signature)
    }
}
