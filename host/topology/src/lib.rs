//! Pure: the topology file, its validation and its plan.
//!
//! Text goes in, values come out; no file is read and no component is run here.
//! A caller works in three steps:
//! 1. [`parse`] the text: the result names the component files that are needed
//!    ([`Parsed::component_refs`]);
//! 2. load these, and [`check`] the file against what they say of themselves
//!    ([`Description`]): the result is a [`Topology`] with every default applied
//!    and every name resolved;
//! 3. [`plan`] it: which task is what, and where.
//!
//! Invariants:
//! - every mistake that can be seen is reported at once, each as a [`Diagnostic`]
//!   with a stable [`Code`], a place in the file, and a page that explains it;
//! - no text, however malformed, makes this crate panic;
//! - a [`Topology`] is only made by [`check`], so that what holds one need not
//!   check anything again.
#![forbid(unsafe_code)]

pub mod description;
pub mod diagnostic;
pub mod model;
pub mod plan;
pub mod validate;

pub use description::{Capability, Description, InputRequirement, OutputStream, TextForm, World};
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use model::{
    Access, Component, ComponentKind, CustomGrouping, FileGrant, Grants, GroupingSpec, Limits,
    SpoutSettings, Subscription, Topology,
};
pub use plan::{Plan, Task, plan};
pub use validate::{Checked, ComponentKey, ComponentRef, Parsed, check, parse};
