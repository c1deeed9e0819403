//! Which rows each emitted row is anchored to, in the layout that crosses.

use crate::handles::Handle;
use crate::wit;

/// For each row a list of 32-bit numbers. Most batches have exactly one a row, or none
/// at all, which takes the least memory; the first row that differs changes the form.
#[derive(Clone, Debug)]
pub(crate) enum NumberLists {
    /// This many rows without a number.
    Empty(usize),
    /// One number a row: four bytes each, little-endian.
    One(Vec<u8>),
    /// As in the interface: row i has the numbers from offset i up to offset i + 1.
    Many { offsets: Vec<u8>, numbers: Vec<u8> },
}

impl Default for NumberLists {
    fn default() -> Self {
        Self::Empty(0)
    }
}

impl NumberLists {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Empty(rows) => *rows,
            Self::One(numbers) => numbers.len() / 4,
            Self::Many { offsets, .. } => offsets.len() / 4 - 1,
        }
    }

    /// All numbers of all rows.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        let numbers: &[u8] = match self {
            Self::Empty(_) => &[],
            Self::One(numbers) | Self::Many { numbers, .. } => numbers,
        };
        numbers
            .as_chunks()
            .0
            .iter()
            .map(|number| u32::from_le_bytes(*number))
    }

    #[inline]
    pub(crate) fn push_one(&mut self, number: u32) {
        match self {
            Self::One(numbers) => numbers.extend_from_slice(&number.to_le_bytes()),
            Self::Empty(0) => *self = Self::One(number.to_le_bytes().to_vec()),
            _ => self.push(std::iter::once(number)),
        }
    }

    pub(crate) fn push_none(&mut self) {
        match self {
            Self::Empty(rows) => *rows += 1,
            _ => self.push(std::iter::empty()),
        }
    }

    /// Adds a row with any number of numbers.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = u32>) {
        let mut row = row.into_iter().peekable();
        let first = row.next();
        match (&self, first, row.peek()) {
            (Self::Empty(_), None, _) => return self.push_none(),
            (Self::Empty(0) | Self::One(_), Some(only), None) => return self.push_one(only),
            _ => {}
        }
        let (offsets, numbers) = self.many();
        for number in first.into_iter().chain(row) {
            numbers.extend_from_slice(&number.to_le_bytes());
        }
        offsets.extend_from_slice(&count(numbers).to_le_bytes());
    }

    /// Forgets the rows from `rows` on.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows >= self.rows() {
            return;
        }
        match self {
            Self::Empty(count) => *count = rows,
            Self::One(_) | Self::Many { .. } if rows == 0 => *self = Self::Empty(0),
            Self::One(numbers) => numbers.truncate(rows * 4),
            Self::Many { offsets, numbers } => {
                offsets.truncate((rows + 1) * 4);
                let end = offsets
                    .last_chunk()
                    .map_or(0, |last| u32::from_le_bytes(*last));
                numbers.truncate(end as usize * 4);
            }
        }
    }

    /// Changes to the general form.
    fn many(&mut self) -> (&mut Vec<u8>, &mut Vec<u8>) {
        loop {
            // Written as a loop because the borrow of an early return would last.
            match self {
                Self::Many { offsets, numbers } => return (offsets, numbers),
                Self::Empty(rows) => {
                    *self = Self::Many {
                        offsets: vec![0; (*rows + 1) * 4],
                        numbers: Vec::new(),
                    };
                }
                Self::One(numbers) => {
                    let numbers = std::mem::take(numbers);
                    let offsets = (0..=count(&numbers)).flat_map(u32::to_le_bytes).collect();
                    *self = Self::Many { offsets, numbers };
                }
            }
        }
    }

    pub(crate) fn into_lists(mut self) -> wit::NumberLists {
        let (offsets, numbers) = self.many();
        wit::NumberLists {
            offsets: std::mem::take(offsets),
            numbers: std::mem::take(numbers),
        }
    }
}

/// How many numbers these bytes are. Memory of 32-bit guests ends before `u32` does.
fn count(numbers: &[u8]) -> u32 {
    u32::try_from(numbers.len() / 4).unwrap_or(u32::MAX)
}

/// The rows that each row of an emission is anchored to: those whose trees it becomes
/// part of, so that its failure fails them.
///
/// ```
/// use stormcell_sdk::Anchors;
/// let unanchored = Anchors::none(3);
/// assert_eq!(unanchored.rows(), 3);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Anchors(pub(crate) NumberLists);

impl Anchors {
    /// Of no rows yet; add them by [`push`](Self::push).
    pub fn new() -> Self {
        Self::default()
    }

    /// Of `rows` rows that are not anchored.
    pub fn none(rows: usize) -> Self {
        Self(NumberLists::Empty(rows))
    }

    /// Of as many rows as there are handles, each anchored to one.
    pub fn each(handles: impl IntoIterator<Item = Handle>) -> Self {
        Self(NumberLists::One(
            handles
                .into_iter()
                .flat_map(|handle| handle.0.to_le_bytes())
                .collect(),
        ))
    }

    /// Adds a row and the rows that it is anchored to; the same one twice is legal.
    pub fn push(&mut self, anchors: &[Handle]) {
        self.0.push(anchors.iter().map(|handle| handle.0));
    }

    /// Adds a row that is anchored to one row.
    #[inline]
    pub fn push_one(&mut self, anchor: Handle) {
        self.0.push_one(anchor.0);
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.0.rows()
    }
}

impl From<NumberLists> for wit::Anchors {
    fn from(lists: NumberLists) -> Self {
        match lists {
            NumberLists::Empty(_) => Self::None,
            NumberLists::One(numbers) => Self::Each(numbers),
            NumberLists::Many { offsets, numbers } => {
                Self::Lists(wit::NumberLists { offsets, numbers })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use proptest::prelude::*;

    use super::*;

    /// The rows as plain lists.
    fn decode(lists: NumberLists) -> Vec<Vec<u32>> {
        let wit::NumberLists { offsets, numbers } = lists.into_lists();
        let read = |bytes: &[u8]| -> Vec<u32> {
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|chunk| u32::from_le_bytes(*chunk))
                .collect()
        };
        let (offsets, numbers) = (read(&offsets), read(&numbers));
        assert_eq!(offsets.last().copied().unwrap() as usize, numbers.len());
        offsets
            .array_windows()
            .map(|&[start, end]| numbers[start as usize..end as usize].to_vec())
            .collect()
    }

    proptest! {
        #[test]
        fn rows_read_back_as_pushed_and_truncated(
            rows in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..4), 0..40),
            keep in 0_usize..50,
            more in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..4), 0..10),
        ) {
            let mut lists = NumberLists::default();
            let mut expected = Vec::new();
            for row in rows {
                lists.push(row.iter().copied());
                expected.push(row);
                prop_assert_eq!(lists.rows(), expected.len());
            }
            lists.truncate(keep);
            expected.truncate(keep);
            for row in more {
                match row.as_slice() {
                    [] => lists.push_none(),
                    [one] => lists.push_one(*one),
                    many => lists.push(many.iter().copied()),
                }
                expected.push(row);
            }
            prop_assert_eq!(decode(lists), expected);
        }
    }

    #[test]
    fn the_shortest_form_crosses() {
        let cross = |rows: &[&[u32]]| {
            let mut lists = NumberLists::default();
            rows.iter().for_each(|row| lists.push(row.iter().copied()));
            wit::Anchors::from(lists)
        };
        assert!(matches!(cross(&[]), wit::Anchors::None));
        assert!(matches!(cross(&[&[], &[]]), wit::Anchors::None));
        assert!(
            matches!(cross(&[&[7], &[8]]), wit::Anchors::Each(bytes) if bytes == [7, 0, 0, 0, 8, 0, 0, 0])
        );
        assert!(matches!(cross(&[&[7], &[8, 9]]), wit::Anchors::Lists(_)));
        assert!(matches!(cross(&[&[], &[8]]), wit::Anchors::Lists(_)));
    }
}
