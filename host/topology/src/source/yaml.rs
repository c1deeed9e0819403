//! From YAML to a tree in which every part knows its place.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, MergeKeyPolicy, NonFiniteFloatPolicy, Spanned};

use super::refusal::{after_the_end, refusal};
use super::substitution::{self, Substitution};
use super::{Place, Pointer, number, tag};
use crate::diagnostic::Diagnostic;

/// A part of the file and where it is.
#[derive(Debug)]
pub(super) struct Node {
    kind: Kind,
    /// Where it is used: it may be an alias.
    location: Location,
    /// Where it is written.
    written: Location,
}

#[derive(Debug)]
enum Kind {
    Scalar(Value),
    List(Vec<Node>),
    Mapping(Vec<(Spanned<String>, Node)>),
}

/// What is found in a text on the way to its value.
#[derive(Debug)]
pub(super) struct Found<'a> {
    text: &'a str,
    /// Where every part is, by its pointer.
    pub(super) places: HashMap<String, Place>,
    /// Numbers that may mean something else, and tags that mean nothing.
    pub(super) faults: Vec<Diagnostic>,
    /// Texts in which Flux would replace something.
    pub(super) substitutions: Vec<Substitution>,
}

impl<'a> Found<'a> {
    /// Nothing yet.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            places: HashMap::new(),
            faults: Vec::new(),
            substitutions: Vec::new(),
        }
    }

    /// Looks at the tag of a part, which is before it in its line.
    fn tag(&mut self, written: &Location) {
        let start = location_span(self.text, written).start;
        if let Some(fault) = tag::check(self.text, start)
            && self.faults.len() < MAX_FAULTS
        {
            self.faults.push(fault);
        }
    }

    /// Looks at how a value is written.
    fn scalar(&mut self, value: &mut Value, at: &Pointer, written: &Location) {
        let span = location_span(self.text, written);
        if let Some(text) = self.text.get(span.clone())
            && let Some(fault) = number::check(value, text, &span)
            && self.faults.len() < MAX_FAULTS
        {
            self.faults.push(fault);
        }
        if let Value::String(read) = value {
            self.substitution(read, at, false, span);
        }
    }

    /// Looks for what Flux would replace in a text that is read from these bytes: in the value at
    /// this place, or in its key.
    fn substitution(&mut self, read: &str, at: &Pointer, is_key: bool, span: Range<usize>) {
        let text = self.text.get(span.clone()).unwrap_or_default();
        if let Some(inside) = substitution::find(text).filter(|_| read.contains("${")) {
            self.substitutions.push(Substitution {
                at: at.clone(),
                is_key,
                text: one_line(self.text, span.clone()),
                span: span.start + inside.start..span.start + inside.end,
            });
        }
    }
}

/// No more of these are told of.
const MAX_FAULTS: usize = 100;

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
    let node = serde_saphyr::from_str_with_options::<Node>(text, options)
        .map_err(|error| refusal(text, &error))?;
    match after_the_end(text) {
        Some(refused) => Err(refused),
        None => Ok(node),
    }
}

/// The bytes of a location. The parser gives the bytes of values, but only
/// characters for errors.
pub(super) fn location_span(text: &str, location: &Location) -> Range<usize> {
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
    /// Its value; its place and those of its parts, and what is odd about them, go into `found`.
    pub(super) fn into_value(
        self,
        pointer: &Pointer,
        key: Option<Range<usize>>,
        found: &mut Found<'_>,
    ) -> Value {
        let value = one_line(found.text, location_span(found.text, &self.location));
        let place = Place { key, value };
        found.places.insert(pointer.as_str().to_owned(), place);
        found.tag(&self.written);
        match self.kind {
            Kind::Scalar(mut value) => {
                found.scalar(&mut value, pointer, &self.written);
                value
            }
            Kind::List(items) => items
                .into_iter()
                .enumerate()
                .map(|(i, item)| item.into_value(&pointer.index(i), None, found))
                .collect(),
            Kind::Mapping(entries) => {
                let mut map = Map::new();
                for (key, node) in entries {
                    let span = one_line(found.text, location_span(found.text, &key.referenced));
                    let inner = pointer.key(&key.value);
                    let written = location_span(found.text, &key.defined);
                    found.substitution(&key.value, &inner, true, written);
                    found.tag(&key.defined);
                    let value = node.into_value(&inner, Some(span), found);
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
    let line = inside.lines().next().unwrap_or("").trim_ascii_end();
    span.start..span.start + line.len()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        Ok(Self {
            kind: spanned.value,
            location: spanned.referenced,
            written: spanned.defined,
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
