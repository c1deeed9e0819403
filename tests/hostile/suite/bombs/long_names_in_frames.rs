//! Functions with names of 99,000 characters, as deep in each other as there is stack.

use wasm_encoder::{Encode, NameMap, NameSection, Section};
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::guest::built;

/// Of the component `exhaust_call_stack` the function that recurses, and what calls it, get
/// other names.
pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    let component = std::fs::read(built("exhaust_call_stack")).unwrap();
    let mut renamed = component.get(..8).unwrap().to_vec();
    let mut rest = component.get(8..).unwrap();
    while let Some((&id, after)) = rest.split_first() {
        let (length, after) = number(after);
        let (content, after) = after.split_at(length);
        // A core module.
        match id {
            1 => section(id, &with_long_names(content), &mut renamed),
            _ => section(id, content, &mut renamed),
        }
        rest = after;
    }
    renamed
}

/// A module with long names, if it has a function that recurses.
fn with_long_names(module: &[u8]) -> Vec<u8> {
    let mut names = NameMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(custom) = payload.unwrap() else {
            continue;
        };
        let KnownCustom::Name(subsections) = custom.as_known() else {
            continue;
        };
        for subsection in subsections {
            let Name::Function(functions) = subsection.unwrap() else {
                continue;
            };
            for function in functions {
                let function = function.unwrap();
                if function.name.contains("recurse") || function.name.contains("execute") {
                    names.append(function.index, &"long_name_".repeat(9_900));
                }
            }
        }
    }
    if names.is_empty() {
        return module.to_vec();
    }
    let mut named = without_names(module);
    let mut section = NameSection::new();
    section.functions(&names);
    section.append_to(&mut named);
    named
}

/// A module without its custom sections.
fn without_names(module: &[u8]) -> Vec<u8> {
    let mut kept = module.get(..8).unwrap().to_vec();
    let mut rest = module.get(8..).unwrap();
    while let Some((&id, after)) = rest.split_first() {
        let (length, after) = number(after);
        let (content, after) = after.split_at(length);
        if id != 0 {
            section(id, content, &mut kept);
        }
        rest = after;
    }
    kept
}

fn section(id: u8, content: &[u8], to: &mut Vec<u8>) {
    to.push(id);
    content.encode(to);
}

/// An unsigned LEB128 number, and what comes after it.
fn number(bytes: &[u8]) -> (usize, &[u8]) {
    let length = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let (number, rest) = bytes.split_at(length);
    let digits = number.iter().rev();
    let number = digits.fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
    (number, rest)
}
