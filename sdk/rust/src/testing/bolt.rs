//! Runs a bolt.

use std::ops::Range;

use crate::bolt::{BatchBolt, BoltTask, CloseReason};
use crate::emit::Row;
use crate::schema::{Field, Input, Stream};
use crate::testing::{Emitted, columns, context, decode, surroundings};
use crate::value::Value;
use crate::{Result, wit};

/// What a call of a bolt has left behind. Rows are named by number, from 0 in the order
/// in which they were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What it emitted: in order on each stream, the streams as they are described.
    pub emitted: Vec<Emitted>,
    /// The rows that are acked, ascending: those it acked, and those of the call that it
    /// neither kept nor failed.
    pub acked: Vec<u32>,
    /// The rows of the call that it keeps, ascending.
    pub kept: Vec<u32>,
    /// The rows that it failed, and why.
    pub failed: Vec<(u32, String)>,
    /// The kept rows whose time-out starts again.
    pub extended: Vec<u32>,
}

impl Outcome {
    /// The values that it emitted on a stream, row by row.
    pub fn on(&self, stream: &str) -> Vec<&[Value<'static>]> {
        let emitted = self
            .emitted
            .iter()
            .filter(|emitted| emitted.stream == stream);
        emitted.map(|emitted| emitted.values.as_slice()).collect()
    }
}

/// A prepared bolt, to be given rows.
pub struct TestBolt<B> {
    task: BoltTask<B>,
    config: String,
    inputs: Vec<Input>,
    outputs: Vec<Stream>,
    rows: u32,
}

impl<B: BatchBolt> TestBolt<B> {
    /// Prepares a bolt with a configuration (JSON text) and one input for each of the
    /// inputs that it describes.
    ///
    /// # Errors
    /// What the bolt returns.
    pub fn new(config: &str) -> Result<Self> {
        let description = B::describe();
        let inputs = description.requirements().iter().map(|requirement| {
            let stream = requirement.stream.as_deref().unwrap_or("default");
            Input::new("source", stream, requirement.fields.clone())
        });
        let inputs = inputs.collect();
        Self::prepare(config, inputs, description.outputs().to_vec())
    }

    /// Prepares a bolt with inputs of one's own: component, stream and fields of each.
    ///
    /// # Errors
    /// What the bolt returns.
    pub fn with_inputs(config: &str, inputs: &[(&str, &str, &[Field])]) -> Result<Self> {
        let inputs = inputs.iter();
        let inputs = inputs
            .map(|(component, stream, fields)| Input::new(component, stream, fields.to_vec()));
        Self::prepare(config, inputs.collect(), B::describe().outputs().to_vec())
    }

    fn prepare(config: &str, inputs: Vec<Input>, outputs: Vec<Stream>) -> Result<Self> {
        surroundings::configure(config);
        let streams = inputs.iter().map(|input| wit::InputStream {
            component: input.component().to_owned(),
            name: input.stream().to_owned(),
            fields: input.fields().iter().cloned().map(Into::into).collect(),
        });
        let context = context(streams.collect(), &outputs);
        let task = BoltTask::prepare(context).map_err(crate::Error::msg)?;
        Ok(Self {
            task,
            config: config.to_owned(),
            inputs,
            outputs,
            rows: 0,
        })
    }

    /// The bolt itself.
    pub fn bolt(&self) -> &B {
        &self.task.bolt
    }

    /// Gives it rows of its first input, in one batch.
    ///
    /// # Errors
    /// What the bolt returns for the whole call, or a row does not fit the input.
    pub fn process<R: Row>(&mut self, rows: impl IntoIterator<Item = R>) -> Result<Outcome> {
        self.process_input(0, rows)
    }

    /// Gives it rows of one of its inputs, by number, in one batch.
    ///
    /// # Errors
    /// What the bolt returns for the whole call, there is no such input, or a row does
    /// not fit it.
    pub fn process_input<R: Row>(
        &mut self,
        input: usize,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Outcome> {
        surroundings::configure(&self.config);
        let fields = self.inputs.get(input).map(Input::fields);
        let fields = fields.ok_or_else(|| anyhow::anyhow!("the bolt has no input {input}"))?;
        let (count, columns) = columns(fields, rows)?;
        let first_row = self.rows;
        self.rows += count;
        let batch = wit::Batch {
            input: u32::try_from(input)?,
            source_task: 2,
            first_row,
            rows: count,
            columns,
        };
        let outcome = self.task.execute(vec![batch]).map_err(crate::Error::msg)?;
        decode(&self.outputs, outcome, first_row..self.rows)
    }

    /// Lets time pass: `now` is in microseconds since the epoch.
    ///
    /// # Errors
    /// What the bolt returns.
    pub fn tick(&mut self, now: u64) -> Result<Outcome> {
        surroundings::configure(&self.config);
        let outcome = self.task.tick(now).map_err(crate::Error::msg)?;
        decode(&self.outputs, outcome, 0..0)
    }

    /// Closes it.
    ///
    /// # Errors
    /// What the bolt returns.
    pub fn close(&mut self, reason: CloseReason) -> Result<Outcome> {
        surroundings::configure(&self.config);
        let reason = match reason {
            CloseReason::Finished => wit::CloseReason::Finished,
            CloseReason::Stopped => wit::CloseReason::Stopped,
        };
        let outcome = self.task.close(reason).map_err(crate::Error::msg)?;
        decode(&self.outputs, outcome, 0..0)
    }
}

pub(crate) fn decode(streams: &[Stream], call: wit::Outcome, given: Range<u32>) -> Result<Outcome> {
    let mut outcome = Outcome {
        acked: decode::numbers(&call.acked),
        kept: match &call.kept {
            wit::Kept::None => Vec::new(),
            wit::Kept::All => given.clone().collect(),
            wit::Kept::These(rows) => decode::numbers(rows),
        },
        failed: call
            .failed
            .into_iter()
            .map(|failed| (failed.row, failed.reason))
            .collect(),
        extended: decode::numbers(&call.extended),
        ..Outcome::default()
    };
    let settled = |row: &u32| {
        !outcome.kept.contains(row) && !outcome.failed.iter().any(|(failed, _)| failed == row)
    };
    outcome.acked.extend(given.filter(settled));
    outcome.acked.sort_unstable();
    for emission in call.emissions {
        let stream = decode::stream(streams, emission.output)?;
        let anchors = match &emission.anchors {
            wit::Anchors::None => vec![Vec::new(); emission.rows as usize],
            wit::Anchors::Each(rows) => decode::numbers(rows)
                .into_iter()
                .map(|row| vec![row])
                .collect(),
            wit::Anchors::Lists(lists) => decode::lists(lists, emission.rows)?,
        };
        let rows = decode::rows(&emission.columns, emission.rows)?;
        anyhow::ensure!(rows.len() == anchors.len(), "not as many anchors as rows");
        outcome.emitted.extend(
            rows.into_iter()
                .zip(anchors)
                .map(|(values, anchors)| Emitted {
                    stream: stream.clone(),
                    values,
                    anchors,
                    id: None,
                    replayed: false,
                    task: emission.direct_task,
                }),
        );
    }
    Ok(outcome)
}
