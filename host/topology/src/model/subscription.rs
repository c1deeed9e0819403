//! One subscription of a bolt to a stream.

use serde::Serialize;
use stormcell_batch::Schema;

use super::GroupingSpec;

/// A bolt subscribes to a stream of a component.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subscription {
    /// The label that the file gives it, for people.
    pub label: Option<String>,
    /// The id of the component that emits.
    pub from: String,
    /// The name of its stream.
    pub stream: String,
    /// The position of the stream among the outputs of `from`.
    pub output: usize,
    /// The id of the bolt that receives.
    pub to: String,
    /// The fields of the stream.
    pub schema: Schema,
    /// Which tasks of the bolt get a row.
    pub grouping: GroupingSpec,
}
