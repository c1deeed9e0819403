//! Reading the fields of a row: by name, by place, or by a name resolved beforehand.

use std::rc::Rc;

use crate::column::{Malformed, View};
use crate::schema::{Input, Type};
use crate::value::{Json, Timestamp, Value};

/// Why a field cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The row has no such field.
    #[error("{input} has no field {field}; it has {}", if .fields.is_empty() { "none".into() } else { .fields.join(", ") })]
    Missing {
        /// The field asked for.
        field: String,
        /// The input: `component/stream`.
        input: String,
        /// The fields that there are.
        fields: Vec<String>,
    },
    /// It has another type, or it is null (`got` is absent).
    #[error("{input}: field {field}: expected {expected}, got {}", .got.map_or("null".to_owned(), |kind| kind.to_string()))]
    Type {
        /// The field.
        field: String,
        /// The input: `component/stream`.
        input: String,
        /// The type asked for.
        expected: Type,
        /// The type of the field; `None` for a null.
        got: Option<Type>,
    },
    /// The host broke the rules of the interface.
    #[error("{input}: field {field}: {cause}")]
    Malformed {
        /// The field.
        field: String,
        /// The input: `component/stream`.
        input: String,
        /// What is wrong.
        cause: Malformed,
    },
}

impl FieldError {
    #[cold]
    pub(crate) fn missing(input: &Input, field: &dyn std::fmt::Display) -> Self {
        Self::Missing {
            field: field.to_string(),
            input: label(input),
            fields: input
                .fields()
                .iter()
                .map(|field| field.name().to_owned())
                .collect(),
        }
    }

    #[cold]
    pub(crate) fn mismatch(input: &Input, place: usize, expected: Type, got: Option<Type>) -> Self {
        Self::Type {
            field: name(input, place),
            input: label(input),
            expected,
            got,
        }
    }

    #[cold]
    pub(crate) fn malformed(input: &Input, place: usize, cause: Malformed) -> Self {
        Self::Malformed {
            field: name(input, place),
            input: label(input),
            cause,
        }
    }
}

fn label(input: &Input) -> String {
    format!("{}/{}", input.component(), input.stream())
}

fn name(input: &Input, place: usize) -> String {
    input
        .fields()
        .get(place)
        .map_or_else(|| place.to_string(), |field| field.name().to_owned())
}

/// A field that has been looked up in all inputs of a task, by
/// [`Context::field`](crate::Context::field): the fastest way to name one.
#[derive(Clone, Debug)]
pub struct FieldIndex {
    name: Rc<str>,
    /// Its place in each input, by number of the input.
    places: Rc<[Option<usize>]>,
}

impl FieldIndex {
    /// Looks a field up; `None` if no input has it.
    pub(crate) fn resolve(name: &str, inputs: &[Rc<Input>]) -> Option<Self> {
        let place = |input: &Rc<Input>| input.fields().iter().position(|f| f.name() == name);
        let places: Rc<[_]> = inputs.iter().map(place).collect();
        places.iter().any(Option::is_some).then(|| Self {
            name: name.into(),
            places,
        })
    }
}

/// Names a field: by name (`&str`), by place (`usize`, from 0), or, fastest and
/// independent of the order of fields, as a [`FieldIndex`].
pub trait FieldRef {
    /// Its place in an input, of which `number` is the place in
    /// [`Context::inputs`](crate::Context::inputs).
    ///
    /// # Errors
    /// The input has no such field.
    fn place(&self, number: usize, input: &Input) -> Result<usize, FieldError>;
}

impl FieldRef for &str {
    #[inline]
    fn place(&self, _number: usize, input: &Input) -> Result<usize, FieldError> {
        let place = input
            .fields()
            .iter()
            .position(|field| field.name() == *self);
        place.ok_or_else(|| FieldError::missing(input, self))
    }
}

impl FieldRef for usize {
    #[inline]
    fn place(&self, _number: usize, input: &Input) -> Result<usize, FieldError> {
        if *self < input.fields().len() {
            Ok(*self)
        } else {
            Err(FieldError::missing(input, self))
        }
    }
}

impl FieldRef for &FieldIndex {
    #[inline]
    fn place(&self, number: usize, input: &Input) -> Result<usize, FieldError> {
        let place = self.places.get(number).copied().flatten();
        place.ok_or_else(|| FieldError::missing(input, &self.name))
    }
}

/// A Rust type as which a field can be read by [`Tuple::get`](crate::Tuple::get).
///
/// Implemented for `bool`, `i64`, `f64`, `&str`, `&[u8]`, [`Timestamp`], [`Json<&str>`](Json),
/// [`Value`], and `Option`s of them, where a null is `None`.
pub trait FromField<'t>: Sized + sealed::Read<'t> {}

impl<'t, T: sealed::Read<'t>> FromField<'t> for T {}

pub(crate) mod sealed {
    use super::*;

    /// Why a value is not read: the type asked for, and the one found (`None`: a null).
    pub struct Unread(pub Type, pub Option<Type>);

    pub trait Read<'t>: Sized {
        fn read(view: &'t View<'_>, row: usize) -> Result<Self, Unread>;
    }

    macro_rules! read {
        ($($kind:ty, $variant:ident, $wrap:expr;)*) => {$(
            impl<'t> Read<'t> for $kind {
                #[inline]
                fn read(view: &'t View<'_>, row: usize) -> Result<Self, Unread> {
                    match view {
                        View::$variant(view) => match view.get(row) {
                            Some(value) => Ok($wrap(value)),
                            None => Err(Unread(Type::$variant, None)),
                        },
                        other => Err(Unread(Type::$variant, Some(other.kind()))),
                    }
                }
            }
        )*};
    }

    read! {
        bool, Bool, |value| value;
        i64, Int, |value| value;
        f64, Float, |value| value;
        &'t str, Text, |value| value;
        &'t [u8], Bytes, |value| value;
        Timestamp, Timestamp, |value| value;
        Json<&'t str>, Json, Json;
    }

    impl<'t> Read<'t> for Value<'t> {
        fn read(view: &'t View<'_>, row: usize) -> Result<Self, Unread> {
            Ok(view.value(row))
        }
    }

    impl<'t, T: Read<'t>> Read<'t> for Option<T> {
        #[inline]
        fn read(view: &'t View<'_>, row: usize) -> Result<Self, Unread> {
            match T::read(view, row) {
                Ok(value) => Ok(Some(value)),
                Err(Unread(_, None)) => Ok(None),
                Err(unread) => Err(unread),
            }
        }
    }
}
