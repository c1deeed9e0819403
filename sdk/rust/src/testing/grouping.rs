//! Runs a custom grouping.

use crate::Result;
use crate::bindings::grouping::exports::stormcell::topology::grouping_task::{
    Choice, GroupingContext,
};
use crate::emit::Row;
use crate::grouping::{CustomGrouping, GroupingTask};
use crate::schema::Field;
use crate::testing::{columns, decode, surroundings};
use crate::wit;

/// A prepared grouping, to be given rows.
pub struct TestGrouping<G> {
    task: GroupingTask<G>,
    config: String,
    fields: Vec<Field>,
}

impl<G: CustomGrouping> TestGrouping<G> {
    /// Prepares a grouping with a configuration (JSON text) for a stream with these
    /// fields and a number of targets.
    ///
    /// # Errors
    /// What the grouping returns.
    pub fn new(
        config: &str,
        fields: impl IntoIterator<Item = impl Into<Field>>,
        targets: u32,
    ) -> Result<Self> {
        surroundings::configure(config);
        let fields = crate::schema::fields(fields);
        let grouped = wit::InputStream {
            component: "source".into(),
            name: "default".into(),
            fields: fields.iter().cloned().map(Into::into).collect(),
        };
        let context = GroupingContext {
            topology: "test".into(),
            grouped,
            source_task: 1,
            targets: (2..2 + targets).collect(),
        };
        let task = GroupingTask::prepare(context).map_err(crate::Error::msg)?;
        Ok(Self {
            task,
            config: config.to_owned(),
            fields,
        })
    }

    /// The targets of each row, by their places from 0 on.
    ///
    /// # Errors
    /// What the grouping returns, or a row does not fit the stream.
    pub fn choose<R: Row>(&mut self, rows: impl IntoIterator<Item = R>) -> Result<Vec<Vec<u32>>> {
        surroundings::configure(&self.config);
        let (count, columns) = columns(&self.fields, rows)?;
        match self
            .task
            .choose(count, columns)
            .map_err(crate::Error::msg)?
        {
            Choice::Each(targets) => Ok(decode::numbers(&targets)
                .into_iter()
                .map(|target| vec![target])
                .collect()),
            Choice::Lists(lists) => decode::lists(&lists, count),
        }
    }
}
