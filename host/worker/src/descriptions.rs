//! What components say of themselves, as they said it first.
//!
//! A component is asked in an instance that knows nothing of where it is, and most say
//! the same each time. One that does not (it may see that there is less memory) would be
//! one thing for the supervisor, which checks a topology with it, and other things for
//! workers, which exchange its rows and must agree on their fields. So in a data folder
//! a component is asked once, and its first answer counts for every process: it lies beside
//! the component file. The next version of stormcell asks again.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use stormcell_private_files as private_files;
use stormcell_protocol::DataDir;
use stormcell_sandbox::{Component, DescribeError};
use stormcell_topology::Description;

/// Who wrote a file.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// More than this is not read of a file, in bytes: an answer has 1 MiB, and is written
/// in at most six bytes for one.
const LONGEST: u64 = 8 << 20;

#[derive(Serialize, Deserialize)]
struct Kept {
    version: String,
    description: Description,
}

/// What a component of this data folder says of itself: what it said first. Reads and
/// writes a file of some kilobytes.
///
/// # Errors
/// If it was never asked and does not answer well.
pub async fn describe(data: &DataDir, component: &Component) -> Result<Description, DescribeError> {
    let path = data.description(component.digest());
    if let Some(first) = read(&path, component.digest()) {
        return Ok(first);
    }
    let said = component.describe().await?;
    match keep(&path, &said) {
        Ok(None) => Ok(said),
        Ok(Some(first)) => Ok(first),
        Err(error) => {
            tracing::warn!(
                path = %path.display(), %error,
                "what a component says of itself cannot be kept; it will be asked again"
            );
            Ok(said)
        }
    }
}

/// What is kept of the component with this digest.
fn read(path: &Path, digest: &str) -> Option<Description> {
    let mut text = Vec::new();
    let read = private_files::open(OpenOptions::new().read(true), path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut text));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a description cannot be read");
            return None;
        }
    }
    let kept: Kept = serde_json::from_slice(&text).ok()?;
    (kept.version == VERSION && kept.description.digest == digest).then_some(kept.description)
}

/// Keeps it, unless another process was faster: then what that has kept.
fn keep(path: &Path, said: &Description) -> io::Result<Option<Description>> {
    let kept = Kept {
        version: VERSION.to_owned(),
        description: said.clone(),
    };
    let text = serde_json::to_vec(&kept)?;
    // What cannot be read back is refused by the check of its topology, each time.
    let again = serde_json::from_slice::<Kept>(&text);
    if !again.is_ok_and(|again| again.description == *said) {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".upload-")
        .tempfile_in(folder)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    let mut file = file;
    for _ in 0..2 {
        match file.persist_noclobber(path) {
            Ok(_) => return Ok(None),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                if let Some(first) = read(path, &said.digest) {
                    return Ok(Some(first));
                }
                // Of another version, or damaged.
                match std::fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => file = error.file,
                }
            }
            Err(error) => return Err(error.error),
        }
    }
    Ok(read(path, &said.digest))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::{Value, json};
    use stormcell_topology::{TextForm, World};

    use super::*;

    fn description(summary: &str, config_schema: Option<Value>) -> Description {
        Description {
            world: World::Bolt,
            interface_version: "0.1.0".to_owned(),
            summary: summary.to_owned(),
            outputs: Vec::new(),
            inputs: Vec::new(),
            config_schema,
            text_form: TextForm::Packed,
            capabilities: Vec::new(),
            works_at_ticks: false,
            imports: Vec::new(),
            digest: "sha256:ab".to_owned(),
            size: 7,
        }
    }

    #[test]
    fn the_first_answer_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ab.wasm.json");
        assert_eq!(read(&path, "sha256:ab"), None);
        let first = description("first", Some(json!({ "minimum": 0.1 })));
        assert_eq!(keep(&path, &first).unwrap(), None);
        assert_eq!(read(&path, "sha256:ab"), Some(first.clone()));
        let second = description("second", None);
        assert_eq!(keep(&path, &second).unwrap(), Some(first.clone()));
        assert_eq!(read(&path, "sha256:ab"), Some(first));
        assert_eq!(read(&path, "sha256:cd"), None, "of another component");
    }

    #[test]
    fn what_cannot_be_read_is_asked_for_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ab.wasm.json");
        let said = description("again", None);
        let old = json!({ "version": "0.0.1", "description": said });
        for text in ["", "{", "null", &old.to_string()] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(&path, "sha256:ab"), None, "{text}");
            assert_eq!(keep(&path, &said).unwrap(), None);
            assert_eq!(read(&path, "sha256:ab"), Some(said.clone()));
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    /// JSON has one word for two things here, and a limit.
    #[test]
    fn what_would_be_another_thing_when_it_is_read_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ab.wasm.json");
        let deep = (0..127).fold(json!({}), |inner, _| json!({ "not": inner }));
        for schema in [Value::Null, deep] {
            assert_eq!(
                keep(&path, &description("odd", Some(schema))).unwrap(),
                None
            );
            assert!(!path.exists());
        }
    }
}
