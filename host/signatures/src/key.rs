//! Keys, and the files they are in.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::Signature;
use crate::hex;
use crate::signature::message;

/// A key that signs. Its memory is overwritten when it is dropped.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// The key of 32 random bytes.
    pub fn of_random(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// The key in a PEM file (PKCS#8).
    ///
    /// # Errors
    /// If it is something else. The message has nothing of the file in it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_pem(text.trim())
            .map(Self)
            .map_err(|_| KeyError::Private)
    }

    /// The PEM file of this key: a secret.
    ///
    /// # Errors
    /// If it cannot be encoded, which does not happen.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF);
        pem.map(|pem| pem.to_string())
            .map_err(|_| KeyError::Private)
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a component file with this digest (SHA-256).
    pub fn sign(&self, digest: &[u8; 32]) -> Signature {
        Signature::new(self.public().id(), self.0.sign(&message(digest)).to_bytes())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key in a PEM file (SubjectPublicKeyInfo).
    ///
    /// # Errors
    /// If it is something else, a private key for instance.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(KeyError::PrivateInsteadOfPublic);
        }
        VerifyingKey::from_public_key_pem(text.trim())
            .map(Self)
            .map_err(|_| KeyError::Public)
    }

    /// The PEM file of this key.
    ///
    /// # Errors
    /// If it cannot be encoded, which does not happen.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pem = self.0.to_public_key_pem(LineEnding::LF);
        pem.map_err(|_| KeyError::Public)
    }

    /// The name of this key.
    pub fn id(&self) -> KeyId {
        let digest: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        KeyId(format!("ed25519:{}", hex::encode(&digest[..16])))
    }

    /// Whether this key's owner has signed this. Of the encodings of a signature that
    /// some verifiers take for the same, only the canonical one counts.
    pub(crate) fn has_signed(&self, digest: &[u8; 32], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(&message(digest), &signature).is_ok()
    }
}

/// The name of a key: `ed25519:` and the first half of the SHA-256 of the public key, in
/// hexadecimal digits.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no private key.
    #[error(
        "it is not an Ed25519 private key: expected PKCS#8 as PEM (`-----BEGIN PRIVATE KEY-----`), \
         not encrypted, as `stormcell keygen` writes it"
    )]
    Private,
    /// It is no public key.
    #[error(
        "it is not an Ed25519 public key: expected PEM (`-----BEGIN PUBLIC KEY-----`), as \
         `stormcell keygen` writes it"
    )]
    Public,
    /// It is a private key, and does not belong there.
    #[error(
        "it is a private key: give the public one, and keep the private one where components are \
         signed"
    )]
    PrivateInsteadOfPublic,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    /// The examples of RFC 8410, section 10, as OpenSSL writes such keys.
    const OPENSSL_PRIVATE: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
    const OPENSSL_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";

    #[test]
    fn keys_are_those_of_openssl() {
        let private = PrivateKey::from_pem(OPENSSL_PRIVATE).unwrap();
        let public = PublicKey::from_pem(OPENSSL_PUBLIC).unwrap();
        assert_eq!(private.public(), public);
        assert_eq!(public.to_pem().unwrap(), OPENSSL_PUBLIC);
        let again = PrivateKey::from_pem(&private.to_pem().unwrap()).unwrap();
        assert_eq!(again.public(), public);
        assert!(public.id().to_string().starts_with("ed25519:"));
        assert_eq!(public.id().to_string().len(), "ed25519:".len() + 32);
    }

    #[test]
    fn what_is_no_key_is_told_without_being_shown() {
        let halved = &OPENSSL_PRIVATE[..60];
        for text in ["", "x", OPENSSL_PUBLIC, halved] {
            let error = PrivateKey::from_pem(text).unwrap_err();
            assert_eq!(error, KeyError::Private);
        }
        for text in ["", "x"] {
            assert_eq!(PublicKey::from_pem(text), Err(KeyError::Public));
        }
        let error = PublicKey::from_pem(OPENSSL_PRIVATE).unwrap_err();
        assert_eq!(error, KeyError::PrivateInsteadOfPublic);
        let key = PrivateKey::from_pem(OPENSSL_PRIVATE).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey(..)");
    }
}
