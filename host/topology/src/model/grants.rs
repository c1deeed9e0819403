//! What a component may reach outside its own memory. Nothing, unless granted.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EnvValue, HttpGrant};

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

/// Which clock a component sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// One that begins at 1970-01-01T00:00:00Z with each instance and that only waiting
    /// moves, by as long as the component asked to wait.
    #[default]
    Virtual,
    /// That of the machine.
    Real,
}

/// Which random numbers a component gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Random {
    /// The same for each instance of a task, and others than those of any other task.
    #[default]
    Seeded,
    /// Those of the operating system, which nobody can foretell.
    Real,
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
    /// Bytes that the folder may hold, with [`FileGrant::ENTRY`] for each file and folder
    /// in it, before writing to it is refused. Default [`FileGrant::DEFAULT_QUOTA`].
    pub quota: u64,
}

impl FileGrant {
    /// What a folder may hold if nobody says otherwise: 256 MiB.
    pub const DEFAULT_QUOTA: u64 = 256 << 20;
    /// What `quota` may be set to: 4 KiB to 16 TiB.
    pub const QUOTA: RangeInclusive<u64> = Self::ENTRY..=16 << 40;
    /// What each file, folder and link counts besides its bytes: what it takes of most
    /// disks.
    pub const ENTRY: u64 = 4 << 10;
}

/// What each task of a component may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct StateGrant {
    /// Bytes of all keys and values of a task, with [`StateGrant::ENTRY`] for each key,
    /// before more is refused. Default [`StateGrant::DEFAULT_QUOTA`].
    pub quota: u64,
}

impl StateGrant {
    /// What a task may keep if nobody says otherwise: 64 MiB.
    pub const DEFAULT_QUOTA: u64 = 64 << 20;
    /// What `quota` may be set to: 4 KiB to 64 GiB.
    pub const QUOTA: RangeInclusive<u64> = 4 << 10..=64 << 30;
    /// What each key counts besides its bytes and those of its value, so that the quota
    /// bounds the number of keys as well.
    pub const ENTRY: u64 = 64;
    /// Bytes of a key: 1 to 1 KiB.
    pub const KEY: RangeInclusive<usize> = 1..=1 << 10;
    /// Bytes that a value may have: 1 MiB.
    pub const VALUE: usize = 1 << 20;
    /// The file of a task takes no more of the disk than its quota so many times, and
    /// [`StateGrant::FILE`]. A value takes up to twice its length (pages are powers of two),
    /// and a call that changes all that is kept needs as much again until it is stored.
    pub const ON_DISK: u64 = 4;
    /// What a file may take besides, in bytes: 4 MiB.
    pub const FILE: u64 = 4 << 20;

    /// What a key and a value of so many bytes count.
    pub fn cost(key: usize, value: usize) -> u64 {
        key as u64 + value as u64 + Self::ENTRY
    }

    /// The most that a file may take of the disk, in bytes, in which a task keeps so much.
    pub const fn on_disk(quota: u64) -> u64 {
        quota
            .saturating_mul(Self::ON_DISK)
            .saturating_add(Self::FILE)
    }
}

impl Default for StateGrant {
    fn default() -> Self {
        Self {
            quota: Self::DEFAULT_QUOTA,
        }
    }
}

/// What a component may reach.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Grants {
    /// Folders it sees.
    pub files: Vec<FileGrant>,
    /// Whether its standard output and error are shown.
    pub stdout: bool,
    /// The environment variables it sees.
    pub env: BTreeMap<String, EnvValue>,
    /// The clock it sees.
    pub clock: Clock,
    /// The random numbers it gets.
    pub random: Random,
    /// The servers it may call over HTTP; `None`: none.
    pub http: Option<HttpGrant>,
    /// What each of its tasks may keep; `None`: nothing.
    pub state: Option<StateGrant>,
}
