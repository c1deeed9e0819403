//! Pure: Storm's groupings, which task gets a tuple.
//!
//! A [`Grouping`] looks at the rows that one task emits on one stream and writes
//! a [`Choice`]: which of the subscriber's tasks get which rows. It is asked once
//! a batch, never once a row, and writes into buffers that are used again.
//! [`Scatter`] turns a choice into one part a target.
//!
//! Each grouping is one file that states its law first. All of them obey these:
//! - a choice speaks of every row of its batch, and names targets by their index
//!   in [`Targets`], never one that does not exist, never one twice for a row;
//! - rows that go to the same target keep their order;
//! - the choice depends on nothing but the rows, the loads and what the same
//!   grouping chose before: no clock, no randomness but that of a given seed.
//!
//! [`Direct`] and [`Custom`] are no [`Grouping`]s, because it is the component
//! that chooses there; they turn what a component says into a valid choice.
//!
//! ```
//! use stormcell_batch::{ColumnsBuilder, Field, Schema, Value, ValueType};
//! use stormcell_groupings::{Choice, Fields, Grouping, Idle, Scatter, Targets};
//!
//! let schema = Schema::new([Field::new("word", ValueType::Text)]);
//! let mut words = ColumnsBuilder::new(&schema);
//! for word in ["to", "be", "or", "not", "to", "be"] {
//!     words.push(vec![Value::Text(word.to_owned())]);
//! }
//! let words = words.finish()?;
//!
//! let targets = Targets::new([7, 8, 9])?;
//! let mut grouping = Fields::new(&targets, &schema, &[0])?;
//! let (mut choice, mut scatter) = (Choice::default(), Scatter::default());
//! grouping.choose(&words, &Idle, &mut choice);
//! scatter.scatter(&choice, words.rows(), targets.len());
//! for (target, part) in scatter.parts() {
//!     println!("task {} gets {} rows", targets.tasks()[target], part.len(words.rows()));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod all;
mod balance;
mod choice;
mod custom;
mod direct;
mod fields;
mod global;
mod grouping;
mod key_groups;
mod loads;
mod local_or_shuffle;
mod none;
mod partial_key;
mod random;
mod scatter;
mod shuffle;
mod targets;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod test_support;

pub use all::All;
pub use choice::{Choice, Chosen, Slice};
pub use custom::{Custom, CustomError};
pub use direct::Direct;
pub use fields::{Fields, FieldsError};
pub use global::Global;
pub use grouping::Grouping;
pub use key_groups::KeyGroups;
pub use loads::{Idle, Loads};
pub use local_or_shuffle::LocalOrShuffle;
pub use none::NoGrouping;
pub use partial_key::PartialKey;
pub use scatter::{Part, Scatter};
pub use shuffle::Shuffle;
pub use targets::{MAX_TARGETS, Targets, TargetsError};
