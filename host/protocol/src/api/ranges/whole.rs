//! Numbers.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{OutOfRange, shown};

/// A whole number of a request.
pub trait Whole: Sized {
    /// What holds it.
    type Number: Copy + TryFrom<u64> + Into<u64>;
    /// The least that it may be.
    const LEAST: u64;
    /// The most that it may be.
    const MOST: u64;

    /// What it may be, for people.
    fn expected() -> String {
        format!("a whole number from {} to {}", Self::LEAST, Self::MOST)
    }

    /// The number, if it is one of these.
    fn of(number: u64) -> Option<Self::Number> {
        let is_one = (Self::LEAST..=Self::MOST).contains(&number);
        Self::Number::try_from(number).ok().filter(|_| is_one)
    }

    /// Checks a number.
    ///
    /// # Errors
    /// It is none of these.
    fn check(number: Self::Number) -> Result<(), OutOfRange> {
        match Self::of(number.into()) {
            Some(_) => Ok(()),
            None => Err(out_of::<Self>(number.into().to_string())),
        }
    }

    /// The number that a text is: digits alone, as in parameters and on the command line.
    ///
    /// # Errors
    /// It is none of these.
    fn parse(text: &str) -> Result<Self::Number, OutOfRange> {
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_digits);
        number
            .and_then(Self::of)
            .ok_or_else(|| out_of::<Self>(shown(text)))
    }

    /// Reads it out of a body.
    ///
    /// # Errors
    /// It is none of these.
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self::Number, D::Error> {
        InBody::<Self>::deserialize(source).map(|InBody(number)| number)
    }

    /// Reads it out of a body that need not have it.
    ///
    /// # Errors
    /// It is none of these.
    fn read_option<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self::Number>, D::Error> {
        let read = Option::<InBody<Self>>::deserialize(source)?;
        Ok(read.map(|InBody(number)| number))
    }

    /// Reads it out of a path.
    ///
    /// # Errors
    /// It is none of these.
    fn read_text<'de, D: Deserializer<'de>>(source: D) -> Result<Self::Number, D::Error> {
        Self::parse(&String::deserialize(source)?).map_err(D::Error::custom)
    }

    /// Reads a parameter that need not be there.
    ///
    /// # Errors
    /// It is none of these.
    fn read_parameter<'de, D: Deserializer<'de>>(
        source: D,
    ) -> Result<Option<Self::Number>, D::Error> {
        Self::read_text(source).map(Some)
    }
}

fn out_of<W: Whole>(found: String) -> OutOfRange {
    let expected = W::expected();
    OutOfRange { found, expected }
}

/// A number of a JSON document. `2.0` is one as well, as it is in JSON Schema.
pub(super) struct InBody<W: Whole>(pub(super) W::Number);

impl<'de, W: Whole> Deserialize<'de> for InBody<W> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Reader::<W>(PhantomData)).map(Self)
    }
}

struct Reader<W>(PhantomData<W>);

/// Whole numbers up to this one are floating-point numbers, too: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<W: Whole> Visitor<'_> for Reader<W> {
    type Value = W::Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&W::expected())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<W::Number, E> {
        W::of(number).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<W::Number, E> {
        let found = u64::try_from(number).ok().and_then(W::of);
        found.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<W::Number, E> {
        let is_whole = number.fract() == 0.0 && (0.0..=EXACT).contains(&number);
        let found = is_whole.then_some(number as u64).and_then(W::of);
        found.ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

/// The schema of a number of this range.
fn schema<N: Into<utoipa::Number>>(object: ObjectBuilder, about: &str, range: [N; 2]) -> Schema {
    let [least, most] = range;
    object
        .description(Some(about.trim()))
        .minimum(Some(least))
        .maximum(Some(most))
        .build()
        .into()
}

/// The longest time, in milliseconds: a week, as in topology files.
const WEEK_MS: u64 = stormcell_topology::TIMES[1].as_millis() as u64;

/// The most for numbers without another bound: the largest whole number that all programs
/// read exactly (RFC 8259, section 6).
const MOST: u64 = (1 << 53) - 1;

macro_rules! whole_numbers {
    ($($(#[doc = $about:literal])* $name:ident: $number:ty = $least:expr, $most:expr;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug)]
        pub enum $name {}

        impl Whole for $name {
            type Number = $number;
            const LEAST: u64 = $least;
            const MOST: u64 = $most;
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format = match i32::try_from(<Self as Whole>::MOST) {
                    Ok(_) => KnownFormat::Int32,
                    Err(_) => KnownFormat::Int64,
                };
                let object = ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .format(Some(SchemaFormat::KnownFormat(format)));
                let range = [<Self as Whole>::LEAST, <Self as Whole>::MOST];
                schema(object, concat!($($about),*), range).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

whole_numbers! {
    /// How many workers a topology has.
    Workers: u32 = 1, crate::api::MAX_WORKERS as u64;
    /// Which worker, from 0 on.
    WorkerNumber: u32 = 0, crate::api::MAX_WORKERS as u64 - 1;
    /// The id of a task.
    TaskNumber: u32 = 1, u32::MAX as u64;
    /// How many tasks a spout or bolt has.
    TaskCount: u32 = 1, stormcell_topology::MAX_PARALLELISM as u64;
    /// Which submission of its name a topology is; 0 is that of an earlier version.
    SubmissionNumber: u32 = 0, u32::MAX as u64;
    /// How many rows of a spout task may be in flight.
    MaxPending: u32 = 1, u32::MAX as u64;
    /// After how many milliseconds an incomplete tree fails: up to a week.
    MessageTimeout: u64 = 1, WEEK_MS;
    /// How many milliseconds rows in flight may take to settle: up to a week.
    Wait: u64 = 0, WEEK_MS;
    /// How many milliseconds a deployment is watched: up to a week.
    Watch: u64 = 0, WEEK_MS;
    /// Percent of the tasks that try a deployment first.
    CanaryPercent: u8 = 1, 100;
    /// How many lines at most: no more than there are bytes in 8 MiB.
    Tail: u64 = 0, 8 << 20;
    /// Milliseconds since 1970.
    Since: u64 = 0, MOST;
    /// How many dead letters are listed at most.
    LetterLimit: u32 = 0, 1_000;
    /// The number of a dead letter.
    LetterNumber: u64 = 1, MOST;
}

/// Failed rows per row taken.
#[derive(Debug)]
pub enum ErrorRate {}

impl ErrorRate {
    /// None.
    pub const LEAST: f64 = 0.0;
    /// All.
    pub const MOST: f64 = 1.0;

    /// Checks a rate.
    ///
    /// # Errors
    /// It is none.
    pub fn check(rate: f64) -> Result<(), OutOfRange> {
        if (Self::LEAST..=Self::MOST).contains(&rate) {
            return Ok(());
        }
        Err(Self::out_of(&rate))
    }

    fn out_of(found: &impl Display) -> OutOfRange {
        OutOfRange {
            found: found.to_string(),
            expected: format!("a part of the rows, from {} to {}", Self::LEAST, Self::MOST),
        }
    }

    /// Reads it out of a body.
    ///
    /// # Errors
    /// It is none.
    pub fn read<'de, D: Deserializer<'de>>(source: D) -> Result<f64, D::Error> {
        let rate = f64::deserialize(source)?;
        Self::check(rate).map_err(de::Error::custom)?;
        Ok(rate)
    }
}

impl PartialSchema for ErrorRate {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .schema_type(Type::Number)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)));
        let range = [Self::LEAST, Self::MOST];
        schema(object, "Failed rows per row taken.", range).into()
    }
}

impl ToSchema for ErrorRate {}
