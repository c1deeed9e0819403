//! The kinds of mistakes, each with a stable code and a page that explains it.
//!
//! A code keeps its meaning for ever; one that is no longer used is not given
//! again. SC0001 to SC0019: the text and its shape. SC0020 to SC0039: the file
//! by itself. SC0040 to SC0059: the file against its components. SC0060 on:
//! warnings.

use std::fmt;

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The topology is refused.
    Error,
    /// The topology runs, but probably not as it was meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Makes [`Code`] from one table, so that no code lacks a number, a severity or
/// a page.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $severity:ident,)*) => {
        /// The kind of a mistake. Written as `SC0001`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code, ascending.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As it is written: `SC` and four digits.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("SC", $number),)*
                }
            }

            /// Whether it is an error or a warning.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }

            /// A page in Markdown: what it means, a wrong example, the right one.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../explain/SC", $number, ".md")),)*
                }
            }
        }
    };
}

codes! {
    /// The text is not YAML.
    Syntax = "0001" Error,
    /// A mapping has the same key twice.
    DuplicateKey = "0002" Error,
    /// A key that has no meaning here.
    UnknownKey = "0003" Error,
    /// A key that must be there is not.
    MissingKey = "0004" Error,
    /// A value of the wrong type: a number instead of text, say.
    WrongType = "0005" Error,
    /// A value that is not one of those that are allowed.
    UnknownValue = "0006" Error,
    /// A text that is not a length of time.
    BadDuration = "0007" Error,
    /// A text that is not a number of bytes.
    BadSize = "0008" Error,
    /// A value that is too small or too large.
    OutOfRange = "0009" Error,
    /// A name with characters that are not allowed.
    BadName = "0010" Error,
    /// A number with a leading zero, which may mean several things.
    LeadingZero = "0011" Error,
    /// A `${…}` that Flux would replace, where it cannot be meant.
    NotReplaced = "0012" Error,
    /// The bytes of the file are not UTF-8.
    NotUtf8 = "0013" Error,

    /// The topology has no spout.
    NoSpout = "0020" Error,
    /// Two components have the same id.
    DuplicateId = "0021" Error,
    /// A stream comes from, or goes to, a component that does not exist.
    UnknownComponent = "0022" Error,
    /// A stream goes to a spout.
    StreamIntoSpout = "0023" Error,
    /// No stream goes to a bolt.
    BoltWithoutInput = "0024" Error,
    /// A bolt subscribes twice to the same stream.
    DuplicateSubscription = "0025" Error,
    /// A grouping by fields names no field, or one twice.
    GroupingFields = "0026" Error,
    /// A grouping has a key that it does not use.
    GroupingKey = "0027" Error,
    /// A custom grouping names no component.
    CustomWithoutComponent = "0028" Error,
    /// A limit on pending rows, but no message time-out.
    PendingWithoutTimeout = "0029" Error,
    /// The topology has too many tasks.
    TooManyTasks = "0030" Error,
    /// A path in a file grant is not as it must be.
    BadPath = "0031" Error,
    /// An environment variable whose name or value is not allowed.
    BadVariable = "0032" Error,
    /// A server or a network in an HTTP grant that is none.
    BadHost = "0033" Error,

    /// A component could not be built or loaded.
    NotLoaded = "0040" Error,
    /// A component is of another world: a bolt where a spout is needed, say.
    WrongWorld = "0041" Error,
    /// A component describes itself in a way that is not allowed.
    BadDescription = "0042" Error,
    /// A component does not emit on such a stream.
    UnknownStream = "0043" Error,
    /// A grouping names a field that its stream does not have.
    UnknownField = "0044" Error,
    /// A stream lacks a field that its reader needs.
    MissingField = "0045" Error,
    /// A field has another type than its reader needs.
    FieldType = "0046" Error,
    /// A field may be null, but its reader needs a value.
    NullableField = "0047" Error,
    /// A direct stream without the direct grouping, or the other way round.
    DirectStream = "0048" Error,
    /// A configuration that the component's schema does not allow.
    ConfigRefused = "0049" Error,
    /// A configuration for a component that takes none.
    ConfigNotTaken = "0050" Error,
    /// A component needs something that is not granted.
    NotGranted = "0051" Error,
    /// A component imports an interface that nobody provides.
    NotProvided = "0052" Error,

    /// Nobody reads an output stream of a bolt.
    UnusedStream = "0060" Warning,
    /// Nobody reads any stream of a spout.
    UnreadSpout = "0061" Warning,
    /// No row of a spout can ever reach a bolt.
    Unreachable = "0062" Warning,
    /// A setting that has no effect because acking is off.
    NoEffect = "0063" Warning,
    /// A `${…}` that Flux would replace, in a text that may have it.
    TakenAsItIs = "0064" Warning,
    /// A key of Storm in the configuration of a component.
    KeyOfStorm = "0065" Warning,
    /// A grant that its component cannot use.
    UselessGrant = "0066" Warning,
    /// A bolt that works at ticks, and gets none.
    NoTick = "0067" Warning,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The code that is written so (in any case, with or without `SC` and leading
/// zeros): what `stormcell explain` was given.
pub fn code(written: &str) -> Option<Code> {
    let upper = written.trim().to_ascii_uppercase();
    let digits = upper.strip_prefix("SC").unwrap_or(&upper);
    let number: u16 = digits.parse().ok()?;
    let name = format!("SC{number:04}");
    Code::ALL.iter().copied().find(|code| code.as_str() == name)
}

/// The page in Markdown that explains a code; `None` if there is no such code.
pub fn explain(written: &str) -> Option<&'static str> {
    code(written).map(Code::page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        for written in ["SC0002", "sc0002", "2", " SC2 ", "0002"] {
            assert_eq!(code(written), Some(Code::DuplicateKey), "{written}");
        }
        for written in ["", "SC", "SC9999", "XX0001", "SC-1", "99999999999"] {
            assert_eq!(code(written), None, "{written}");
        }
    }

    #[test]
    fn codes_ascend() {
        assert!(
            Code::ALL
                .windows(2)
                .all(|pair| pair[0].as_str() < pair[1].as_str())
        );
    }
}
