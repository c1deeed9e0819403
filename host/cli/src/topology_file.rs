//! Finding and reading a topology file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use stormcell_topology::{MAX_BYTES, Parsed, decode, parse};

use crate::failure::Failure;
use crate::status::Status;

/// What is read of a folder.
pub(crate) const DEFAULT_NAME: &str = "topology.yaml";

/// A topology file that is in order by itself.
#[derive(Debug)]
pub(crate) struct TopologyFile {
    /// Its name, as messages call it.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
    /// The folder it lies in: its paths are relative to that.
    pub(crate) dir: PathBuf,
    /// What it says.
    pub(crate) parsed: Parsed,
}

impl TopologyFile {
    /// A path of the topology, relative to the current folder.
    pub(crate) fn resolve(&self, path: &str) -> PathBuf {
        if self.dir == Path::new(".") {
            PathBuf::from(path)
        } else {
            self.dir.join(path)
        }
    }
}

/// Reads and parses a topology file, or the `topology.yaml` of a folder.
pub(crate) fn open(path: &Path) -> Result<TopologyFile, Failure> {
    let path = if path.is_dir() {
        path.join(DEFAULT_NAME)
    } else {
        path.to_owned()
    };
    let unreadable = |error: std::io::Error| {
        Failure::new(
            Status::NoInput,
            format!("cannot read the topology {}: {error}", path.display()),
        )
    };
    // One byte more than is allowed: the parser then says what is wrong.
    let mut bytes = Vec::new();
    stormcell_regular_file::open(&path)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    let name = path.display().to_string();
    let text = decode(&name, &bytes).map_err(Failure::invalid)?;
    let parsed = parse(&name, &text).map_err(Failure::invalid)?;
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir.to_owned(),
        _ => PathBuf::from("."),
    };
    Ok(TopologyFile {
        name,
        text,
        dir,
        parsed,
    })
}

/// Where the project of a source folder is looked for: from the folder around it,
/// as for the topology that will lie there, unless it is a project of its own.
pub(crate) fn project(source: &Path) -> PathBuf {
    let own = [".stormcell", ".git"]
        .iter()
        .any(|name| source.join(name).exists());
    match std::path::absolute(source)
        .ok()
        .as_deref()
        .and_then(Path::parent)
    {
        Some(around) if !own => around.to_owned(),
        _ => source.to_owned(),
    }
}
