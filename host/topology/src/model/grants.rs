//! What a component may reach outside its own memory. Nothing, unless granted.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may be done with a granted folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Reading only.
    #[default]
    Read,
    /// Reading, writing, creating and deleting.
    ReadWrite,
}

/// A folder or file of the host that a component sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileGrant {
    /// The folder on the host: if relative, then to the topology file's folder.
    pub host: String,
    /// Where the component sees it: an absolute path with `/`.
    pub guest: String,
    /// What it may do there.
    pub access: Access,
}

/// What a component may reach.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Grants {
    /// Folders it sees.
    pub files: Vec<FileGrant>,
    /// Whether its standard output and error are shown.
    pub stdout: bool,
    /// The environment variables it sees.
    pub env: BTreeMap<String, String>,
}
