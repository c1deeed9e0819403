//! Components that say other things of themselves: the custom sections of their largest
//! module are replaced.

use wasm_encoder::{CustomSection, NameMap, NameSection, Section};
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload};

use crate::bomb::leb;
use crate::guest::built;

/// The section that a module within a component is in.
const MODULE: u8 = 1;

/// A custom section: its name and its content.
pub(crate) type Custom = (&'static str, Vec<u8>);

/// The built guest with these custom sections in its largest module, in place of those
/// that it had.
pub(crate) fn with_custom(guest: &str, sections: impl FnOnce(&Main) -> Vec<Custom>) -> Vec<u8> {
    let component = std::fs::read(built(guest)).unwrap();
    let main = Main::of(&component);
    let mut module = main.kept.clone();
    for (name, data) in sections(&main) {
        let section = CustomSection {
            name: name.into(),
            data: data.into(),
        };
        module.push(section.id());
        wasm_encoder::Encode::encode(&section, &mut module);
    }
    let mut bytes = component[..main.section].to_vec();
    bytes.push(MODULE);
    bytes.extend(leb(module.len()));
    bytes.extend(module);
    bytes.extend(&component[main.end..]);
    bytes
}

/// The largest module of a component.
pub(crate) struct Main {
    /// Where its section begins in the component, and where it ends.
    section: usize,
    end: usize,
    /// The module without its custom sections.
    kept: Vec<u8>,
    /// The length of its code.
    pub(crate) code: u32,
    /// Its functions that have a name, among them those that are exported.
    functions: Vec<(u32, String)>,
}

impl Main {
    fn of(component: &[u8]) -> Self {
        let mut largest = 0..0;
        for payload in Parser::new(0).parse_all(component) {
            if let Payload::ModuleSection {
                unchecked_range: range,
                ..
            } = payload.unwrap()
                && range.end - range.start > largest.end - largest.start
            {
                largest = range;
            }
        }
        let (start, end) = (largest.start as usize, largest.end as usize);
        let module = &component[start..end];
        let mut main = Self {
            section: start - leb(module.len()).len() - 1,
            end,
            kept: module[..8].to_vec(),
            code: 0,
            functions: Vec::new(),
        };
        assert_eq!(component[main.section], MODULE);
        main.read(module);
        main
    }

    fn read(&mut self, module: &[u8]) {
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload.unwrap();
            if let Some((id, range)) = payload.as_section()
                && !matches!(payload, Payload::CustomSection(_))
            {
                let content = &module[range.start as usize..range.end as usize];
                self.kept.push(id);
                self.kept.extend(leb(content.len()));
                self.kept.extend(content);
            }
            match payload {
                Payload::CodeSectionStart { size, .. } => self.code = size,
                Payload::ExportSection(exports) => {
                    for export in exports.into_iter().map(Result::unwrap) {
                        if export.kind == ExternalKind::Func {
                            self.functions.push((export.index, export.name.to_owned()));
                        }
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for name in names {
                            if let Ok(Name::Function(names)) = name {
                                let names = names.into_iter().map(Result::unwrap);
                                let names = names.map(|it| (it.index, it.name.to_owned()));
                                self.functions.extend(names);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// A name section in which the functions of which the name contains one of these have
    /// the other name.
    pub(crate) fn named(&self, which: &[&str], name: &str) -> Custom {
        let mut indexes: Vec<u32> = self
            .functions
            .iter()
            .filter(|(_, known)| which.iter().any(|part| known.contains(part)))
            .map(|(index, _)| *index)
            .collect();
        indexes.sort_unstable();
        indexes.dedup();
        assert!(!indexes.is_empty(), "no function is called like {which:?}");
        let mut functions = NameMap::new();
        for index in indexes {
            functions.append(index, name);
        }
        let mut names = NameSection::new();
        names.module("main");
        names.functions(&functions);
        ("name", content(&names))
    }
}

/// A custom section without its own name, which is written beside it.
pub(crate) fn content(section: &impl Section) -> Vec<u8> {
    let module = crate::bomb::module(section).finish();
    let Some(Ok(Payload::CustomSection(section))) = Parser::new(0).parse_all(&module).nth(1) else {
        panic!("no custom section");
    };
    section.data().to_vec()
}
