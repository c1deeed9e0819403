//! Choice: which targets get which rows of a batch.

/// A choice for the rows of one batch, and the buffers in which it is written.
/// Keep it and pass it again: it allocates only when a batch is larger than all
/// before it.
///
/// Only groupings write it, so a choice is valid for the rows and targets that
/// it was made for.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    form: Form,
    whole: u32,
    each: Vec<u32>,
    slices: Vec<Slice>,
    offsets: Vec<u32>,
    listed: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Form {
    #[default]
    Nowhere,
    All,
    Whole,
    Each,
    Slices,
    Lists,
}

/// A [`Choice`] to look at. Targets are indexes into [`crate::Targets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen<'a> {
    /// No target gets any row.
    Nowhere,
    /// Every target gets all rows.
    All,
    /// This target gets all rows.
    Whole(u32),
    /// The target of each row.
    Each(&'a [u32]),
    /// Runs of rows that follow on each other, each for one target. A target may
    /// have several runs.
    Slices(&'a [Slice]),
    /// Any number of targets a row: row i goes to those from `offsets[i]` up to
    /// `offsets[i + 1]`.
    Lists {
        /// One more than there are rows.
        offsets: &'a [u32],
        /// The targets of all rows, end to end.
        targets: &'a [u32],
    },
}

/// A run of rows for one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The first row.
    pub start: u32,
    /// How many rows: at least one.
    pub len: u32,
    /// The target.
    pub target: u32,
}

impl Choice {
    /// What was chosen. Before anything was, no target gets any row.
    pub fn chosen(&self) -> Chosen<'_> {
        match self.form {
            Form::Nowhere => Chosen::Nowhere,
            Form::All => Chosen::All,
            Form::Whole => Chosen::Whole(self.whole),
            Form::Each => Chosen::Each(&self.each),
            Form::Slices => Chosen::Slices(&self.slices),
            Form::Lists => Chosen::Lists {
                offsets: &self.offsets,
                targets: &self.listed,
            },
        }
    }

    pub(crate) fn nowhere(&mut self) {
        self.form = Form::Nowhere;
    }

    pub(crate) fn all(&mut self) {
        self.form = Form::All;
    }

    pub(crate) fn whole(&mut self, target: u32) {
        self.form = Form::Whole;
        self.whole = target;
    }

    /// One target a row, in the order of the rows. If it is the same for all, the
    /// choice is that of the whole batch, which moves without being copied.
    pub(crate) fn each(&mut self, targets: impl Iterator<Item = u32>) {
        self.each.clear();
        self.each.extend(targets);
        match self.each.split_first() {
            None => self.nowhere(),
            Some((&first, rest)) if rest.iter().all(|&target| target == first) => {
                self.whole(first);
            }
            Some(_) => self.form = Form::Each,
        }
    }

    /// Runs that follow on each other from row 0 on: how many rows each has and
    /// where it goes. Neighbours with the same target become one.
    pub(crate) fn slices(&mut self, runs: impl Iterator<Item = (u32, u32)>) {
        self.slices.clear();
        let mut start = 0;
        for (len, target) in runs {
            match self.slices.last_mut() {
                Some(last) if last.target == target => last.len += len,
                _ => self.slices.push(Slice { start, len, target }),
            }
            start += len;
        }
        match self.slices.as_slice() {
            [] => self.nowhere(),
            [one] => self.whole(one.target),
            _ => self.form = Form::Slices,
        }
    }

    pub(crate) fn lists(&mut self, offsets: &[u32], targets: &[u32]) {
        self.offsets.clear();
        self.offsets.extend_from_slice(offsets);
        self.listed.clear();
        self.listed.extend_from_slice(targets);
        self.form = Form::Lists;
    }
}
