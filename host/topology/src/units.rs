//! Times and sizes as people write them: `500ms`, `2m`, `64MiB`.
//!
//! A whole number and a unit, without a space or a sign. [`fmt::Display`] writes
//! what [`FromStr`] reads back to the same value.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The `format` of a [`Period`] in the JSON Schema of the topology file.
pub(crate) const PERIOD_FORMAT: &str = "stormcell-duration";
/// The `format` of a [`Size`] in the JSON Schema of the topology file.
pub(crate) const SIZE_FORMAT: &str = "stormcell-size";

const PERIOD_UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Of two spellings of a unit, the later one is written.
const SIZE_UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("kiB", 1 << 10),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Why a text is not a time or a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// It does not start with a digit.
    #[error("there is no number before the unit")]
    NoNumber,
    /// It has a decimal point or comma.
    #[error("only whole numbers are allowed; use a smaller unit")]
    Fraction,
    /// There is nothing after the number.
    #[error("the unit is missing: one of {0}")]
    NoUnit(&'static str),
    /// What follows the number is no unit.
    #[error("the unit `{unit}` is not one of {known}{}", or_write(.instead))]
    UnknownUnit {
        /// What follows the number.
        unit: String,
        /// The units there are.
        known: &'static str,
        /// What the author may have meant, as it is written.
        instead: Option<String>,
    },
    /// The value has more than 64 bits.
    #[error("the value is too large")]
    TooLarge,
}

fn or_write(instead: &Option<String>) -> String {
    instead
        .as_ref()
        .map_or_else(String::new, |instead| format!("; write `{instead}`"))
}

/// Other names of units, in small letters.
const OTHER_NAMES: [(&str, &str); 17] = [
    ("msec", "ms"),
    ("msecs", "ms"),
    ("millis", "ms"),
    ("milliseconds", "ms"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
];

/// The one of these units that somebody means who writes this: with a space before it, in other
/// letters, or with another name. `M` is none: it may be MB or MiB.
fn meant(unit: &str, units: &[(&'static str, u64)]) -> Option<&'static str> {
    let unit = unit.trim();
    let exact = units.iter().find(|(name, _)| *name == unit);
    let same = || {
        units
            .iter()
            .rev()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
    };
    let other = || {
        let mut names = OTHER_NAMES.iter();
        let (_, name) = names.find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
        units.iter().find(|(unit, _)| unit == name)
    };
    exact.or_else(same).or_else(other).map(|(name, _)| *name)
}

/// A length of time in whole milliseconds, written as `500ms`, `30s`, `2m`, `1h`
/// or `1d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(Duration);

impl Period {
    /// This time, cut to whole milliseconds.
    pub fn new(duration: Duration) -> Self {
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(Duration::from_millis(ms))
    }

    /// The time.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for Period {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let ms = quantity(text, &PERIOD_UNITS, "ms, s, m, h, d")?;
        Ok(Self(Duration::from_millis(ms)))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_quantity(
            f,
            u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX),
            &PERIOD_UNITS,
        )
    }
}

/// A number of bytes, written as `512B`, `1MB` (1,000,000) or `64MiB`
/// (67,108,864).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size(u64);

impl Size {
    /// So many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        quantity(text, &SIZE_UNITS, "B, kB, MB, GB, KiB, MiB, GiB").map(Self)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_quantity(f, self.0, &SIZE_UNITS)
    }
}

fn quantity(
    text: &str,
    units: &[(&'static str, u64)],
    known: &'static str,
) -> Result<u64, UnitError> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if number.is_empty() {
        return Err(UnitError::NoNumber);
    }
    if unit.starts_with(['.', ',']) {
        return Err(UnitError::Fraction);
    }
    if unit.is_empty() {
        return Err(UnitError::NoUnit(known));
    }
    let factor = units
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, factor)| *factor)
        .ok_or_else(|| UnitError::UnknownUnit {
            unit: unit.to_owned(),
            known,
            instead: meant(unit, units).map(|unit| format!("{number}{unit}")),
        })?;
    let number: u64 = number.parse().map_err(|_| UnitError::TooLarge)?;
    number.checked_mul(factor).ok_or(UnitError::TooLarge)
}

/// Writes the value with the largest unit that divides it.
fn write_quantity(f: &mut fmt::Formatter<'_>, value: u64, units: &[(&str, u64)]) -> fmt::Result {
    let best = units
        .iter()
        .filter(|(_, factor)| *factor == 1 || (value != 0 && value.is_multiple_of(*factor)))
        .max_by_key(|(_, factor)| *factor);
    match best {
        Some((name, factor)) => write!(f, "{}{name}", value / factor),
        None => write!(f, "{value}"),
    }
}

/// What serde and schemars want of such a type, besides `FromStr` and `Display`.
macro_rules! written_as_text {
    ($type:ident, $format:expr, $examples:expr) => {
        impl TryFrom<String> for $type {
            type Error = UnitError;

            fn try_from(text: String) -> Result<Self, UnitError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "format": $format,
                    "examples": $examples,
                })
            }
        }
    };
}

written_as_text!(Period, PERIOD_FORMAT, ["500ms", "30s", "2m"]);
written_as_text!(Size, SIZE_FORMAT, ["64MiB", "1MB"]);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn periods_are_read_in_every_unit() {
        for (text, ms) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("0s", 0),
        ] {
            assert_eq!(
                text.parse::<Period>().unwrap().get(),
                Duration::from_millis(ms)
            );
        }
    }

    #[test]
    fn sizes_tell_decimal_from_binary_units() {
        assert_eq!("1MB".parse::<Size>().unwrap().get(), 1_000_000);
        assert_eq!("64MiB".parse::<Size>().unwrap().get(), 67_108_864);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("", "there is no number before the unit"),
            ("-1s", "there is no number before the unit"),
            ("1.5s", "only whole numbers are allowed; use a smaller unit"),
            ("30", "the unit is missing: one of ms, s, m, h, d"),
            (
                "30 s",
                "the unit ` s` is not one of ms, s, m, h, d; write `30s`",
            ),
            (
                "30S",
                "the unit `S` is not one of ms, s, m, h, d; write `30s`",
            ),
            (
                "5 mins",
                "the unit ` mins` is not one of ms, s, m, h, d; write `5m`",
            ),
            ("3 weeks", "the unit ` weeks` is not one of ms, s, m, h, d"),
            ("99999999999999999999s", "the value is too large"),
            ("99999999999999999d", "the value is too large"),
        ] {
            assert_eq!(text.parse::<Period>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_size_that_is_nearly_right_is_told_as_it_is_written() {
        for (text, instead) in [
            ("64 MB", Some("64MB")),
            ("64mb", Some("64MB")),
            ("1 KIB", Some("1KiB")),
            ("1kb", Some("1kB")),
            ("64M", None),
            ("1 s", None),
        ] {
            let said = text.parse::<Size>().unwrap_err().to_string();
            let write = said.rsplit_once("; write `").map(|(_, write)| write);
            assert_eq!(
                write,
                instead.map(|it| format!("{it}`")).as_deref(),
                "{said}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value: u64) {
            let size = Size::new(value);
            prop_assert_eq!(size.to_string().parse::<Size>().unwrap(), size);
            let period = Period::new(Duration::from_millis(value));
            prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
        }
    }
}
