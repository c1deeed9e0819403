//! The keys that a host trusts.

use std::collections::BTreeMap;

use crate::Signature;
use crate::key::{KeyId, PublicKey};

/// The keys whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedKeys(BTreeMap<KeyId, PublicKey>);

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// A key made it that is not trusted, or there is none.
    #[error("the key {key} that signed it is not trusted here; trusted are: {trusted}")]
    Unknown {
        /// The key that the signature names.
        key: KeyId,
        /// The keys that are trusted, for people.
        trusted: String,
    },
    /// It is not what the key makes for this digest.
    #[error("its signature by the key {0} is wrong: it is of another file, or was changed")]
    Wrong(KeyId),
}

impl TrustedKeys {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who has signed the component file with this digest.
    ///
    /// # Errors
    /// If the signature does not count.
    pub fn verify(&self, digest: &[u8; 32], signature: &Signature) -> Result<KeyId, Distrust> {
        let Some((id, key)) = self.0.get_key_value(&signature.key) else {
            let trusted: Vec<_> = self.0.keys().map(ToString::to_string).collect();
            return Err(Distrust::Unknown {
                key: signature.key.clone(),
                trusted: match &trusted[..] {
                    [] => "none".to_owned(),
                    trusted => trusted.join(", "),
                },
            });
        };
        match signature.bytes() {
            Some(bytes) if key.has_signed(digest, &bytes) => Ok(id.clone()),
            _ => Err(Distrust::Wrong(id.clone())),
        }
    }
}

impl FromIterator<PublicKey> for TrustedKeys {
    fn from_iter<I: IntoIterator<Item = PublicKey>>(keys: I) -> Self {
        Self(keys.into_iter().map(|key| (key.id(), key)).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::PrivateKey;

    const DIGEST: [u8; 32] = [3; 32];

    fn trusting(key: &PrivateKey) -> TrustedKeys {
        [key.public()].into_iter().collect()
    }

    #[test]
    fn what_a_trusted_key_signed_counts() {
        let key = PrivateKey::of_random(&[1; 32]);
        let signature = key.sign(&DIGEST);
        assert_eq!(
            trusting(&key).verify(&DIGEST, &signature),
            Ok(key.public().id())
        );
    }

    #[test]
    fn a_key_that_is_not_trusted_does_not_count_whatever_it_says() {
        let [key, other] = [1, 2].map(|byte| PrivateKey::of_random(&[byte; 32]));
        let mut signature = other.sign(&DIGEST);
        let unknown = trusting(&key).verify(&DIGEST, &signature);
        assert!(matches!(unknown, Err(Distrust::Unknown { .. })));
        signature.key = key.public().id();
        let wrong = trusting(&key).verify(&DIGEST, &signature);
        assert_eq!(wrong, Err(Distrust::Wrong(key.public().id())));
        let none = TrustedKeys::default().verify(&DIGEST, &signature);
        assert!(none.is_err_and(|why| why.to_string().ends_with("trusted are: none")));
    }

    #[test]
    fn a_signature_of_the_digest_alone_does_not_count() {
        use ed25519_dalek::{Signer as _, SigningKey};
        let key = PrivateKey::of_random(&[1; 32]);
        let bytes = SigningKey::from_bytes(&[1; 32]).sign(&DIGEST).to_bytes();
        let signature = Signature::new(key.public().id(), bytes);
        assert!(trusting(&key).verify(&DIGEST, &signature).is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_was_changed_counts(
            random: [u8; 32], digest: [u8; 32], at in 0usize..64, bit in 0u32..8, text in ".*",
        ) {
            let key = PrivateKey::of_random(&random);
            let trusted = trusting(&key);
            let signature = key.sign(&digest);
            prop_assert!(trusted.verify(&digest, &signature).is_ok());
            let mut other = digest;
            other[at / 2] ^= 1 << bit;
            prop_assert!(trusted.verify(&other, &signature).is_err());
            let mut bytes = signature.bytes().unwrap_or([0; 64]);
            bytes[at] ^= 1 << bit;
            let changed = Signature::new(key.public().id(), bytes);
            prop_assert!(trusted.verify(&digest, &changed).is_err());
            let nonsense = Signature { signature: text, ..signature };
            prop_assert!(trusted.verify(&digest, &nonsense).is_err());
        }
    }
}
