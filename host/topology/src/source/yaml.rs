//! From YAML to a tree in which every part knows its place.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, MergeKeyPolicy, NonFiniteFloatPolicy, Spanned};

use super::{Place, Pointer};
use crate::diagnostic::{Code, Diagnostic, quoted};

/// A part of the file and where it is.
#[derive(Debug)]
pub(super) struct Node {
    kind: Kind,
    location: Location,
}

#[derive(Debug)]
enum Kind {
    Scalar(Value),
    List(Vec<Node>),
    Mapping(Vec<(Spanned<String>, Node)>),
}

/// Reads one document.
pub(super) fn read(text: &str) -> Result<Node, Diagnostic> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_nodes: 250_000,
            max_events: 500_000,
            flow_nesting_limit: 32,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 100_000,
        },
        merge_keys: MergeKeyPolicy::Merge,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options::<Node>(text, options)
        .map_err(|error| refusal(text, &error))
}

fn refusal(text: &str, error: &serde_saphyr::Error) -> Diagnostic {
    let span = error
        .location()
        .map_or(0..0, |location| location_span(text, &location));
    if let serde_saphyr::Error::DuplicateMappingKey { key, .. } = error.without_snippet() {
        let key = key.clone().unwrap_or_default();
        return Diagnostic::new(
            Code::DuplicateKey,
            span,
            format!("the key {} is there twice", quoted(&key)),
        )
        .label("a second time here")
        .help("remove or rename one of them");
    }
    // The place is shown by the caret; the message need not repeat it.
    let whole = error.to_string();
    let message = match whole.rfind(" at line ") {
        Some(at) => &whole[..at],
        None => whole.as_str(),
    };
    Diagnostic::new(
        Code::Syntax,
        span,
        format!("the file is not valid YAML: {message}"),
    )
}

/// The bytes of a location. The parser gives the bytes of values, but only
/// characters for errors.
fn location_span(text: &str, location: &Location) -> Range<usize> {
    let span = location.span();
    if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        return start.min(text.len())..start.saturating_add(len).min(text.len());
    }
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX);
    let mut start = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            let inside = whole.char_indices().nth(column.saturating_sub(1));
            let offset = inside.map_or(whole.trim_end().len(), |(offset, _)| offset);
            return start + offset..text.ceil_char_boundary(start + offset + 1);
        }
        start += whole.len();
    }
    text.len()..text.len()
}

impl Node {
    /// Its value; its place and those of its parts go into `places`.
    pub(super) fn into_value(
        self,
        pointer: &Pointer,
        key: Option<Range<usize>>,
        text: &str,
        places: &mut HashMap<String, Place>,
    ) -> Value {
        let value = one_line(text, location_span(text, &self.location));
        places.insert(pointer.as_str().to_owned(), Place { key, value });
        match self.kind {
            Kind::Scalar(value) => value,
            Kind::List(items) => items
                .into_iter()
                .enumerate()
                .map(|(i, item)| item.into_value(&pointer.index(i), None, text, places))
                .collect(),
            Kind::Mapping(entries) => {
                let mut map = Map::new();
                for (key, node) in entries {
                    let span = one_line(text, location_span(text, &key.referenced));
                    let inner = pointer.key(&key.value);
                    let value = node.into_value(&inner, Some(span), text, places);
                    map.insert(key.value, value);
                }
                Value::Object(map)
            }
        }
    }
}

/// The first line of a span, without white space around it.
fn one_line(text: &str, span: Range<usize>) -> Range<usize> {
    let Some(inside) = text.get(span.clone()) else {
        return span;
    };
    let line = inside.lines().next().unwrap_or("").trim_end();
    span.start..span.start + line.len()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        Ok(Self {
            kind: spanned.value,
            location: spanned.referenced,
        })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Scalar(Value::Null))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Kind, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_i128<E: serde::de::Error>(self, value: i128) -> Result<Kind, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<Kind, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        let number = Number::from_f64(value);
        Ok(Kind::Scalar(match number {
            Some(number) => number.into(),
            None => value.to_string().into(),
        }))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Kind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Kind::Mapping(entries))
    }
}
