//! Texts.

use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error};
use stormcell_topology::{MAX_BYTES, MAX_NAME, capabilities, check_name};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{OutOfRange, shown};
use crate::capabilities::CapabilityChange;

/// A text of a request.
pub trait Text: Sized {
    /// What it may be, for people.
    fn expected() -> String;

    /// Whether it is one.
    fn is(text: &str) -> bool;

    /// Checks a text.
    ///
    /// # Errors
    /// It is none of these.
    fn check(text: &str) -> Result<(), OutOfRange> {
        if Self::is(text) {
            return Ok(());
        }
        Err(OutOfRange {
            found: shown(text),
            expected: Self::expected(),
        })
    }

    /// Reads it.
    ///
    /// # Errors
    /// It is none of these.
    fn read<'de, D: Deserializer<'de>, T: From<String>>(source: D) -> Result<T, D::Error> {
        Checked::<Self>::deserialize(source).map(|read| read.text.into())
    }

    /// Reads one out of a body that need not have it.
    ///
    /// # Errors
    /// It is none of these.
    fn read_option<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
        let read = Option::<Checked<Self>>::deserialize(source)?;
        Ok(read.map(|read| read.text))
    }
}

/// A text that was checked when it was read.
pub(super) struct Checked<T> {
    pub(super) text: String,
    range: PhantomData<T>,
}

impl<'de, T: Text> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        T::check(&text).map_err(D::Error::custom)?;
        let range = PhantomData;
        Ok(Self { text, range })
    }
}

fn described(about: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about.trim()))
}

/// The name of a topology, spout or bolt.
#[derive(Debug)]
pub enum Name {}

impl Text for Name {
    fn expected() -> String {
        format!(
            "a name, which has 1 to {MAX_NAME} letters (a to z, A to Z), digits, `_` and `-` and \
             does not start with `__`"
        )
    }

    fn is(text: &str) -> bool {
        check_name(text).is_ok()
    }
}

impl PartialSchema for Name {
    fn schema() -> RefOr<Schema> {
        let (one_less, two_less) = (MAX_NAME - 1, MAX_NAME - 2);
        let rest = "[A-Za-z0-9-][A-Za-z0-9_-]";
        // Written without looking ahead, which not all programs can.
        let pattern = format!("^({rest}{{0,{one_less}}}|_({rest}{{0,{two_less}}})?)$");
        described("The name of a topology, spout or bolt.")
            .min_length(Some(1))
            .max_length(Some(MAX_NAME))
            .pattern(Some(pattern))
            .into()
    }
}

impl ToSchema for Name {}

/// Lower-case hexadecimal digits, perhaps after a word.
pub trait Hexadecimal {
    /// What it is, for people.
    const WHAT: &'static str;
    /// What is before the digits.
    const PREFIX: &'static str;
    /// How many there are.
    const DIGITS: usize;
}

impl<T: Hexadecimal> Text for T {
    fn expected() -> String {
        let before = match T::PREFIX {
            "" => String::new(),
            prefix => format!("`{prefix}` and "),
        };
        let (what, digits) = (T::WHAT, T::DIGITS);
        format!("{what}, which is {before}{digits} lower-case hexadecimal digits")
    }

    fn is(text: &str) -> bool {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.strip_prefix(T::PREFIX)
            .is_some_and(|rest| rest.len() == T::DIGITS && rest.bytes().all(is_digit))
    }
}

macro_rules! hexadecimals {
    ($($(#[doc = $about:literal])* $name:ident = $what:literal, $prefix:literal, $digits:literal;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug)]
        pub enum $name {}

        impl Hexadecimal for $name {
            const WHAT: &'static str = $what;
            const PREFIX: &'static str = $prefix;
            const DIGITS: usize = $digits;
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let (prefix, digits) = (Self::PREFIX, Self::DIGITS);
                let length = prefix.len() + digits;
                described(concat!($($about),*))
                    .min_length(Some(length))
                    .max_length(Some(length))
                    .pattern(Some(format!("^{prefix}[0-9a-f]{{{digits}}}$")))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

hexadecimals! {
    /// The digest of a component file: `sha256:` and the 64 hexadecimal digits of its SHA-256.
    Digest = "the digest of a component file", "sha256:", 64;
    /// The name of a key: `ed25519:` and 32 hexadecimal digits.
    KeyName = "the name of a key", "ed25519:", 32;
    /// An Ed25519 signature: 128 hexadecimal digits.
    SignatureDigits = "a signature", "", 128;
}

/// A path, or a name of a file, has at most so many characters, as on Linux.
const PATH: usize = 4_096;

fn is_of(text: &str, least: usize, most: usize) -> bool {
    // No text has more characters than bytes.
    (least..=most).contains(&text.len()) || (least..=most).contains(&text.chars().count())
}

macro_rules! free_texts {
    ($($(#[doc = $about:literal])* $name:ident = $least:expr, $most:expr;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug)]
        pub enum $name {}

        impl Text for $name {
            fn expected() -> String {
                format!("{} to {} characters", $least, $most)
            }

            fn is(text: &str) -> bool {
                is_of(text, $least, $most)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                described(concat!($($about),*))
                    .min_length(Some($least))
                    .max_length(Some($most))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

free_texts! {
    /// The text of a topology file.
    FileText = 1, MAX_BYTES;
    /// How error messages name a file.
    FileName = 1, PATH;
    /// What a topology file has after `component:`.
    ComponentPath = 1, PATH;
}

/// The whole path of a folder.
#[derive(Debug)]
pub enum BaseDir {}

impl Text for BaseDir {
    fn expected() -> String {
        format!(
            "the whole path of the folder that the topology file lies in, from `/` on, with at \
             most {PATH} characters and no null character"
        )
    }

    fn is(text: &str) -> bool {
        text.starts_with('/') && !text.contains('\0') && is_of(text, 1, PATH)
    }
}

impl PartialSchema for BaseDir {
    fn schema() -> RefOr<Schema> {
        described("The whole path of a folder, from `/` on.")
            .min_length(Some(1))
            .max_length(Some(PATH))
            .pattern(Some("^/[^\\x00]*$"))
            .into()
    }
}

impl ToSchema for BaseDir {}

/// A word for what components may ask for.
#[derive(Debug)]
pub enum CapabilityWord {}

impl CapabilityWord {
    /// All that there are.
    fn all() -> impl Iterator<Item = &'static str> {
        capabilities::names().chain([CapabilityChange::ALL])
    }
}

impl Text for CapabilityWord {
    fn expected() -> String {
        let all: Vec<&str> = Self::all().collect();
        format!("one of {}", all.join(", "))
    }

    fn is(text: &str) -> bool {
        Self::all().any(|word| word == text)
    }
}

impl PartialSchema for CapabilityWord {
    fn schema() -> RefOr<Schema> {
        described("A word for what components may ask for, or that for all of it.")
            .enum_values(Some(Self::all()))
            .into()
    }
}

impl ToSchema for CapabilityWord {}
