//! Write stormcell spouts, bolts and custom groupings in Rust.
//!
//! A component is a crate of the type `cdylib` that implements one trait and exports it
//! with one macro; `cargo build --release --target wasm32-wasip2` makes the component,
//! and so does `stormcell build`.
//!
//! | to write | implement | export |
//! |---|---|---|
//! | a bolt, row by row | [`Bolt`] | [`bolt!`] |
//! | a bolt, on columns | [`BatchBolt`] | [`bolt!`] |
//! | a spout | [`Spout`] | [`spout!`] |
//! | a custom grouping | [`CustomGrouping`] | [`custom_grouping!`] |
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! stormcell-sdk = "0.1"
//!
//! [profile.release]
//! lto = true
//! codegen-units = 1
//! panic = "abort"
//! debug = "line-tables-only"   # files and lines in errors; the file is larger for it
//! ```
//!
//! ```
//! use stormcell_sdk::prelude::*;
//!
//! struct Split;
//!
//! impl Bolt for Split {
//!     fn describe() -> Description {
//!         Description::new("splits lines into words")
//!             .input([("text", Type::Text)])
//!             .output(Stream::default([("word", Type::Text)]))
//!     }
//!
//!     fn prepare(_context: &Context) -> Result<Self> {
//!         Ok(Self)
//!     }
//!
//!     fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
//!         for word in tuple.text("text")?.split(' ') {
//!             out.emit((word,))?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! stormcell_sdk::bolt!(Split);
//! # fn main() {}
//! ```
//!
//! # Time and memory
//! Rows cross the boundary in batches of columns. Text is read where it lies and written
//! straight into the layout that crosses, so a row costs no memory of its own. A row
//! costs a lookup of each field by name, a few nanoseconds; [`Context::field`] and
//! [`Context::output`] do it once. [`BatchBolt`] saves the rest.
//!
//! # Tests
//! Off WebAssembly, `testing` runs a bolt, a spout or a grouping over rows and shows
//! what it emits, acks and fails, in an ordinary `cargo test`.

#[doc(hidden)]
#[path = "export.rs"]
pub mod __export;
mod batch;
mod bolt;
mod column;
pub mod config;
mod context;
mod description;
mod emit;
mod field;
mod grouping;
mod handles;
mod host;
pub mod log;
pub mod metrics;
mod schema;
mod spout;
pub mod state;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod tuple;
mod value;

#[allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    reason = "written by wit-bindgen"
)]
#[doc(hidden)]
pub mod bindings;

/// The generated types that all worlds share.
mod wit {
    pub(crate) use crate::bindings::bolt::exports::stormcell::topology::bolt_task::{
        Batch, CloseReason, Context, Description, Outcome,
    };
    pub(crate) use crate::bindings::common::stormcell::topology::types::{
        Anchors, ByteStrings, Capability, Column, ComponentTasks, Emission, FailedRow, Field,
        InputRequirement, InputStream, Kept, NumberLists, OutputStream, Packed, SpoutEmission,
        Text, TextForm, ValueType, Values,
    };
}

pub use batch::{Batch, Tuples};
pub use bolt::{BatchBolt, Bolt, CloseReason};
pub use column::{
    Bools, ByteStrings, CellError, Column, ColumnBuilder, Floats, Ints, Malformed, Texts,
    Timestamps,
};
pub use context::Context;
pub use description::{Capability, Description, GroupingDescription};
pub use emit::{
    Anchors, Cell, EmitError, Emitter, Output, OutputRef, Row, SpoutEmitter, SpoutTo, To, Tracking,
};
pub use field::{FieldError, FieldIndex, FieldRef, FromField};
pub use grouping::{CustomGrouping, GroupingContext, TargetError, Targets};
pub use handles::{Handle, HandleError};
pub use schema::{Field, Input, Stream, Type};
pub use spout::{Next, Spout};
pub use tuple::Tuple;
pub use value::{Json, Timestamp, Value};

/// The crate behind [`Error`] and [`Result`].
pub use anyhow;
/// Any error, as a bolt or a spout returns it: made of every error by `?`, or of a text by
/// [`bail!`](anyhow::bail). Its text and those of its causes are what people read.
pub use anyhow::Error;
/// What the methods of bolts and spouts return.
pub use anyhow::Result;

/// What a bolt, a spout or a grouping needs.
pub mod prelude {
    pub use crate::{
        Batch, BatchBolt, Bolt, Capability, CloseReason, Context, CustomGrouping, Description,
        Emitter, Error, Field, GroupingContext, GroupingDescription, Handle, Json, Next, Result,
        Spout, SpoutEmitter, Stream, Targets, Timestamp, Tuple, Type, Value, log, metrics, state,
    };
    pub use anyhow::{Context as _, anyhow, bail, ensure};
}

/// The code in the README, which is compiled and run as the tests in these pages are.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
