//! What a call emits: rows are appended to columns, and the columns cross when it
//! returns.

mod anchors;
mod bolt;
mod row;
mod sink;
mod spout;

pub use anchors::Anchors;
pub(crate) use anchors::NumberLists;
pub use bolt::{Emitter, To};
pub use row::{Cell, Row};
pub use sink::{EmitError, Output, OutputRef};
pub use spout::{SpoutEmitter, SpoutTo, Tracking};
