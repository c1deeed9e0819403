//! The sources of components and of other engines' programs, and the data, carried in
//! this program and unpacked where builds can read them.
//!
//! Each part is unpacked into a folder of `.stormcell/bench` that is named after the
//! digest of what is in it, so that a change of a peer does not move the components,
//! which would all be built again. Inside, the layout is that of the repository, so that
//! paths from one source to another (`../../../sdk/rust`) are the same in both.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};
use stormcell_build::BuildEnv;

use crate::BenchError;

/// The components of the shapes.
#[derive(RustEmbed)]
#[folder = "components"]
#[exclude = "target/*"]
#[exclude = "*/target/*"]
#[exclude = "*/node_modules/*"]
#[exclude = "*/__pycache__/*"]
#[exclude = "*/.*"]
#[exclude = "*.wasm"]
struct Components;

/// The programs of other engines.
#[derive(RustEmbed)]
#[folder = "peers"]
#[exclude = "target/*"]
#[exclude = "*/target/*"]
#[exclude = "*/node_modules/*"]
#[exclude = "*/__pycache__/*"]
#[exclude = "*/.*"]
struct Peers;

/// The book, which the example has as well.
#[derive(RustEmbed)]
#[folder = "../../examples/word-count/data"]
struct Data;

/// A file of a part: its path inside the part and its bytes.
type File = (Cow<'static, str>, Cow<'static, [u8]>);

/// Where the sources are. Everything there is as it came out of this program: what is
/// made from it belongs into other folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    components: PathBuf,
    peers: PathBuf,
    data: PathBuf,
}

impl Sources {
    /// Unpacks what is not there yet.
    ///
    /// # Errors
    /// [`BenchError::Io`] if it cannot be written.
    pub fn unpack(build: &BuildEnv) -> Result<Self, BenchError> {
        Ok(Self {
            components: part::<Components>("components", build)?,
            peers: part::<Peers>("peers", build)?,
            data: part::<Data>("data", build)?,
        })
    }

    /// The source folder of a component: `identity`, `python/identity`.
    pub fn component(&self, name: &str) -> PathBuf {
        self.components.join(name)
    }

    /// The folder of the programs of another engine: `storm`.
    pub fn peer(&self, name: &str) -> PathBuf {
        self.peers.join(name)
    }

    /// The folder of the data; `kjv.tsv.gz` in it has the verses of the King James text,
    /// one a line, the reference and a tab before it.
    pub fn data(&self) -> &Path {
        &self.data
    }
}

/// Every file of a part with its path, in the order of the paths.
fn files<T: RustEmbed>() -> Vec<File> {
    let mut files: Vec<File> = T::iter()
        .filter_map(|path| T::get(&path).map(|file| (path, file.data)))
        .collect();
    files.sort();
    files
}

/// Twelve digits of the digest of all files and their paths, and of what they are built
/// with.
fn digest(files: &[File], sdk: &str) -> String {
    let mut hasher = Sha256::new();
    let names = files
        .iter()
        .flat_map(|(path, data)| [path.as_bytes(), data]);
    for bytes in names.chain([sdk.as_bytes()]) {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    let digest = hasher.finalize();
    digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Unpacks a part unless it is there, and says where: the folder that stands for
/// `host/bench/NAME`.
fn part<T: RustEmbed>(name: &str, build: &BuildEnv) -> Result<PathBuf, BenchError> {
    let files = files::<T>();
    let parent = build.root().join("bench");
    let dir = parent.join(format!("{name}-{}", digest(&files, build.sdk_digest())));
    let inside = Path::new("host").join("bench").join(name);
    if dir.is_dir() {
        return Ok(dir.join(inside));
    }
    create_dir(&parent)?;
    // Whoever is first to rename has unpacked it; another process does so as well.
    let partial = tempfile::Builder::new()
        .prefix(".partial-")
        .tempdir_in(&parent)
        .map_err(|error| failed("creating a folder in", &parent, error))?;
    for (path, data) in files {
        let file = partial.path().join(&inside).join(path.as_ref());
        if let Some(folder) = file.parent() {
            create_dir(folder)?;
        }
        std::fs::write(&file, data).map_err(|error| failed("writing", &file, error))?;
    }
    // The SDKs are unpacked by the build environment; they find `wit` from there.
    if let Some(sdks) = build.sdk_dir("rust").parent() {
        let link = partial.path().join("sdk");
        let target = match sdks.strip_prefix(build.root()) {
            Ok(below) => Path::new("..").join("..").join(below),
            Err(_) => sdks.to_owned(),
        };
        std::os::unix::fs::symlink(&target, &link)
            .map_err(|error| failed("linking", &link, error))?;
    }
    match std::fs::rename(partial.path(), &dir) {
        Err(error) if !dir.is_dir() => Err(failed("creating", &dir, error)),
        _ => Ok(dir.join(inside)),
    }
}

fn create_dir(dir: &Path) -> Result<(), BenchError> {
    std::fs::create_dir_all(dir).map_err(|error| failed("creating", dir, error))
}

fn failed(doing: &'static str, path: &Path, error: io::Error) -> BenchError {
    BenchError::Io {
        doing,
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_build::Cancel;

    use super::*;

    #[test]
    fn components_find_the_sdk_as_in_the_repository() {
        let dir = tempfile::tempdir().unwrap();
        let build = BuildEnv::open(dir.path(), Cancel::default()).unwrap();
        let sources = Sources::unpack(&build).unwrap();
        let workspace = sources.component("");
        assert!(workspace.join("Cargo.lock").is_file());
        let manifest = std::fs::read_to_string(workspace.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("path = \"../../../sdk/rust\""));
        assert!(workspace.join("../../../sdk/rust/Cargo.toml").is_file());
        assert!(
            workspace
                .join("../../../sdk/rust/../../wit/v0.1.0")
                .is_dir()
        );
        assert!(sources.component("identity").join("src/lib.rs").is_file());
        assert!(sources.data().join("kjv.tsv.gz").is_file());
    }

    #[test]
    fn what_is_there_is_used_again() {
        let dir = tempfile::tempdir().unwrap();
        let build = BuildEnv::open(dir.path(), Cancel::default()).unwrap();
        let sources = Sources::unpack(&build).unwrap();
        let file = sources.data().join("kjv.tsv.gz");
        let written = file.metadata().unwrap().modified().unwrap();
        assert_eq!(Sources::unpack(&build).unwrap(), sources);
        assert_eq!(file.metadata().unwrap().modified().unwrap(), written);
        let left: Vec<_> = std::fs::read_dir(dir.path().join("bench"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.to_string_lossy().starts_with('.'))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn another_file_or_another_sdk_is_another_folder() {
        let file = |path: &'static str, data: &'static [u8]| (path.into(), data.into());
        let one = digest(&[file("a", b"bc")], "sdk");
        assert_eq!(one.len(), 12);
        assert_ne!(one, digest(&[file("ab", b"c")], "sdk"));
        assert_ne!(one, digest(&[file("a", b"bd")], "sdk"));
        assert_ne!(one, digest(&[file("a", b"bc")], "other"));
    }
}
