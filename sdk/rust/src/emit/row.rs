//! Rows as authors write them: Rust tuples of values, or slices of [`Value`].

use std::borrow::Cow;

use crate::column::{CellError, ColumnBuilder};
use crate::value::{Json, Timestamp, Value};

/// A value that can be emitted.
///
/// Implemented for `bool`, the integers that fit into `i64`, `f32`, `f64`, `&str`,
/// `String`, `&[u8]`, `Vec<u8>`, [`Timestamp`], [`Json`], [`Value`], references to them
/// and `Option`s of them, where `None` is a null.
pub trait Cell {
    /// Appends the value to a column.
    ///
    /// # Errors
    /// The column has another type or allows no null; the column is unchanged then.
    fn write(&self, column: &mut ColumnBuilder) -> Result<(), CellError>;
}

macro_rules! cells {
    ($($kind:ty => |$value:ident, $column:ident| $write:expr;)*) => {$(
        impl Cell for $kind {
            #[inline]
            fn write(&self, $column: &mut ColumnBuilder) -> Result<(), CellError> {
                let $value = self;
                $write
            }
        }
    )*};
}

cells! {
    bool => |value, column| column.push_bool(*value);
    i64 => |value, column| column.push_int(*value);
    i32 => |value, column| column.push_int(i64::from(*value));
    i16 => |value, column| column.push_int(i64::from(*value));
    i8 => |value, column| column.push_int(i64::from(*value));
    u32 => |value, column| column.push_int(i64::from(*value));
    u16 => |value, column| column.push_int(i64::from(*value));
    u8 => |value, column| column.push_int(i64::from(*value));
    f64 => |value, column| column.push_float(*value);
    f32 => |value, column| column.push_float(f64::from(*value));
    str => |value, column| column.push_text(value);
    String => |value, column| column.push_text(value);
    Cow<'_, str> => |value, column| column.push_text(value);
    [u8] => |value, column| column.push_bytes(value);
    Vec<u8> => |value, column| column.push_bytes(value);
    Cow<'_, [u8]> => |value, column| column.push_bytes(value);
    Timestamp => |value, column| column.push_timestamp(value.0);
}

impl<S: AsRef<str>> Cell for Json<S> {
    #[inline]
    fn write(&self, column: &mut ColumnBuilder) -> Result<(), CellError> {
        column.push_json(self.0.as_ref())
    }
}

impl<C: Cell + ?Sized> Cell for &C {
    #[inline]
    fn write(&self, column: &mut ColumnBuilder) -> Result<(), CellError> {
        (**self).write(column)
    }
}

impl<C: Cell> Cell for Option<C> {
    #[inline]
    fn write(&self, column: &mut ColumnBuilder) -> Result<(), CellError> {
        match self {
            Some(value) => value.write(column),
            None => column.push_null(),
        }
    }
}

impl Cell for Value<'_> {
    fn write(&self, column: &mut ColumnBuilder) -> Result<(), CellError> {
        match self {
            Self::Null => column.push_null(),
            Self::Bool(value) => column.push_bool(*value),
            Self::Int(value) => column.push_int(*value),
            Self::Float(value) => column.push_float(*value),
            Self::Text(value) => column.push_text(value),
            Self::Bytes(value) => column.push_bytes(value),
            Self::Timestamp(value) => column.push_timestamp(value.0),
            Self::Json(value) => column.push_json(value),
        }
    }
}

/// The values of one row, in the order of the fields of its stream.
///
/// Implemented for Rust tuples of up to 16 [`Cell`]s, and for arrays, vectors and slices
/// of one, for instance of [`Value`]s.
///
/// ```
/// use stormcell_sdk::{Row, Value};
/// assert_eq!(("word", 1, None::<f64>).arity(), 3);
/// assert_eq!([Value::Null, Value::Int(1)].arity(), 2);
/// ```
pub trait Row {
    /// How many values it has.
    fn arity(&self) -> usize;

    /// Appends one value to each of as many columns as it has values.
    ///
    /// # Errors
    /// The place of the first value that does not fit, and why. The values before it
    /// are appended.
    fn write(&self, columns: &mut [ColumnBuilder]) -> Result<(), (usize, CellError)>;
}

impl<R: Row + ?Sized> Row for &R {
    fn arity(&self) -> usize {
        (**self).arity()
    }

    #[inline]
    fn write(&self, columns: &mut [ColumnBuilder]) -> Result<(), (usize, CellError)> {
        (**self).write(columns)
    }
}

impl<C: Cell> Row for [C] {
    fn arity(&self) -> usize {
        self.len()
    }

    fn write(&self, columns: &mut [ColumnBuilder]) -> Result<(), (usize, CellError)> {
        for (place, (value, column)) in self.iter().zip(columns).enumerate() {
            value.write(column).map_err(|error| (place, error))?;
        }
        Ok(())
    }
}

impl<C: Cell, const N: usize> Row for [C; N] {
    fn arity(&self) -> usize {
        N
    }

    fn write(&self, columns: &mut [ColumnBuilder]) -> Result<(), (usize, CellError)> {
        self.as_slice().write(columns)
    }
}

impl<C: Cell> Row for Vec<C> {
    fn arity(&self) -> usize {
        self.len()
    }

    fn write(&self, columns: &mut [ColumnBuilder]) -> Result<(), (usize, CellError)> {
        self.as_slice().write(columns)
    }
}

macro_rules! rows {
    ($($cell:ident $place:tt)*) => {
        impl<$($cell: Cell),*> Row for ($($cell,)*) {
            fn arity(&self) -> usize {
                [$($place),*].len()
            }

            #[inline]
            fn write(&self, columns: &mut [ColumnBuilder]) -> Result<(), (usize, CellError)> {
                let mut columns = columns.iter_mut();
                $(
                    if let Some(column) = columns.next() {
                        self.$place.write(column).map_err(|error| ($place, error))?;
                    }
                )*
                Ok(())
            }
        }
    };
}

rows!(A 0);
rows!(A 0 B 1);
rows!(A 0 B 1 C 2);
rows!(A 0 B 1 C 2 D 3);
rows!(A 0 B 1 C 2 D 3 E 4);
rows!(A 0 B 1 C 2 D 3 E 4 F 5);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14);
rows!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15);
