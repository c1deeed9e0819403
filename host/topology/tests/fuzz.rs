//! Fuzz targets: what strangers write, the topology file and what a component says of
//! itself. See `tests/fuzz/README.md`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value};
use stormcell_batch::{Field, Schema, ValueType};
use stormcell_topology::{
    Capability, Description, Diagnostics, InputRequirement, OutputStream, Style, TextForm, World,
    check, parse,
};
use support::texts::{GOOD, PIECES, exercise, mutate};

stormcell_fuzz::target! {
    /// A good file with changes, or any text.
    fn topology_file(bytes) {
        let text = topology_text(&mut Unstructured::new(bytes));
        exercise(&text.unwrap());
    }
}

stormcell_fuzz::target! {
    /// A component that says something of itself, in a topology that uses it with some
    /// configuration.
    fn description(bytes) {
        let (description, config) = said(&mut Unstructured::new(bytes)).unwrap();
        let errors = description.check().err().unwrap_or_default();
        for error in &errors {
            assert!(is_plain(&error.to_string()), "{error:?}");
        }
        let world = description.world;
        let result = used(description, &config);
        if !errors.is_empty() {
            assert!(result.is_err(), "a {world} is used although {errors:?}");
        }
        if let Err(shown) = result {
            assert!(is_plain(&shown.render(Style::Plain)), "{shown}");
        }
    }
}

/// The first number says which file; above those it is what follows as it is.
fn topology_text(input: &mut Unstructured<'_>) -> Result<String> {
    let Some(good) = GOOD.get(usize::from(input.arbitrary::<u8>()?)) else {
        let rest = input.bytes(input.len())?;
        return Ok(String::from_utf8_lossy(rest).into_owned());
    };
    let mut text = (*good).to_owned();
    while !input.is_empty() {
        let at = usize::from(input.arbitrary::<u16>()?) % (text.len() + 1);
        let length = usize::from(input.arbitrary::<u8>()? % 40);
        let piece = input.choose(&PIECES)?;
        mutate(&mut text, at, length, piece, input.arbitrary::<u8>()? % 4);
        // Doubling makes it grow fast.
        text.truncate(text.floor_char_boundary(20_000));
    }
    Ok(text)
}

/// Checks a topology in which a component that is described like this has this
/// configuration.
fn used(description: Description, config: &Value) -> std::result::Result<(), Diagnostics> {
    let (spouts, bolts, streams) = match description.world {
        World::Spout => (
            format!("{{ id: a, component: ./strange, config: {config} }}"),
            "{ id: b, component: ./sink }".to_owned(),
            "{ from: a, to: b, grouping: { type: shuffle } }".to_owned(),
        ),
        World::Bolt => (
            "{ id: a, component: ./verses }".to_owned(),
            format!("{{ id: b, component: ./strange, config: {config} }}"),
            "{ from: a, to: b, grouping: { type: fields, args: [text] } }".to_owned(),
        ),
        World::CustomGrouping => (
            "{ id: a, component: ./verses }".to_owned(),
            "{ id: b, component: ./sink }".to_owned(),
            format!(
                "{{ from: a, to: b, grouping: {{ type: custom, component: ./strange, config: \
                 {config} }} }}"
            ),
        ),
    };
    let text =
        format!("name: t\nspouts:\n  - {spouts}\nbolts:\n  - {bolts}\nstreams:\n  - {streams}\n");
    let parsed = parse("t.yaml", &text)?;
    let known: BTreeMap<_, _> = parsed
        .component_refs()
        .iter()
        .map(|needed| {
            let described = match needed.path.as_str() {
                "./strange" => Ok(description.clone()),
                path => support::describe(path),
            };
            (needed.key.clone(), described)
        })
        .collect();
    check(&parsed, &known).map(|_| ())
}

fn said(input: &mut Unstructured<'_>) -> Result<(Description, Value)> {
    let world = *input.choose(&[World::Spout, World::Bolt, World::CustomGrouping])?;
    let description = Description {
        world,
        interface_version: "0.1.0".to_owned(),
        summary: text(input)?,
        outputs: several(input, |input| {
            Ok(OutputStream {
                name: name(input)?,
                schema: Schema::new(several(input, field)?),
                direct: input.arbitrary()?,
            })
        })?,
        inputs: several(input, |input| {
            Ok(InputRequirement {
                stream: match input.arbitrary()? {
                    true => Some(name(input)?),
                    false => None,
                },
                fields: several(input, field)?,
            })
        })?,
        text_form: TextForm::Packed,
        capabilities: several(input, |input| {
            let all = [
                Capability::Files,
                Capability::Stdout,
                Capability::Environment,
            ];
            Ok(*input.choose(&all)?)
        })?,
        works_at_ticks: false,
        imports: several(input, text)?,
        digest: format!("sha256:{}", "0".repeat(64)),
        size: 1,
        config_schema: match input.arbitrary()? {
            true => Some(json(input, 6)?),
            false => None,
        },
    };
    Ok((description, json(input, 6)?))
}

/// Up to three, in rare cases more than are allowed.
fn several<T>(
    input: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = match input.arbitrary::<u8>()? {
        255 => 300,
        few => u32::from(few % 4),
    };
    (0..count).map(|_| one(input)).collect()
}

fn field(input: &mut Unstructured<'_>) -> Result<Field> {
    Ok(Field {
        name: name(input)?,
        kind: *input.choose(&ValueType::ALL)?,
        nullable: input.arbitrary()?,
    })
}

fn name(input: &mut Unstructured<'_>) -> Result<String> {
    match input.arbitrary::<u8>()? % 8 {
        0 => text(input),
        few => Ok(["default", "text", "number", "__ack", "", "a", "b"]
            .get(usize::from(few) - 1)
            .unwrap()
            .to_string()),
    }
}

fn text(input: &mut Unstructured<'_>) -> Result<String> {
    let length = usize::from(input.arbitrary::<u8>()?) % 40;
    let bytes = input.bytes(length.min(input.len()))?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// What JSON Schema gives a meaning, and a few names.
const KEYS: [&str; 32] = [
    "$ref",
    "$defs",
    "$id",
    "$schema",
    "$dynamicRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "dependentSchemas",
    "items",
    "prefixItems",
    "contains",
    "uniqueItems",
    "type",
    "enum",
    "const",
    "pattern",
    "format",
    "minLength",
    "multipleOf",
    "maximum",
    "default",
    "a",
];

/// Texts that have a meaning in a schema.
const TEXTS: [&str; 16] = [
    "#",
    "#/$defs/a",
    "#/properties/a",
    "#/allOf/0",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2020-12/schema",
    "file:///etc/passwd",
    "object",
    "array",
    "string",
    "integer",
    "number",
    "(a+)+$",
    "^(?:a|aa){1,99}b",
    "date-time",
    "a",
];

/// A document nested at most so deep, which may be a schema.
fn json(input: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    let deepest = if depth == 0 { 6 } else { 8 };
    Ok(match input.arbitrary::<u8>()? % deepest {
        0 => Value::Null,
        1 => Value::Bool(input.arbitrary()?),
        2 => Value::from(input.arbitrary::<i8>()?),
        3 => Value::from(input.arbitrary::<f64>()?),
        4 => Value::from(*input.choose(&TEXTS)?),
        5 => Value::from(text(input)?),
        6 => {
            let count = input.arbitrary::<u8>()? % 4;
            let items = (0..count).map(|_| json(input, depth - 1));
            Value::Array(items.collect::<Result<_>>()?)
        }
        _ => {
            let mut map = Map::new();
            for _ in 0..input.arbitrary::<u8>()? % 6 {
                let key = *input.choose(&KEYS)?;
                map.insert(key.to_owned(), json(input, depth - 1)?);
            }
            Value::Object(map)
        }
    })
}

/// Whether a terminal only shows this.
fn is_plain(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
}
