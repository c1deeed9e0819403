//! The token of the HTTP API: who knows it may do everything.
//!
//! It is made once for a data folder and kept in a file that only its owner can read.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};
use stormcell_protocol::DataDir;

use super::ApiError;

/// How many random bytes a new token has.
const BYTES: usize = 32;

/// How short a token may be that somebody put into the file.
const SHORTEST: usize = 32;

/// The token of a data folder.
#[derive(Clone)]
pub struct Token {
    text: String,
    digest: [u8; 32],
}

impl std::fmt::Debug for Token {
    /// Does not show it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// A file with a token is not longer than this, in bytes.
const LONGEST: u64 = 64 << 10;

impl Token {
    /// The token of this data folder, which must be there. If it has none yet, one is
    /// made.
    ///
    /// # Errors
    ///
    /// [`ApiError::Token`] if the file cannot be read or written, if others than its owner can
    /// read it, or if what it holds is no token.
    pub fn of(data: &DataDir) -> Result<Self, ApiError> {
        let path = data.token();
        let refused = |reason: String| ApiError::Token {
            path: path.clone(),
            reason,
        };
        if !path.exists() {
            make(&path).map_err(|error| refused(error.to_string()))?;
        }
        let mode = fs::metadata(&path)
            .map_err(|error| refused(error.to_string()))?
            .permissions()
            .mode()
            & 0o777;
        if mode & 0o077 != 0 {
            let path = path.display();
            return Err(refused(format!(
                "others can read or change it (mode {mode:03o}), and whoever has it controls all \
                 topologies; delete it to have a new one made, or keep it: `chmod 600 {path}`"
            )));
        }
        let text = stormcell_regular_file::read_to_string(&path, LONGEST)
            .map_err(|error| refused(error.to_string()))?;
        Self::parse(text.trim_ascii()).ok_or_else(|| {
            refused(format!(
                "expected at least {SHORTEST} visible ASCII characters in one line; delete the \
                 file to have a new token made"
            ))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self {
            text: text.to_owned(),
            digest: Sha256::digest(text).into(),
        })
    }

    /// The token, as it is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this is the token. How long that takes says nothing about how much of it
    /// is right: digests are compared.
    pub fn is(&self, sent: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(sent).into();
        digest == self.digest
    }
}

/// Makes the file. If another process made it meanwhile, that one counts.
fn make(path: &Path) -> io::Result<()> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');

    let folder = path.parent().unwrap_or(Path::new("."));
    // Only its owner may read it, from the start.
    let mut file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn folder() -> (tempfile::TempDir, DataDir) {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        (dir, data)
    }

    #[test]
    fn it_is_made_once_and_only_its_owner_can_read_it() {
        let (_dir, data) = folder();
        let first = Token::of(&data).unwrap();
        assert_eq!(first.text().len(), 2 * BYTES);
        assert_eq!(Token::of(&data).unwrap().text(), first.text());
        let mode = fs::metadata(data.token()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (_other_dir, other) = folder();
        assert_ne!(Token::of(&other).unwrap().text(), first.text());
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        let (_dir, data) = folder();
        let token = Token::of(&data).unwrap();
        let text = token.text().as_bytes();
        assert!(token.is(text));
        assert!(!token.is(&text[..text.len() - 1]));
        assert!(!token.is(b""));
        assert!(!format!("{token:?}").contains(token.text()));
    }

    #[test]
    fn a_token_that_others_can_read_is_refused() {
        let (_dir, data) = folder();
        Token::of(&data).unwrap();
        for mode in [0o644, 0o660, 0o602] {
            fs::set_permissions(data.token(), fs::Permissions::from_mode(mode)).unwrap();
            let error = Token::of(&data).unwrap_err().to_string();
            assert!(error.contains(&format!("(mode {mode:03o})")), "{error}");
            assert!(error.contains("chmod 600"), "{error}");
        }
        fs::set_permissions(data.token(), fs::Permissions::from_mode(0o400)).unwrap();
        Token::of(&data).unwrap();
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let (_dir, data) = folder();
        Token::of(&data).unwrap();
        for text in [
            "",
            "too short",
            "an otherwise long enough line with spaces in it",
        ] {
            fs::write(data.token(), text).unwrap();
            let error = Token::of(&data).unwrap_err().to_string();
            assert!(error.contains("at least 32 visible"), "{error}");
        }
    }
}
