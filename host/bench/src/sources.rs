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

use crate::{BenchError, book};

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

/// The book, compressed; the example has it.
#[derive(RustEmbed)]
#[folder = "../../examples/word-count/data"]
struct Data;

/// The name of the book among the data.
const BOOK: &str = "book.txt";

/// Its name in this program.
const COMPRESSED: &str = "kjv.tsv.gz";

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
            components: part("components", files::<Components>(), Ok, build)?,
            peers: part("peers", files::<Peers>(), Ok, build)?,
            data: part("data", files::<Data>(), texts, build)?,
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

    /// The folder of the data, which has nothing but the book in it.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The text of the book: 31,102 verses, one a line, of 789,684 words in lower case,
    /// 12,824 of them different, with one space between.
    pub fn book(&self) -> PathBuf {
        self.data.join(BOOK)
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
    let files = files
        .iter()
        .flat_map(|(path, data)| [path.as_bytes(), data.as_ref()]);
    for bytes in files.chain([sdk.as_bytes(), book::FORM.as_bytes()]) {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    let digest = hasher.finalize();
    digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The text of the book, made from what this program carries.
fn texts(files: Vec<File>) -> io::Result<Vec<File>> {
    let compressed = files.iter().find(|(path, _)| path == COMPRESSED);
    let (_, compressed) = compressed.ok_or(io::ErrorKind::NotFound)?;
    let text = book::text(compressed)?;
    Ok(vec![(BOOK.into(), text.into_bytes().into())])
}

/// Unpacks a part unless it is there, and says where: the folder that stands for
/// `host/bench/NAME`. What is written is made from the files that this program carries.
fn part(
    name: &str,
    files: Vec<File>,
    make: impl FnOnce(Vec<File>) -> io::Result<Vec<File>>,
    build: &BuildEnv,
) -> Result<PathBuf, BenchError> {
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
    for (path, data) in make(files).map_err(|error| failed("unpacking", &dir, error))? {
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
        let book = std::fs::read_to_string(sources.book()).unwrap();
        assert!(book.starts_with("in the beginning god created the heaven and the earth\n"));
    }

    #[test]
    fn what_is_there_is_used_again() {
        let dir = tempfile::tempdir().unwrap();
        let build = BuildEnv::open(dir.path(), Cancel::default()).unwrap();
        let sources = Sources::unpack(&build).unwrap();
        let file = sources.book();
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
