//! Runs a bolt, a spout or a grouping over rows in an ordinary test, without a host.
//!
//! Rows go through the same code as in a component, from columns to columns. What a host
//! adds (limits, grants, routing) is not there. Configuration, log, metrics and
//! state belong to the thread of the test.
//!
//! ```
//! use stormcell_sdk::prelude::*;
//! use stormcell_sdk::testing::TestBolt;
//!
//! # struct Split;
//! # impl Bolt for Split {
//! #     fn describe() -> Description {
//! #         Description::new("splits lines into words")
//! #             .input([("text", Type::Text)])
//! #             .output(Stream::default([("word", Type::Text)]))
//! #     }
//! #     fn prepare(_context: &Context) -> Result<Self> { Ok(Self) }
//! #     fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
//! #         for word in tuple.text("text")?.split(' ') {
//! #             out.emit((word,))?;
//! #         }
//! #         Ok(())
//! #     }
//! # }
//! let mut bolt = TestBolt::<Split>::new("{}")?;
//! let outcome = bolt.process([("to be",), ("or",)])?;
//! assert_eq!(outcome.on("default"), [["to".into()], ["be".into()], [Value::from("or")]]);
//! assert_eq!(outcome.emitted[2].anchors, [1]);
//! assert_eq!(outcome.acked, [0, 1]);
//! # Ok::<(), Error>(())
//! ```

mod bolt;
mod decode;
mod grouping;
mod spout;
mod state;
pub(crate) mod surroundings;

#[cfg(test)]
pub(crate) use bolt::decode as decode_bolt;
pub use bolt::{Outcome, TestBolt};
pub use grouping::TestGrouping;
pub use spout::{Asked, TestSpout};
pub use state::take_state;
pub use surroundings::{counter, gauge, take_log};

use crate::column::ColumnBuilder;
use crate::emit::Row;
use crate::schema::{Field, Stream};
use crate::value::Value;
use crate::wit;

/// A row that a component has emitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Emitted {
    /// The stream.
    pub stream: String,
    /// Its values.
    pub values: Vec<Value<'static>>,
    /// The rows it is anchored to, by number: rows are numbered from 0 in the order in
    /// which they were given to the bolt. None for a spout.
    pub anchors: Vec<u32>,
    /// The id by which a spout tracks it.
    pub id: Option<u64>,
    /// Whether a spout has the host replay it.
    pub replayed: bool,
    /// The task that gets it, on a direct stream.
    pub task: Option<u32>,
}

/// What a task is told about itself in a test.
fn context(inputs: Vec<wit::InputStream>, outputs: &[Stream]) -> wit::Context {
    wit::Context {
        topology: "test".into(),
        component: "component".into(),
        task: 1,
        task_index: 0,
        task_count: 1,
        inputs,
        outputs: outputs.iter().cloned().map(Into::into).collect(),
        components: vec![wit::ComponentTasks {
            component: "component".into(),
            tasks: vec![1],
        }],
    }
}

/// The columns of rows.
fn columns<R: Row>(
    fields: &[Field],
    rows: impl IntoIterator<Item = R>,
) -> crate::Result<(u32, Vec<wit::Column>)> {
    let mut columns: Vec<_> = fields
        .iter()
        .map(|field| ColumnBuilder::for_field(field, 0, 0))
        .collect();
    let mut count = 0;
    for row in rows {
        anyhow::ensure!(
            row.arity() == fields.len(),
            "row {count}: expected {} values, got {}",
            fields.len(),
            row.arity()
        );
        row.write(&mut columns).map_err(|(place, error)| {
            let field = fields.get(place).map_or("", Field::name);
            anyhow::anyhow!("row {count}: {field}: {error}")
        })?;
        count += 1;
    }
    Ok((
        count,
        columns
            .into_iter()
            .map(|column| column.finish().0)
            .collect(),
    ))
}
