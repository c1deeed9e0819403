//! Text and byte strings in their three forms.

use arrow_array::StringArray;
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use crate::v0_1::wit::types::{PackedResult, TextResult};

/// What separates joined texts.
const SEPARATOR: u8 = 0;

/// The most bytes that a column has: arrow's offsets have 31 bits.
const MOST: usize = i32::MAX as usize;

/// Values as arrow lays them.
pub(super) struct Laid {
    pub(super) offsets: OffsetBuffer<i32>,
    pub(super) data: Buffer,
}

pub(super) fn texts(rows: usize, text: TextResult) -> Result<Laid, String> {
    match text {
        TextResult::Packed(text) => packed(rows, text),
        TextResult::Separate(texts) => separate(rows, &texts),
        TextResult::Joined(text) => joined(rows, text),
    }
}

/// Text that must be UTF-8, value by value.
pub(super) fn utf8(laid: Laid, nulls: Option<NullBuffer>) -> Result<StringArray, String> {
    let Laid { offsets, data } = laid;
    StringArray::try_new(offsets.clone(), data.clone(), nulls).map_err(|error| {
        let row = offsets.windows(2).position(|pair| match pair {
            [start, end] => data
                .get(*start as usize..*end as usize)
                .is_none_or(|value| std::str::from_utf8(value).is_err()),
            _ => false,
        });
        match row {
            Some(row) => format!("row {row} is not UTF-8"),
            None => error.to_string(),
        }
    })
}

pub(super) fn packed(rows: usize, packed: PackedResult) -> Result<Laid, String> {
    let PackedResult { offsets, data } = packed;
    fits(data.len())?;
    check_offsets(&offsets, rows, data.len())?;
    // All are at most the length of the data, which fits into 31 bits.
    let offsets = ScalarBuffer::from(bytemuck::allocation::cast_vec::<u32, i32>(offsets));
    Ok(Laid {
        offsets: OffsetBuffer::new(offsets),
        data: Buffer::from_vec(data),
    })
}

/// Offsets: one more than rows, from 0, none decreasing, to the end of the data.
pub(super) fn check_offsets(offsets: &[u32], rows: usize, end: usize) -> Result<(), String> {
    if Some(offsets.len()) != rows.checked_add(1) {
        return Err(format!(
            "{} offsets, expected one more than the {rows} rows",
            offsets.len()
        ));
    }
    if let Some(first @ 1..) = offsets.first() {
        return Err(format!("the first offset is {first}, expected 0"));
    }
    if !offsets.is_sorted() {
        let row = offsets
            .windows(2)
            .position(|pair| pair.first() > pair.last());
        return Err(format!(
            "the offsets decrease after row {}",
            row.unwrap_or_default()
        ));
    }
    match offsets.last() {
        Some(last) if *last as usize == end => Ok(()),
        last => Err(format!(
            "the last offset is {}, expected {end}, where the data ends",
            last.copied().unwrap_or_default()
        )),
    }
}

pub(super) fn separate<T: AsRef<[u8]>>(rows: usize, values: &[T]) -> Result<Laid, String> {
    if values.len() != rows {
        return Err(format!("{} values, expected {rows}", values.len()));
    }
    let total: usize = values.iter().map(|value| value.as_ref().len()).sum();
    fits(total)?;
    let mut data = Vec::with_capacity(total);
    for value in values {
        data.extend_from_slice(value.as_ref());
    }
    Ok(Laid {
        offsets: OffsetBuffer::from_lengths(values.iter().map(|value| value.as_ref().len())),
        data: Buffer::from_vec(data),
    })
}

fn joined(rows: usize, text: String) -> Result<Laid, String> {
    let mut data = text.into_bytes();
    fits(data.len())?;
    let separators = memchr::memchr_iter(SEPARATOR, &data).count();
    let values = match (data.is_empty(), rows) {
        (true, 0) => 0,
        _ => separators + 1,
    };
    if values != rows {
        return Err(format!(
            "{values} values joined by U+0000, expected {rows} (a value that contains U+0000 \
             cannot be joined)"
        ));
    }
    // Move the values together, over the separators.
    let mut lengths = Vec::with_capacity(rows);
    let (mut from, mut to) = (0, 0);
    for _ in 0..rows {
        let rest = data.get(from..).unwrap_or_default();
        let length = memchr::memchr(SEPARATOR, rest).unwrap_or(rest.len());
        data.copy_within(from..from + length, to);
        lengths.push(length);
        from += length + 1;
        to += length;
    }
    data.truncate(to);
    Ok(Laid {
        offsets: OffsetBuffer::from_lengths(lengths),
        data: Buffer::from_vec(data),
    })
}

fn fits(bytes: usize) -> Result<(), String> {
    match bytes {
        0..=MOST => Ok(()),
        _ => Err(format!("{bytes} bytes, a column has at most {MOST}")),
    }
}
