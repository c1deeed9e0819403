//! Pure: the topology file, its validation and its plan.
//!
//! Bytes or text go in, values come out; no file is read and no component is run here.
//! A caller works in three steps:
//! 1. [`decode`] the bytes of the file and [`parse`] the text: the result names the
//!    component files that are needed
//!    ([`Parsed::component_refs`]);
//! 2. load these, and [`check`] the file against what they say of themselves
//!    ([`Description`]): the result is a [`Topology`] with every default applied
//!    and every name resolved;
//! 3. [`plan()`] it: which task is what, and where; and later [`rebalance()`] it.
//!
//! ```
//! let refused = stormcell_topology::parse("topology.yaml", "nme: word-count").unwrap_err();
//! assert_eq!(refused.items().len(), 3);
//! assert!(refused.to_string().contains("did you mean `name`?"));
//! ```
//!
//! Invariants:
//! - every mistake that can be seen is reported at once, each as a [`Diagnostic`]
//!   with a stable [`Code`], a place in the file, and a page that explains it;
//! - no text, however malformed, makes this crate panic;
//! - a [`Topology`] is only made by [`check`], so that what holds one need not
//!   check anything again.
#![forbid(unsafe_code)]

pub mod admission;
pub mod capabilities;
pub mod codes;
pub mod description;
pub mod diagnostic;
mod file;
mod fit;
pub mod flow;
mod foreign;
pub mod graph;
mod hint;
pub mod model;
mod name;
pub mod plain_text;
pub mod plan;
mod problem;
pub mod rebalance;
mod source;
pub mod units;
mod validate;

pub use codes::{Code, Severity, explain};
pub use description::{
    Capability, Description, DescriptionError, InputRequirement, OutputStream, TextForm, World,
};
pub use diagnostic::{Diagnostic, Diagnostics, Style};
pub use file::json_schema;
pub use fit::{Checked, check, is_provided};
pub use flow::Flow;
pub use graph::Graph;
pub use hint::did_you_mean;
pub use model::{
    Access, AllowedHost, Clock, Component, ComponentKind, CpuShare, CustomGrouping, EnvValue,
    FileGrant, Grants, GroupingSpec, Host, HostError, HttpGrant, HttpScheme, Limits,
    MAX_PARALLELISM, Random, Restart, SecretRef, SecretUse, Server, ServerError, SpoutSettings,
    StateGrant, Subscription, Topology, WhenSpent, resolve_secrets,
};
pub use name::{MAX_NAME, NameError, check_name};
pub use plan::{MAX_WORKERS, Plan, Task, plan};
pub use rebalance::{Change, Fate, RebalanceError, Rebalanced, TaskChange, rebalance};
pub use source::{MAX_BYTES, decode};
pub use validate::{ComponentKey, ComponentRef, MAX_SPOUT_TASKS, MAX_TASKS, Parsed, TIMES, parse};
