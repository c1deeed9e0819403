//! Lists and maps.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use stormcell_topology::MAX_TASKS;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::text::Checked;
use super::whole::InBody;
use super::{CapabilityWord, ComponentPath, Digest, LetterNumber, Name, TaskCount};
use crate::dead_letter::MOST_LETTERS;

/// No more spouts and bolts, each of which has a task, can be in a topology.
const MOST_COMPONENTS: usize = MAX_TASKS as usize;
/// No more component files can be named: one for each spout and bolt, and custom groupings.
const MOST_FILES: usize = 2 * MOST_COMPONENTS;
/// No more words are taken; there are fewer.
const MOST_WORDS: usize = 64;

/// Reads a list, and no more than so many of it.
struct Items<T, V>(usize, PhantomData<(T, V)>);

impl<'de, T: Deserialize<'de>, V: From<T>> Visitor<'de> for Items<T, V> {
    type Value = Vec<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {}", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<V>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<T>()? {
            if items.len() == self.0 {
                return Err(A::Error::invalid_length(self.0 + 1, &self));
            }
            items.push(item.into());
        }
        Ok(items)
    }
}

/// Reads an object, and no more than so many members of it, each of another name.
struct Members<K, T, V>(usize, PhantomData<(K, T, V)>);

impl<'de, K, T, V> Visitor<'de> for Members<K, T, V>
where
    K: Deserialize<'de> + Into<String>,
    T: Deserialize<'de>,
    V: From<T>,
{
    type Value = BTreeMap<String, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with at most {} members", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(key) = map.next_key::<K>()? {
            if members.len() == self.0 {
                return Err(A::Error::invalid_length(self.0 + 1, &self));
            }
            let key = key.into();
            let value = map.next_value::<T>()?.into();
            if members.contains_key(&key) {
                let twice = format_args!("the member {} is there twice", super::shown(&key));
                return Err(A::Error::custom(twice));
            }
            members.insert(key, value);
        }
        Ok(members)
    }
}

impl<T> From<Checked<T>> for String {
    fn from(read: Checked<T>) -> Self {
        read.text
    }
}

impl From<InBody<LetterNumber>> for u64 {
    fn from(InBody(number): InBody<LetterNumber>) -> Self {
        number
    }
}

impl From<InBody<TaskCount>> for u32 {
    fn from(InBody(number): InBody<TaskCount>) -> Self {
        number
    }
}

fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// A schema, and the schemas that it refers to.
fn with_name<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
}

/// The numbers of dead letters: no more than a topology has.
#[derive(Debug)]
pub enum Letters {}

impl Letters {
    /// Reads them out of a body.
    ///
    /// # Errors
    /// One is none, or there are too many.
    pub fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<u64>, D::Error> {
        source.deserialize_seq(Items::<InBody<LetterNumber>, u64>(MOST, PhantomData))
    }
}

const MOST: usize = MOST_LETTERS as usize;

impl PartialSchema for Letters {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(reference::<LetterNumber>())
            .description(Some("The numbers of dead letters."))
            .max_items(Some(MOST))
            .into()
    }
}

impl ToSchema for Letters {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        with_name::<LetterNumber>(schemas);
    }
}

/// Words for what components may ask for.
#[derive(Debug)]
pub enum Words {}

impl Words {
    /// Reads them out of a body.
    ///
    /// # Errors
    /// One is none, or there are too many.
    pub fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
        let items = Items::<Checked<CapabilityWord>, String>(MOST_WORDS, PhantomData);
        source.deserialize_seq(items)
    }
}

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(reference::<CapabilityWord>())
            .description(Some("Words for what components may ask for."))
            .max_items(Some(MOST_WORDS))
            .into()
    }
}

impl ToSchema for Words {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        with_name::<CapabilityWord>(schemas);
    }
}

fn object<K: PartialSchema, V: ToSchema>(about: &str, most: usize) -> Object {
    let keys = match K::schema() {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(_) => None,
    };
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(about))
        .property_names(keys)
        .additional_properties(Some(reference::<V>()))
        .max_properties(Some(most))
        .build()
}

/// The digest of each component file, by what the topology file has after `component:`.
#[derive(Debug)]
pub enum Digests {}

impl Digests {
    /// Reads them out of a body.
    ///
    /// # Errors
    /// One is none, or there are too many.
    pub fn read<'de, D: Deserializer<'de>>(
        source: D,
    ) -> Result<BTreeMap<String, String>, D::Error> {
        let members =
            Members::<Checked<ComponentPath>, Checked<Digest>, String>(MOST_FILES, PhantomData);
        source.deserialize_map(members)
    }
}

impl PartialSchema for Digests {
    fn schema() -> RefOr<Schema> {
        let about =
            "The digests of component files, by what a topology file has after `component:`.";
        object::<ComponentPath, Digest>(about, MOST_FILES).into()
    }
}

impl ToSchema for Digests {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        with_name::<Digest>(schemas);
    }
}

/// How many tasks spouts and bolts have, by name.
#[derive(Debug)]
pub enum Tasks {}

impl Tasks {
    /// Reads them out of a body.
    ///
    /// # Errors
    /// One is none, or there are too many.
    pub fn read<'de, D: Deserializer<'de>>(source: D) -> Result<BTreeMap<String, u32>, D::Error> {
        let members =
            Members::<Checked<Name>, InBody<TaskCount>, u32>(MOST_COMPONENTS, PhantomData);
        source.deserialize_map(members)
    }
}

impl PartialSchema for Tasks {
    fn schema() -> RefOr<Schema> {
        object::<Name, TaskCount>("Numbers of tasks, by spout or bolt.", MOST_COMPONENTS).into()
    }
}

impl ToSchema for Tasks {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        with_name::<TaskCount>(schemas);
    }
}
