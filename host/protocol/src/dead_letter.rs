//! Dead letters: rows that could not be processed, with all that is needed to find out
//! why, and to process them later.
//!
//! A letter is read by people and by programs of later versions: fields are only added,
//! with a default. Its row can be read back to the very values ([`Cell::value`]).

use serde::{Deserialize, Serialize};
pub use stormcell_batch::ValueType;
use stormcell_batch::{Field, Value};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::api::ranges::{Digest, LetterLimit, LetterNumber, Letters, Name, TaskNumber, Whole};

/// A topology has at most this many dead letters: older ones are given up.
pub const MOST_LETTERS: u32 = 10_000;

/// What stands between how often a row was tried and why it failed at last.
const AT_LAST: &str = ", at last because ";

/// Why a row is a letter that was given up: after what, and why it failed at last.
pub fn given_up(after: &str, why: &str) -> String {
    format!("given up after {after}{AT_LAST}{why}")
}

/// Why a row failed at last, of a reason that may be one of [`given_up`].
pub fn last_failure(reason: &str) -> &str {
    let parts = reason.split_once(AT_LAST);
    let why = parts.filter(|(after, why)| after.starts_with("given up after ") && !why.is_empty());
    why.map_or(reason, |(_, why)| why)
}

/// A row that could not be processed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// When it was found, in milliseconds since 1970.
    pub at_ms: u64,
    /// The topology.
    #[schema(value_type = Name)]
    pub topology: String,
    /// The spout or bolt: the bolt that the row was for, or the spout whose row failed.
    #[schema(value_type = Name)]
    pub component: String,
    /// The task.
    #[schema(value_type = TaskNumber)]
    pub task: u32,
    /// The component file that the task ran.
    #[schema(value_type = Digest)]
    pub digest: String,
    /// What sort of fault: `trap`, `cpu-time`, `host-time`, `memory`, `output-rows`,
    /// `output-bytes`, `invalid-output` or another limit; or `max-replays`: the row failed
    /// and was emitted again as often as its spout allows; or `same-exception`: it failed by
    /// the same exception each time, and would again.
    pub cause: String,
    /// What happened, for people; for `max-replays` and `same-exception` what went wrong in the bolt that failed it
    /// last, with its traceback.
    pub reason: String,
    /// The functions of the guest that were being called, innermost first.
    pub backtrace: Vec<String>,
    /// How often it was tried: the calls that faulted and that the row was part of, or
    /// how often it was emitted.
    pub attempts: u32,
    /// What became of it when it was replayed last, if it was.
    #[serde(default)]
    pub last_replay: Option<String>,
    /// Where the row came from.
    pub source: Source,
    /// The row.
    pub row: Vec<Cell>,
}

impl DeadLetter {
    /// A letter as they are, without a row. For tests, which change of it what they are about.
    #[must_use]
    pub fn example() -> Self {
        Self {
            at_ms: 1_795_264_496_789,
            topology: "word-count".to_owned(),
            component: "split".to_owned(),
            task: 3,
            digest: "sha256:0123".to_owned(),
            cause: "trap".to_owned(),
            reason: "the component trapped in `execute`".to_owned(),
            backtrace: vec!["split::execute at lib.rs:7".to_owned()],
            attempts: 12,
            last_replay: None,
            source: Source {
                component: "verses".to_owned(),
                stream: "default".to_owned(),
                task: 1,
            },
            row: Vec::new(),
        }
    }
}

/// Where a row came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// The component that emitted it.
    #[schema(value_type = Name)]
    pub component: String,
    /// The stream that it was emitted on.
    #[schema(value_type = Name)]
    pub stream: String,
    /// The task that emitted it.
    #[schema(value_type = TaskNumber)]
    pub task: u32,
}

/// One field of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    /// Its name.
    pub name: String,
    /// The type of its values, as in topology files and descriptions.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ValueType,
    /// Its value: bytes as hexadecimal text, a float that JSON cannot express (`NaN`,
    /// `inf`, `-inf`) and JSON as text.
    #[schema(schema_with = value_schema)]
    pub value: serde_json::Value,
}

/// What a value may be: never a list or an object.
fn value_schema() -> Object {
    let types = [Type::Boolean, Type::Number, Type::String, Type::Null];
    let description = "Its value: bytes as hexadecimal text, a float that JSON cannot express \
        (`NaN`, `inf`, `-inf`) and JSON as text.";
    ObjectBuilder::new()
        .schema_type(types.into_iter().collect::<SchemaType>())
        .description(Some(description))
        .build()
}

/// A value of a letter that is none of its type: somebody else has written it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not of the type {kind}")]
pub struct CellError {
    /// The field.
    pub name: String,
    /// Its type.
    pub kind: ValueType,
}

impl Cell {
    /// The cell of a field with this value.
    pub fn new(field: &Field, value: Value) -> Self {
        let json = match value {
            // Its text, which says more than its value: spaces, order, digits of numbers.
            Value::Json(text) => serde_json::Value::String(text),
            value => value.to_json(),
        };
        Self {
            name: field.name.clone(),
            kind: field.kind,
            value: json,
        }
    }

    /// Its value: that which it was made from.
    ///
    /// # Errors
    /// If it is none of its type.
    pub fn value(&self) -> Result<Value, CellError> {
        let value = match (&self.value, self.kind) {
            (serde_json::Value::Null, _) => Some(Value::Null),
            (json, ValueType::Bool) => json.as_bool().map(Value::Bool),
            (json, ValueType::Int) => json.as_i64().map(Value::Int),
            (json, ValueType::Timestamp) => json.as_i64().map(Value::Timestamp),
            (serde_json::Value::String(text), ValueType::Float) => {
                let number = text.parse().ok().filter(|n: &f64| !n.is_finite());
                number.map(Value::Float)
            }
            (json, ValueType::Float) => json.as_f64().map(Value::Float),
            (serde_json::Value::String(text), ValueType::Text) => Some(Value::Text(text.clone())),
            (serde_json::Value::String(text), ValueType::Json) => Some(Value::Json(text.clone())),
            (serde_json::Value::String(text), ValueType::Bytes) => bytes(text).map(Value::Bytes),
            _ => None,
        };
        value.ok_or_else(|| CellError {
            name: self.name.clone(),
            kind: self.kind,
        })
    }
}

/// The bytes of hexadecimal text.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect()
}

/// A letter that is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StoredLetter {
    /// Its number in its topology, from 1 on; it is never used again.
    #[schema(value_type = LetterNumber)]
    pub id: u64,
    /// Whether it is to be given to its task once more.
    #[serde(default)]
    pub replay_asked: bool,
    /// What is stored.
    #[serde(flatten)]
    pub letter: DeadLetter,
}

/// What a store of dead letters holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LetterCounts {
    /// How many letters there are.
    pub letters: u64,
    /// How many bytes they take.
    pub bytes: u64,
    /// How many were given up so far, the oldest first, because there was no room for
    /// more.
    pub given_up: u64,
}

/// `GET /v1/dead-letters`: what the store of a topology holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LetterStore {
    /// The topology, which may have been killed: its letters are kept.
    #[schema(value_type = Name)]
    pub topology: String,
    /// What its store holds.
    #[serde(flatten)]
    pub counts: LetterCounts,
}

/// `GET /v1/dead-letters/{name}`: letters of a topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LetterList {
    /// The topology.
    #[schema(value_type = Name)]
    pub topology: String,
    /// What its store holds.
    #[serde(flatten)]
    pub counts: LetterCounts,
    /// The newest letters, the newest first, or those before the one that was named.
    pub newest: Vec<StoredLetter>,
}

/// `GET /v1/dead-letters/{name}`: query parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LetterQuery {
    /// How many letters at most: up to 1,000, and no more than 16 MiB of them, but always
    /// one. Default: 50.
    #[serde(default, deserialize_with = "LetterLimit::read_parameter")]
    #[param(value_type = LetterLimit, required = false, inline)]
    pub limit: Option<u32>,
    /// Only letters with lower numbers than this: those after a list that ends with it.
    #[serde(default, deserialize_with = "LetterNumber::read_parameter")]
    #[param(value_type = LetterNumber, required = false, inline)]
    pub before: Option<u64>,
}

/// Which letters of a topology are to be replayed or dropped: by number, or all that are
/// there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichLetters {
    /// Their numbers. If one is not there, nothing is done.
    #[serde(default, deserialize_with = "Letters::read")]
    #[schema(value_type = Letters)]
    pub numbers: Vec<u64>,
    /// All that are there now, instead of numbers.
    #[serde(default)]
    pub all: bool,
}

/// `POST /v1/dead-letters/{name}/replay`: they will be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayRequested {
    /// The topology.
    #[schema(value_type = Name)]
    pub topology: String,
    /// How many letters.
    pub replay_asked: u64,
}

/// `POST /v1/dead-letters/{name}/drop`: they are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DroppedLetters {
    /// The topology.
    #[schema(value_type = Name)]
    pub topology: String,
    /// How many letters.
    pub dropped: u64,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn why_a_row_failed_at_last_is_found_in_the_reason_of_its_letter() {
        let why = "it failed in `a`, task 1: it broke, at last because of x";
        assert_eq!(last_failure(&given_up("2 replays", why)), why);
        for other in ["it broke, at last because of x", "given up after all", ""] {
            assert_eq!(last_failure(other), other);
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let number = prop_oneof![
            any::<f64>(),
            prop::sample::select(vec![
                f64::INFINITY,
                f64::NEG_INFINITY,
                -0.0,
                f64::MIN_POSITIVE
            ]),
        ];
        let number = number.prop_filter("equal to itself", |number| !number.is_nan());
        prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            number.prop_map(Value::Float),
            any::<String>().prop_map(Value::Text),
            any::<Vec<u8>>().prop_map(Value::Bytes),
            any::<i64>().prop_map(Value::Timestamp),
            prop::sample::select(vec!["null", "{ \"b\":1, \"a\": 1.10 }", "[ ]", "not JSON"])
                .prop_map(|text| Value::Json(text.to_owned())),
        ]
    }

    fn through_json(cell: &Cell) -> Cell {
        serde_json::from_str(&serde_json::to_string(cell).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn a_value_is_read_as_it_was_written(value in value()) {
            let kind = value.kind().unwrap();
            let cell = Cell::new(&Field::new("a", kind), value.clone());
            prop_assert_eq!(through_json(&cell).value().unwrap(), value);
        }

        #[test]
        fn whatever_stands_in_a_cell_is_read_or_refused(json in "\\PC{0,8}", kind in 0..7_usize) {
            for value in [serde_json::Value::String(json.clone()), serde_json::json!([json])] {
                let cell = Cell { name: "a".to_owned(), kind: ValueType::ALL[kind], value };
                if let Ok(value) = cell.value() {
                    prop_assert_eq!(value.kind(), Some(cell.kind));
                }
            }
        }
    }

    #[test]
    fn null_and_not_a_number_are_read_as_they_were_written() {
        for kind in ValueType::ALL {
            let cell = Cell::new(&Field::nullable("a", kind), Value::Null);
            assert_eq!(through_json(&cell).value().unwrap(), Value::Null);
        }
        let cell = Cell::new(&Field::new("a", ValueType::Float), Value::Float(f64::NAN));
        assert!(matches!(through_json(&cell).value(), Ok(Value::Float(n)) if n.is_nan()));
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        let cell = Cell {
            name: "a".to_owned(),
            kind: ValueType::Bytes,
            value: serde_json::json!("abc"),
        };
        let error = cell.value().unwrap_err();
        assert_eq!(error.to_string(), "`a` is not of the type bytes");
    }
}
