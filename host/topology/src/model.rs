//! A validated topology: every name resolved, every default applied.

mod component;
mod grants;
mod grouping;
mod limits;
mod restart;
mod subscription;
mod topology;

pub use component::{Component, ComponentKind, MAX_PARALLELISM, SpoutSettings};
pub use grants::{Access, FileGrant, Grants};
pub use grouping::{CustomGrouping, GroupingSpec};
pub use limits::{CpuShare, Limits};
pub use restart::{Restart, WhenSpent};
pub use subscription::Subscription;
pub use topology::Topology;
