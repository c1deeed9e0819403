//! Runs a spout.

use crate::bindings::common::stormcell::topology::types::Tracking;
use crate::schema::Stream;
use crate::spout::{Next, Spout, SpoutTask};
use crate::testing::{Emitted, context, decode, surroundings};
use crate::{Result, wit};

/// What a call of [`Spout::next`] has left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What it emitted: in order on each stream, by the ways in which rows are tracked.
    pub emitted: Vec<Emitted>,
    /// What it said at the end.
    pub next: Next,
}

/// A prepared spout, to be asked for rows.
pub struct TestSpout<S> {
    task: SpoutTask<S>,
    config: String,
    outputs: Vec<Stream>,
}

impl<S: Spout> TestSpout<S> {
    /// Prepares and activates a spout with a configuration (JSON text).
    ///
    /// # Errors
    /// What the spout returns.
    pub fn new(config: &str) -> Result<Self> {
        surroundings::configure(config);
        let outputs = S::describe().outputs().to_vec();
        let context = context(Vec::new(), &outputs);
        let mut task = SpoutTask::prepare(context).map_err(crate::Error::msg)?;
        task.activate().map_err(crate::Error::msg)?;
        Ok(Self {
            task,
            config: config.to_owned(),
            outputs,
        })
    }

    /// The spout itself.
    pub fn spout(&self) -> &S {
        &self.task.spout
    }

    /// Asks it for up to `max_rows` rows.
    ///
    /// # Errors
    /// What the spout returns.
    pub fn next(&mut self, max_rows: u32) -> Result<Asked> {
        surroundings::configure(&self.config);
        let outcome = self.task.next(max_rows).map_err(crate::Error::msg)?;
        let mut emitted = Vec::new();
        for emission in outcome.emissions {
            self.decode(emission, &mut emitted)?;
        }
        let next = match (outcome.ended, outcome.idle_ms) {
            (true, _) => Next::Ended,
            (false, 0) => Next::More,
            (false, millis) => Next::Idle(std::time::Duration::from_millis(millis.into())),
        };
        Ok(Asked { emitted, next })
    }

    fn decode(&self, emission: wit::SpoutEmission, emitted: &mut Vec<Emitted>) -> Result<()> {
        let stream = decode::stream(&self.outputs, emission.output)?;
        let rows = decode::rows(&emission.columns, emission.rows)?;
        let ids = match &emission.tracking {
            Tracking::Ids(ids) => {
                let ids = ids.as_chunks().0.iter();
                ids.map(|id| Some(u64::from_le_bytes(*id))).collect()
            }
            Tracking::None | Tracking::ReplayedByHost => vec![None; rows.len()],
        };
        anyhow::ensure!(rows.len() == ids.len(), "not as many ids as rows");
        emitted.extend(rows.into_iter().zip(ids).map(|(values, id)| Emitted {
            stream: stream.clone(),
            values,
            anchors: Vec::new(),
            id,
            replayed: matches!(emission.tracking, Tracking::ReplayedByHost),
            task: emission.direct_task,
        }));
        Ok(())
    }

    /// Tells it that the trees of rows are complete.
    ///
    /// # Errors
    /// What the spout returns.
    pub fn acked(&mut self, ids: &[u64]) -> Result<()> {
        surroundings::configure(&self.config);
        let ids: Vec<u8> = ids.iter().copied().flat_map(u64::to_le_bytes).collect();
        self.task.acked(&ids).map_err(crate::Error::msg)
    }

    /// Tells it that the trees of rows have failed.
    ///
    /// # Errors
    /// What the spout returns.
    pub fn failed(&mut self, ids: &[u64]) -> Result<()> {
        surroundings::configure(&self.config);
        let ids: Vec<u8> = ids.iter().copied().flat_map(u64::to_le_bytes).collect();
        self.task.failed(&ids).map_err(crate::Error::msg)
    }
}
