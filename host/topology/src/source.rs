//! The text of a topology file as a JSON value, with the place of every part.
//!
//! A place is found by its JSON Pointer (RFC 6901), so that what a JSON Schema
//! complains about, in the file or in a component's configuration, can be shown
//! where it is written. Aliases and merge keys of YAML are followed; the place of
//! what came from one is the alias. What is read is bounded: by [`MAX_BYTES`],
//! by depth, and by how much aliases may repeat.

mod encoding;
mod lookalike;
mod number;
mod pointer;
mod refusal;
mod substitution;
mod tag;
mod wording;
mod yaml;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
pub use encoding::decode;
pub(crate) use lookalike::within as lookalike_in;
pub(crate) use number::as_text as number_as_text;
pub(crate) use pointer::Pointer;
pub(crate) use substitution::Substitution;

/// A topology file may have this many bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// Where a part of the file is written, in bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// Its key, if it is part of a mapping.
    key: Option<Range<usize>>,
    /// Its value: the text of a scalar, the start of a list or a mapping. Empty
    /// if nothing is written there.
    value: Range<usize>,
}

/// The text of a file, what it says, and where.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    file: Arc<str>,
    text: Arc<str>,
    pub(crate) value: Value,
    places: HashMap<String, Place>,
    /// Mappings that something was taken out of.
    damaged: HashSet<Pointer>,
    /// Numbers that may mean something else than was meant, and tags that mean nothing.
    pub(crate) faults: Vec<Diagnostic>,
    /// Texts in which Flux would replace something.
    pub(crate) substitutions: Vec<Substitution>,
}

impl Document {
    /// Reads YAML.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let refuse = |text: &str, item| Diagnostics::new(file.into(), text.into(), vec![item]);
        if text.len() > MAX_BYTES {
            let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
            return Err(refuse(text, Diagnostic::new(Code::Syntax, 0..0, message)));
        }
        // Some editors put a mark before the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = &*line_feeds(text);
        let node = yaml::read(text).map_err(|item| refuse(text, item))?;
        let mut found = yaml::Found::new(text);
        let value = node.into_value(&Pointer::root(), None, &mut found);
        Ok(Self {
            file: file.into(),
            text: text.into(),
            value,
            places: found.places,
            damaged: HashSet::new(),
            faults: found.faults,
            substitutions: found.substitutions,
        })
    }

    /// These diagnostics with this file.
    pub(crate) fn diagnostics(&self, items: Vec<Diagnostic>) -> Diagnostics {
        Diagnostics::new(self.file.clone(), self.text.clone(), items)
    }

    /// Where to point at for this value: at its text if it is a scalar, else at
    /// its key, else at its first line. If there is no such value: at what is
    /// around it.
    pub(crate) fn span(&self, pointer: &Pointer) -> Range<usize> {
        let Some(place) = self.nearest(pointer) else {
            return self.first_line(0);
        };
        let scalar = !matches!(
            self.value.pointer(pointer.as_str()),
            None | Some(Value::Object(_) | Value::Array(_))
        );
        if scalar && !place.value.is_empty() {
            return place.value.clone();
        }
        match &place.key {
            Some(key) => key.clone(),
            None => self.first_line(place.value.start),
        }
    }

    /// Where the key of this value is, or [`Document::span`] if it has none.
    pub(crate) fn key_span(&self, pointer: &Pointer) -> Range<usize> {
        self.places
            .get(pointer.as_str())
            .and_then(|place| place.key.clone())
            .unwrap_or_else(|| self.span(pointer))
    }

    /// Whether the file itself says something here.
    pub(crate) fn has(&self, pointer: &Pointer) -> bool {
        self.places.contains_key(pointer.as_str())
    }

    /// Moves a value to another key of the same mapping, with its place.
    pub(crate) fn rename_key(&mut self, mapping: &Pointer, from: &str, to: &str) {
        let Some(Value::Object(map)) = self.value.pointer_mut(mapping.as_str()) else {
            return;
        };
        if map.contains_key(to) {
            return;
        }
        if let Some(value) = map.remove(from) {
            map.insert(to.to_owned(), value);
        }
        if let Some(place) = self.places.remove(mapping.key(from).as_str()) {
            self.places
                .insert(mapping.key(to).as_str().to_owned(), place);
        }
    }

    /// Takes a key out of a mapping.
    pub(crate) fn remove_key(&mut self, mapping: &Pointer, key: &str) {
        if let Some(Value::Object(map)) = self.value.pointer_mut(mapping.as_str()) {
            map.shift_remove(key);
        }
    }

    /// Takes out what is wrong, if it is in a mapping, so that the rest can be
    /// looked at.
    pub(crate) fn take_out(&mut self, at: &Pointer) {
        if let (Some(mapping), Some(key)) = (at.parent(), at.last()) {
            self.remove_key(&mapping, &key);
            self.damaged.insert(mapping);
        }
    }

    /// Puts a value in for a key of a mapping that has none, so that the rest can be
    /// looked at; without a value the mapping is only known not to be whole.
    pub(crate) fn stand_in(&mut self, mapping: &Pointer, key: &str, value: Option<Value>) {
        if let (Some(Value::Object(map)), Some(value)) =
            (self.value.pointer_mut(mapping.as_str()), value)
        {
            map.insert(key.to_owned(), value);
            self.damaged.insert(mapping.clone());
            self.damaged.insert(mapping.key(key));
        }
    }

    /// Whether nothing was taken out of this mapping itself.
    pub(crate) fn is_whole(&self, mapping: &Pointer) -> bool {
        !self.damaged.contains(mapping)
    }

    fn nearest(&self, pointer: &Pointer) -> Option<&Place> {
        let mut pointer = pointer.clone();
        loop {
            if let Some(place) = self.places.get(pointer.as_str()) {
                return Some(place);
            }
            pointer = pointer.parent()?;
        }
    }

    /// What the file says at these bytes.
    pub(crate) fn written(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// That a `${…}` is not replaced where it cannot stay.
    pub(crate) fn not_replaced(&self, substitution: &Substitution) -> Diagnostic {
        substitution::refused(&self.text, substitution.span.clone())
    }

    /// From here to the end of the line, without white space at the end.
    fn first_line(&self, start: usize) -> Range<usize> {
        let start = self.text.floor_char_boundary(start);
        let line = self.text[start..].lines().next().unwrap_or("");
        let line = line.trim_ascii_end();
        start..start + line.len()
    }
}

/// The text with a line feed for each carriage return that ends a line by itself, as YAML reads
/// it; it has as many bytes, so that places stay as they are.
fn line_feeds(text: &str) -> Cow<'_, str> {
    let is_alone = |(at, c): (usize, char)| c == '\r' && !text[at + 1..].starts_with('\n');
    match text.char_indices().any(is_alone) {
        true => text
            .char_indices()
            .map(|(at, c)| if is_alone((at, c)) { '\n' } else { c })
            .collect(),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests;
