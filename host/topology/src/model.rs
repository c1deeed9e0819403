//! A validated topology: every name resolved, every default applied.

mod component;
mod grants;
mod grouping;
mod http;
mod limits;
mod restart;
mod secret;
mod secret_use;
mod subscription;
mod topology;

pub use component::{Component, ComponentKind, MAX_PARALLELISM, SpoutSettings};
pub use grants::{Access, Clock, FileGrant, Grants, Random, StateGrant};
pub use grouping::{CustomGrouping, GroupingSpec};
pub use http::{AllowedHost, Host, HostError, HttpGrant, HttpScheme, Server, ServerError};
pub use limits::{CpuShare, Limits};
pub use restart::{Restart, WhenSpent};
pub use secret::{EnvValue, SecretRef, resolve as resolve_secrets};
pub use secret_use::SecretUse;
pub use subscription::Subscription;
pub use topology::Topology;
