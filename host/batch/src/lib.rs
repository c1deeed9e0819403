//! Pure: columns, rows and their lineage (which tree of tuples a row belongs to).
//!
//! A [`Batch`] is what moves between tasks: [`Columns`] that hold the values and
//! a [`Lineage`] that says, row by row, which roots the row descends from and by
//! which edge. Values are immutable and shared ([`arrow_array`]), so that sending
//! a batch to another task of the process copies no text.
//!
//! Invariants:
//! - every column of a [`Columns`] has the same number of rows, and the arrow type
//!   that its [`Field`] names;
//! - a [`Lineage`] speaks of as many rows as its batch has.
#![forbid(unsafe_code)]

mod batch;
mod columns;
mod cost;
mod error;
mod gather;
mod json_key;
mod lineage;
mod row_key;
mod schema;
mod value;

pub use batch::Batch;
pub use columns::{Columns, ColumnsBuilder};
pub use error::BatchError;
pub use lineage::{Lineage, LineageBuilder, Run};
pub use row_key::{KeyHasher, key_hash};
pub use schema::{Field, Schema, ValueType};
pub use value::Value;
