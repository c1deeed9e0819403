//! Who has signed component files, and whether that is asked for.
//!
//! A signature lies beside its component file, if a trusted key made it. It is verified
//! again whenever it counts, with the keys that are trusted then: a file that somebody
//! changed, and a key that is not trusted any more, count for nothing.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use stormcell_protocol::api::Problem;
use stormcell_signatures::{Distrust, KeyId, Signature, TrustedKeys};

use super::{Components, Digest, persist};
use crate::blocking::blocking;
use crate::problem;

/// A signature is shorter than this, in bytes.
const LONGEST: u64 = 4 << 10;

/// Whose component files are run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignaturePolicy {
    /// The keys whose signatures count.
    pub trusted: TrustedKeys,
    /// Whether what none of them has signed is refused, at submit and at deploy.
    pub required: bool,
}

impl Components {
    /// Keeps a signature of a component file, which need not be there yet. Returns whose
    /// it is; `None` if that key is not trusted, and signatures are not asked for: then
    /// it is not kept.
    pub(crate) async fn put_signature(
        &self,
        digest: &Digest,
        signature: &Signature,
    ) -> Result<Option<KeyId>, Problem> {
        let signer = match self.policy.trusted.verify(&digest.bytes(), signature) {
            Ok(signer) => signer,
            Err(Distrust::Unknown { .. }) if !self.policy.required => return Ok(None),
            Err(why) => {
                return Err(problem::unsigned(format!(
                    "the signature of component file {digest} is refused: {why}"
                )));
            }
        };
        let text = serde_json::to_vec(signature).map_err(problem::internal)?;
        let path = self.data.component_signature(digest.as_str());
        blocking(move || write(&path, &text))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| self.storage(&error))?;
        Ok(Some(signer))
    }

    /// Who has signed a component file: a key that is trusted.
    pub(crate) async fn signer(&self, digest: &Digest) -> Option<KeyId> {
        if self.policy.trusted.is_empty() {
            return None;
        }
        let path = self.data.component_signature(digest.as_str());
        let signature = blocking(move || read(&path)).await.ok()??;
        let signer = self.policy.trusted.verify(&digest.bytes(), &signature);
        signer
            .inspect_err(|why| tracing::warn!("component file {digest}: {why}"))
            .ok()
    }

    /// Refuses a component file that nobody has signed, if that is asked for. `part` is
    /// what it is for, for people.
    pub(crate) async fn check_signed(&self, digest: &str, part: &str) -> Result<(), Problem> {
        if !self.policy.required {
            return Ok(());
        }
        let digest = Digest::parse(digest)?;
        match self.signer(&digest).await {
            Some(signer) => {
                tracing::info!("component file {digest} of {part} is signed by {signer}");
                Ok(())
            }
            None => Err(problem::unsigned(format!(
                "component file {digest} of {part} is not signed by a key that this supervisor \
                 trusts, and it runs no others (--require-signatures): sign it with `stormcell \
                 sign`, and try again"
            ))),
        }
    }
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temp = tempfile::Builder::new()
        .prefix(super::UPLOAD)
        .tempfile_in(folder)?;
    temp.write_all(text)?;
    temp.as_file().sync_all()?;
    persist(temp, path)
}

/// The signature in a file; `None` if there is none in it.
fn read(path: &Path) -> Option<Signature> {
    let mut text = Vec::new();
    let file = stormcell_regular_file::open(path).ok()?;
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests;
