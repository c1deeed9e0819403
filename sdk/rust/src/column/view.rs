//! Reads the values of a column where they lie.
//!
//! A view is checked once, when it is opened: its length, its offsets, that its text is
//! UTF-8. Reading a value then neither copies nor fails. The check of text costs about
//! 0.2 ns a byte, which buys an SDK without unsafe code of its own.

use std::borrow::Cow;

use crate::column;
use crate::schema::Type;
use crate::value::{Timestamp, Value};
use crate::wit;

/// A column that does not keep to the interface: a fault of the host, not of the
/// author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host sent a {kind} column of {rows} rows that is malformed: {problem}")]
pub struct Malformed {
    kind: Type,
    rows: usize,
    problem: &'static str,
}

/// Which rows are null.
#[derive(Clone, Copy, Debug)]
struct Nulls<'a>(Option<&'a [u8]>);

impl Nulls<'_> {
    #[inline]
    fn at(&self, row: usize) -> bool {
        self.0
            .is_some_and(|nulls| nulls.get(row).is_some_and(|&null| null == 1))
    }
}

macro_rules! fixed_view {
    ($(#[$doc:meta])* $view:ident, $value:ty, $width:literal, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $view<'a> {
            data: &'a [[u8; $width]],
            nulls: Nulls<'a>,
        }

        impl<'a> $view<'a> {
            /// How many rows it has.
            pub fn len(&self) -> usize {
                self.data.len()
            }

            /// Whether it has no rows.
            pub fn is_empty(&self) -> bool {
                self.data.is_empty()
            }

            /// The value of a row; `None` if it is null or there is no such row.
            #[inline]
            pub fn get(&self, row: usize) -> Option<$value> {
                if self.nulls.at(row) { None } else { self.data.get(row).copied().map($read) }
            }

            /// The values of all rows in order, `None` where null.
            pub fn iter(&self) -> impl Iterator<Item = Option<$value>> + use<'a> {
                let view = *self;
                (0..view.len()).map(move |row| view.get(row))
            }

            /// The values of all rows in order; a null reads as zero.
            pub fn values(&self) -> impl Iterator<Item = $value> + use<'a> {
                self.data.iter().copied().map($read)
            }
        }
    };
}

fixed_view!(
    /// A column of booleans.
    Bools, bool, 1, |[byte]: [u8; 1]| byte == 1
);
fixed_view!(
    /// A column of integers.
    Ints, i64, 8, i64::from_le_bytes
);
fixed_view!(
    /// A column of floats.
    Floats, f64, 8, f64::from_le_bytes
);
fixed_view!(
    /// A column of moments.
    Timestamps, Timestamp, 8, |bytes| Timestamp(i64::from_le_bytes(bytes))
);

/// A column of texts, or of JSON values as texts.
///
/// It lends the packed values: the text of a row is a slice of the whole.
#[derive(Clone, Debug)]
pub struct Texts<'a> {
    offsets: Cow<'a, [u32]>,
    data: Cow<'a, str>,
    nulls: Nulls<'a>,
}

impl Texts<'_> {
    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a row; `None` if it is null or there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&str> {
        if self.nulls.at(row) {
            None
        } else {
            self.slice(row)
        }
    }

    /// The texts of all rows in order, `None` where null.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The texts of all rows in order; a null reads as empty.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        // Opening has checked that the texts lie end to end and start on boundaries of
        // characters. To cut them off one after the other checks one boundary each, not two.
        let mut rest: &str = &self.data;
        self.offsets.array_windows().map(move |&[start, end]| {
            let length = (end - start) as usize;
            let (value, after) = rest.split_at_checked(length).unwrap_or_default();
            rest = after;
            value
        })
    }

    /// The texts end to end; row i is `data()[offsets()[i]..offsets()[i + 1]]`.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// Where each text starts in [`data`](Self::data), and where the last one ends: one
    /// more than there are rows.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    #[inline]
    fn slice(&self, row: usize) -> Option<&str> {
        let start = *self.offsets.get(row)? as usize;
        let end = *self.offsets.get(row + 1)? as usize;
        self.data.get(start..end)
    }
}

/// A column of byte strings.
#[derive(Clone, Debug)]
pub struct ByteStrings<'a> {
    offsets: Cow<'a, [u32]>,
    data: Cow<'a, [u8]>,
    nulls: Nulls<'a>,
}

impl ByteStrings<'_> {
    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The byte string of a row; `None` if it is null or there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        if self.nulls.at(row) {
            return None;
        }
        let start = *self.offsets.get(row)? as usize;
        let end = *self.offsets.get(row + 1)? as usize;
        self.data.get(start..end)
    }

    /// The byte strings of all rows in order, `None` where null.
    pub fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// A column of any type.
#[derive(Clone, Debug)]
pub enum View<'a> {
    Bool(Bools<'a>),
    Int(Ints<'a>),
    Float(Floats<'a>),
    Text(Texts<'a>),
    Bytes(ByteStrings<'a>),
    Timestamp(Timestamps<'a>),
    Json(Texts<'a>),
}

impl<'a> View<'a> {
    /// Opens a column of `rows` rows, and checks it.
    pub(crate) fn open(column: &'a wit::Column, rows: usize) -> Result<Self, Malformed> {
        Self::checked(column, rows).map_err(|problem| Malformed {
            kind: column::kind(column),
            rows,
            problem,
        })
    }

    fn checked(column: &'a wit::Column, rows: usize) -> Result<Self, &'static str> {
        let nulls = Nulls(column.nulls.as_deref());
        if nulls.0.is_some_and(|nulls| nulls.len() != rows) {
            return Err("it has another number of null marks");
        }
        Ok(match &column.values {
            wit::Values::Booleans(data) => Self::Bool(Bools {
                data: fixed(data, rows)?,
                nulls,
            }),
            wit::Values::Integers(data) => Self::Int(Ints {
                data: fixed(data, rows)?,
                nulls,
            }),
            wit::Values::Floats(data) => Self::Float(Floats {
                data: fixed(data, rows)?,
                nulls,
            }),
            wit::Values::Timestamps(data) => Self::Timestamp(Timestamps {
                data: fixed(data, rows)?,
                nulls,
            }),
            wit::Values::Texts(text) => Self::Text(texts(text, rows, nulls)?),
            wit::Values::Jsons(text) => Self::Json(texts(text, rows, nulls)?),
            wit::Values::ByteStrings(bytes) => Self::Bytes(byte_strings(bytes, rows, nulls)?),
        })
    }

    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Text(_) => Type::Text,
            Self::Bytes(_) => Type::Bytes,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Json(_) => Type::Json,
        }
    }

    pub(crate) fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Bool(view) => view.get(row).into(),
            Self::Int(view) => view.get(row).into(),
            Self::Float(view) => view.get(row).into(),
            Self::Text(view) => view.get(row).into(),
            Self::Bytes(view) => view.get(row).into(),
            Self::Timestamp(view) => view.get(row).into(),
            Self::Json(view) => view.get(row).map(crate::value::Json).into(),
        }
    }
}

fn fixed<const WIDTH: usize>(data: &[u8], rows: usize) -> Result<&[[u8; WIDTH]], &'static str> {
    match data.as_chunks() {
        (chunks, []) if chunks.len() == rows => Ok(chunks),
        _ => Err("it has another number of values"),
    }
}

fn check_offsets(offsets: &[u32], rows: usize, len: usize) -> Result<(), &'static str> {
    if offsets.len() != rows + 1 {
        return Err("it has another number of values");
    }
    let ends = offsets.first().zip(offsets.last());
    if ends.is_none_or(|(&first, &last)| first != 0 || last as usize != len) {
        return Err("its offsets do not span its data");
    }
    if !offsets.is_sorted() {
        return Err("its offsets decrease");
    }
    Ok(())
}

fn texts<'a>(
    text: &'a wit::Text,
    rows: usize,
    nulls: Nulls<'a>,
) -> Result<Texts<'a>, &'static str> {
    let (offsets, data): (Cow<'a, [u32]>, Cow<'a, str>) = match text {
        wit::Text::Packed(packed) => {
            let data = std::str::from_utf8(&packed.data).map_err(|_| "its text is not UTF-8")?;
            (Cow::Borrowed(&packed.offsets), Cow::Borrowed(data))
        }
        wit::Text::Separate(values) => {
            let offsets = offsets(values.iter().map(String::len))?;
            (Cow::Owned(offsets), Cow::Owned(values.concat()))
        }
        wit::Text::Joined(_) if rows == 0 => (Cow::Owned(vec![0]), Cow::Borrowed("")),
        wit::Text::Joined(values) => {
            let offsets = offsets(values.split('\0').map(str::len))?;
            (Cow::Owned(offsets), Cow::Owned(values.replace('\0', "")))
        }
    };
    check_offsets(&offsets, rows, data.len())?;
    if !offsets
        .iter()
        .all(|&offset| data.is_char_boundary(offset as usize))
    {
        return Err("an offset lies within a character");
    }
    Ok(Texts {
        offsets,
        data,
        nulls,
    })
}

fn byte_strings<'a>(
    bytes: &'a wit::ByteStrings,
    rows: usize,
    nulls: Nulls<'a>,
) -> Result<ByteStrings<'a>, &'static str> {
    let (offsets, data): (Cow<'a, [u32]>, Cow<'a, [u8]>) = match bytes {
        wit::ByteStrings::Packed(packed) => {
            (Cow::Borrowed(&packed.offsets), Cow::Borrowed(&packed.data))
        }
        wit::ByteStrings::Separate(values) => {
            let offsets = offsets(values.iter().map(Vec::len))?;
            (Cow::Owned(offsets), Cow::Owned(values.concat()))
        }
    };
    check_offsets(&offsets, rows, data.len())?;
    Ok(ByteStrings {
        offsets,
        data,
        nulls,
    })
}

/// The offsets of values of these lengths laid end to end.
fn offsets(lengths: impl Iterator<Item = usize>) -> Result<Vec<u32>, &'static str> {
    let mut end = 0_u32;
    let mut offsets = vec![0];
    for length in lengths {
        end = u32::try_from(length)
            .ok()
            .and_then(|length| end.checked_add(length))
            .ok_or("its data is over 4 GiB")?;
        offsets.push(end);
    }
    Ok(offsets)
}
