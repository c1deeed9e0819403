//! Pure: signatures of component files, the keys that make them, and the keys that a host
//! trusts.
//!
//! What is signed is the digest of a component file with a prefix that no other use of a
//! key has, so that nothing that was signed for another purpose is a signature of a
//! component. Signatures are Ed25519 (RFC 8032). Keys are PEM files as OpenSSL writes and
//! reads them: a private one PKCS#8, a public one SubjectPublicKeyInfo (RFC 8410).
//!
//! Invariants:
//! - a private key is never shown: not by `Debug`, and in no error;
//! - a signature counts only if a trusted key made it for this digest: what it says of
//!   itself is a hint where to look.
#![forbid(unsafe_code)]

mod hex;
mod key;
mod signature;
mod trust;

pub use key::{KeyError, KeyId, PrivateKey, PublicKey};
pub use signature::{Signature, digest};
pub use trust::{Distrust, TrustedKeys};
