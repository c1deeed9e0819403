//! Reading debug information: from the bytes of a component and places in it to lines.
//!
//! What it reads decides how long that takes, how much memory, and how deep it calls
//! itself. So only a process with limits may call this.

use std::collections::HashMap;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use wasmparser::{Encoding, Parser, Payload, TypeRef};

use super::{FUNCTIONS, Line, Place};

type Bytes<'a> = EndianSlice<'a, LittleEndian>;

/// The lines of these places of a component, as far as they can be read: none of a place
/// that is not in a function, or of which nothing is said.
pub(crate) fn lines(component: &[u8], places: &[Place]) -> Vec<Vec<Line>> {
    let mut lines = vec![Vec::new(); places.len()];
    for module in modules(component, places) {
        // No debug information is as good as none that can be read.
        let Ok(dwarf) = Dwarf::load(|id| Ok::<_, ()>(module.section(id))) else {
            continue;
        };
        let Ok(context) = Context::from_dwarf(dwarf) else {
            continue;
        };
        for (index, in_code) in &module.places {
            if let Some(lines) = lines.get_mut(*index) {
                *lines = at(&context, *in_code);
            }
        }
    }
    lines
}

/// Which custom sections are debug information.
pub(crate) fn is_debug_info(section: &str) -> bool {
    section.starts_with(".debug_")
}

/// A module in which places are.
#[derive(Default)]
struct Module<'a> {
    imported: u32,
    functions: u32,
    code: u64,
    /// Which of the places, and where each is in the code section.
    places: Vec<(usize, u64)>,
    sections: HashMap<&'a str, &'a [u8]>,
}

impl<'a> Module<'a> {
    fn section(&self, id: SectionId) -> Bytes<'a> {
        let section = self.sections.get(id.name()).copied();
        EndianSlice::new(section.unwrap_or_default(), LittleEndian)
    }
}

/// The modules of a component in which places are. If it breaks off, those before.
fn modules<'a>(component: &'a [u8], places: &[Place]) -> Vec<Module<'a>> {
    let mut found = Vec::new();
    // Those that have begun and not ended; `None` is a component.
    let mut open: Vec<Option<Module<'_>>> = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        let Ok(payload) = payload else { break };
        if let Payload::Version { encoding, .. } = payload {
            open.push((encoding == Encoding::Module).then(Module::default));
            continue;
        }
        if let Payload::End(_) = payload {
            let ended = open.pop().flatten();
            found.extend(ended.filter(|module| !module.places.is_empty()));
            continue;
        }
        let Some(Some(module)) = open.last_mut() else {
            continue;
        };
        match payload {
            Payload::ImportSection(imports) => {
                let functions = imports
                    .into_imports()
                    .flatten()
                    .filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                let functions = u32::try_from(functions.count()).unwrap_or(u32::MAX);
                module.imported = module.imported.saturating_add(functions);
            }
            Payload::CodeSectionStart {
                unchecked_range: range,
                ..
            } => module.code = range.start,
            Payload::CodeSectionEntry(body) => {
                let function = module.imported.saturating_add(module.functions);
                module.functions = module.functions.saturating_add(1);
                let range = body.range();
                for (index, place) in places.iter().enumerate() {
                    let offset = u64::from(place.offset);
                    if place.function == function && range.contains(&offset) {
                        let in_code = offset.saturating_sub(module.code);
                        module.places.push((index, in_code));
                    }
                }
            }
            Payload::CustomSection(section) if is_debug_info(section.name()) => {
                module.sections.insert(section.name(), section.data());
            }
            _ => {}
        }
    }
    found
}

/// The lines at a place in a code section, innermost first.
fn at(context: &Context<Bytes<'_>>, in_code: u64) -> Vec<Line> {
    let mut lines = Vec::new();
    let Ok(mut frames) = context.find_frames(in_code).skip_all_loads() else {
        return lines;
    };
    while lines.len() < FUNCTIONS
        && let Ok(Some(frame)) = frames.next()
    {
        let function = frame.function.as_ref();
        let name = function.and_then(|function| function.raw_name().ok());
        let location = frame.location.as_ref();
        lines.push(Line::new(
            name.as_deref(),
            location.and_then(|location| location.file),
            location.and_then(|location| location.line),
        ));
    }
    lines
}

#[cfg(test)]
mod tests;
