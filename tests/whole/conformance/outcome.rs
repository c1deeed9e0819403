//! What a call came to, in a form that does not depend on how the component put it.
//!
//! The interface leaves a component some freedom: rows of one stream in one emission
//! or several, anchors each or in lists, rows kept by name or all of them. Here every
//! row has its fate, and emitted rows are in the order of their stream. What the
//! runtime would refuse, [`read`] refuses.

use std::collections::{BTreeMap, BTreeSet};

use stormcell_batch::Value;
use stormcell_sandbox::{Anchors, BoltOutcome, Emission, Kept};
use stormcell_topology::OutputStream;

use super::cell::Cell;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Acked,
    Kept,
    Failed,
}

/// A row that was emitted. Anchors are in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Emitted {
    pub(super) stream: String,
    pub(super) values: Vec<Cell>,
    pub(super) anchors: Vec<u32>,
}

/// What a call came to.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// What was emitted: all rows of the first output stream, then of the next.
    pub(super) emitted: Vec<Emitted>,
    /// What became of each row of the call.
    pub(super) rows: Vec<Fate>,
    /// The rows kept in earlier calls that were acked or failed, ascending.
    pub(super) earlier: Vec<(u32, Fate)>,
    /// The rows kept in earlier calls whose time-out starts again, ascending.
    pub(super) extended: Vec<u32>,
}

/// Why rows failed, by handle.
pub(super) type Reasons = BTreeMap<u32, String>;

/// The rows that a task holds when a call returns.
pub(super) struct Holds<'a> {
    /// The handle of the first row of the call, and how many there are.
    pub(super) first: u32,
    pub(super) rows: u32,
    /// Kept in earlier calls.
    pub(super) kept: &'a BTreeSet<u32>,
}

impl Holds<'_> {
    fn position(&self, handle: u32) -> Option<usize> {
        let position = handle.wrapping_sub(self.first);
        (position < self.rows).then_some(position as usize)
    }

    fn expect(&self, what: &str, handle: u32) -> Result<(), String> {
        if self.position(handle).is_some() || self.kept.contains(&handle) {
            return Ok(());
        }
        Err(format!(
            "{what} row {handle}, which the task does not hold: the call has {} rows from {} on, \
             kept are {:?}",
            self.rows, self.first, self.kept
        ))
    }
}

/// Reads what a call returned.
///
/// # Errors
/// What the runtime would refuse: a handle that the task does not hold, or a row that
/// is settled twice.
pub(super) fn read(
    outcome: &BoltOutcome,
    outputs: &[OutputStream],
    holds: &Holds<'_>,
) -> Result<(Outcome, Reasons), String> {
    let mut read = Outcome {
        emitted: emitted(&outcome.emissions, outputs),
        ..Outcome::default()
    };
    for row in &read.emitted {
        for anchor in &row.anchors {
            holds.expect("it anchored to", *anchor)?;
        }
    }
    let all = match &outcome.kept {
        Kept::All => Fate::Kept,
        Kept::None | Kept::These(_) => Fate::Acked,
    };
    read.rows = vec![all; holds.rows as usize];
    if let Kept::These(handles) = &outcome.kept {
        for handle in handles {
            let position = holds.position(*handle);
            let position =
                position.ok_or_else(|| format!("it kept row {handle}, not of this call"))?;
            read.rows[position] = Fate::Kept;
        }
    }
    let mut settled = BTreeSet::new();
    let acked = outcome.acked.iter().map(|handle| (*handle, Fate::Acked));
    let failed = outcome.failed.iter().map(|row| (row.row, Fate::Failed));
    for (handle, fate) in acked.chain(failed) {
        holds.expect("it settled", handle)?;
        if !settled.insert(handle) {
            return Err(format!("it settled row {handle} twice"));
        }
        match holds.position(handle) {
            Some(position) => read.rows[position] = fate,
            None => read.earlier.push((handle, fate)),
        }
    }
    read.earlier.sort_by_key(|(handle, _)| *handle);
    for handle in &outcome.extended {
        holds.expect("it extended", *handle)?;
        // The time-out of a row of this call has only just begun.
        if holds.position(*handle).is_none() {
            read.extended.push(*handle);
        }
    }
    read.extended.sort_unstable();
    let reasons = outcome.failed.iter();
    let reasons = reasons.map(|failed| (failed.row, failed.reason.to_string()));
    Ok((read, reasons.collect()))
}

fn emitted(emissions: &[Emission], outputs: &[OutputStream]) -> Vec<Emitted> {
    let mut rows = Vec::new();
    for (output, stream) in outputs.iter().enumerate() {
        for emission in emissions {
            if emission.output as usize != output {
                continue;
            }
            rows.extend((0..emission.columns.rows()).map(|row| {
                let values = emission.columns.row(&stream.schema, row);
                Emitted {
                    stream: stream.name.clone(),
                    values: values.into_iter().map(Cell).collect(),
                    anchors: anchors(&emission.anchors, row),
                }
            }));
        }
    }
    rows
}

fn anchors(anchors: &Anchors, row: usize) -> Vec<u32> {
    let mut handles = match anchors {
        Anchors::None => Vec::new(),
        Anchors::Each(handles) => vec![handles[row]],
        Anchors::Lists { offsets, handles } => {
            handles[offsets[row] as usize..offsets[row + 1] as usize].to_vec()
        }
    };
    handles.sort_unstable();
    handles
}

/// What a call should come to: its rows fare like this, and nothing is emitted yet.
pub(super) fn rows(fates: impl IntoIterator<Item = Fate>) -> Outcome {
    Outcome {
        rows: fates.into_iter().collect(),
        ..Outcome::default()
    }
}

impl Outcome {
    /// And these values are emitted on `default`.
    pub(super) fn values(self, values: &[Value], anchors: &[u32]) -> Self {
        self.emit("default", values.to_vec(), anchors)
    }

    /// And this note is emitted, after all values.
    pub(super) fn note(self, note: &str, anchors: &[u32]) -> Self {
        self.emit("notes", vec![Value::Text(note.to_owned())], anchors)
    }

    fn emit(mut self, stream: &str, values: Vec<Value>, anchors: &[u32]) -> Self {
        let mut anchors = anchors.to_vec();
        anchors.sort_unstable();
        self.emitted.push(Emitted {
            stream: stream.to_owned(),
            values: values.into_iter().map(Cell).collect(),
            anchors,
        });
        self
    }

    /// And these rows that were kept earlier fare like this.
    pub(super) fn earlier(mut self, handles: &[u32], fate: Fate) -> Self {
        self.earlier.extend(handles.iter().map(|h| (*h, fate)));
        self.earlier.sort_by_key(|(handle, _)| *handle);
        self
    }

    /// And the time-outs of these rows start again.
    pub(super) fn extended(mut self, handles: &[u32]) -> Self {
        self.extended.extend_from_slice(handles);
        self.extended.sort_unstable();
        self
    }

    /// Where `found` is not as expected: the first place, in words.
    pub(super) fn difference(&self, found: &Self) -> Option<String> {
        first_difference("emitted row", &self.emitted, &found.emitted)
            .or_else(|| first_difference("fate of row", &self.rows, &found.rows))
            .or_else(|| first_difference("settled earlier row", &self.earlier, &found.earlier))
            .or_else(|| first_difference("extended row", &self.extended, &found.extended))
    }
}

/// Where two lists begin to differ.
pub(super) fn first_difference<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &[T],
    found: &[T],
) -> Option<String> {
    let longest = expected.len().max(found.len());
    let place = (0..longest).find(|place| expected.get(*place) != found.get(*place))?;
    let shown = |item: Option<&T>| item.map_or("nothing".to_owned(), |item| format!("{item:?}"));
    Some(format!(
        "{what} {place} (of {} expected, {} found):\n  expected {}\n  found    {}",
        expected.len(),
        found.len(),
        shown(expected.get(place)),
        shown(found.get(place))
    ))
}
