//! A bolt that traps, with names of megabytes in each section that has names: those of modules,
//! locals and labels, of whoever produced it, of what it is linked with, of the component itself.

use wasm_encoder::{
    ComponentNameSection, CustomSection, IndirectNameMap, NameMap, NameSection, ProducersField,
    ProducersSection,
};

use crate::bomb::with;
use crate::custom::{content, with_custom};

/// The longest that a name may be.
const NAME: usize = 99_000;
const NAMES: u32 = 5;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    let long = "name\u{1b}[2J".repeat(NAME / 8);
    let mut many = NameMap::new();
    for index in 0..NAMES {
        many.append(index, &long);
    }
    let component = with_custom("trap_in_execute", |main| {
        let mut of_functions = IndirectNameMap::new();
        of_functions.append(0, &many);
        let mut names = NameSection::new();
        names.module(&long);
        names.locals(&of_functions);
        names.labels(&of_functions);
        names.types(&many);
        names.globals(&many);
        names.data(&many);
        let mut values = ProducersField::new();
        for n in 0..NAMES {
            values.value(&format!("{n}{long}"), &long);
        }
        let mut producers = ProducersSection::new();
        producers.field("language", &values);
        producers.field("processed-by", &values);
        vec![
            ("name", content(&names)),
            main.named(&["execute"], &long),
            ("producers", content(&producers)),
            ("linking", long.repeat(3).into_bytes()),
            ("dylink.0", long.repeat(3).into_bytes()),
            ("target_features", long.repeat(3).into_bytes()),
            ("sourceMappingURL", long.repeat(3).into_bytes()),
            ("external_debug_info", long.repeat(3).into_bytes()),
        ]
    });
    let mut names = ComponentNameSection::new();
    names.component(&long);
    names.core_modules(&many);
    names.core_funcs(&many);
    names.types(&many);
    let docs = CustomSection {
        name: "package-docs".into(),
        data: long.repeat(3).into_bytes().into(),
    };
    let unnamed = CustomSection {
        name: long.as_str().into(),
        data: Vec::<u8>::new().into(),
    };
    with(&with(&with(&component, &names), &docs), &unnamed)
}
