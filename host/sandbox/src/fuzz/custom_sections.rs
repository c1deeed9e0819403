//! A component that says of itself what it likes: its custom sections are made of the input.
//! It is looked at, compiled and started; it traps, or the host ends it; and the error is
//! told.

use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use stormcell_topology::Limits;
use wasm_encoder::{
    CanonicalFunctionSection, Component, ComponentExportKind, ComponentExportSection,
    ComponentImportSection, ComponentInstanceSection, ComponentTypeRef, ComponentTypeSection,
    CustomSection, ExportKind, Function, InstanceSection, Module, ModuleArg, ModuleSection,
    NameMap, NameSection,
};
use wasmparser::{Parser, Payload};
use wasmtime::component::{Component as Compiled, Linker};
use wasmtime::{Engine, Store};

use super::{bytes, several, text};
use crate::debug_info::{Line, Place, answer, lookup};
use crate::fault::called::{backtrace, called};
use crate::fault::from_wasmtime::{Circumstances, fault};
use crate::fixtures::three_functions;
use crate::inspect::inspect;
use crate::secrets::Masks;

/// Bytes of an error, whatever the component says of itself.
const MESSAGE: usize = 8 << 10;
/// Lines of a backtrace, and bytes of one: a function and a file.
const LINES: usize = 33;
const LINE: usize = 600;

stormcell_fuzz::target! {
    /// What is told of an error is short and plain.
    fn custom_sections(bytes) {
        let mut input = Unstructured::new(bytes);
        let file = component(&mut input).unwrap();
        // It need not be one that is loaded.
        let _ = inspect(&file);
        let Ok(compiled) = Compiled::from_binary(&HOST.0, &file) else {
            return;
        };
        let mut store = Store::new(&HOST.0, ());
        store.set_epoch_deadline(1);
        let error = HOST.1.instantiate(&mut store, &compiled).unwrap_err();
        let (limits, masks) = (Limits::default(), Masks::default());
        let known = Circumstances::of("instantiate", &limits, &masks);
        let fault = fault(Some(&error), &known);
        assert!(is_plain(&fault.message) && fault.message.len() < MESSAGE, "{fault}");
        let called = called(&error);
        assert!(!called.is_empty());
        let places: Vec<Place> = called.iter().filter_map(|called| called.place).collect();
        let lines = looked_up(&file, &places);
        let known = |wanted: Place| {
            let index = places.iter().position(|place| *place == wanted)?;
            lines.get(index)
        };
        for shown in [backtrace(&called, |_| None::<[Line; 0]>), backtrace(&called, known)] {
            assert!(shown.len() <= LINES, "{} lines", shown.len());
            for line in shown {
                assert!(is_plain(&line) && line.len() < LINE, "{line:?}");
            }
        }
    }
    made 300
}

stormcell_fuzz::target! {
    /// Reading debug information comes back, and what it found fits into an answer.
    fn debug_info(bytes) {
        let mut input = Unstructured::new(bytes);
        let file = component(&mut input).unwrap();
        let places = bodies(&file);
        assert_eq!(places.len(), 2);
        looked_up(&file, &places);
    }
}

stormcell_fuzz::target! {
    /// Whatever the child answers, it is no answer or one of short and plain texts.
    fn answer_of_lines(bytes) {
        let mut input = Unstructured::new(bytes);
        let places = usize::from(input.arbitrary::<u8>().unwrap() % 40);
        let given = match input.arbitrary::<u8>().unwrap() % 2 {
            0 => input.take_rest().to_vec(),
            _ => {
                let lines = (0..places).map(|_| several(&mut input, 20, line).unwrap());
                serde_json::to_vec(&lines.collect::<Vec<_>>()).unwrap()
            }
        };
        for lines in answer::read(&given, places).unwrap_or_default() {
            for line in lines {
                let shown = line.shown("f");
                assert!(is_plain(&shown) && shown.len() < LINE, "{shown:?}");
            }
        }
    }
}

/// A line as it may be in an answer.
fn line(input: &mut Unstructured<'_>) -> Result<serde_json::Value> {
    Ok(serde_json::json!({
        "function": text(input)?.repeat(100),
        "file": text(input)?,
        "line": 7,
    }))
}

/// The places at which the functions of a module begin that has one imported function.
fn bodies(component: &[u8]) -> Vec<Place> {
    let mut places = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        // A custom section of a made-up module may be none.
        let Ok(payload) = payload else { break };
        if let Payload::CodeSectionEntry(body) = payload {
            places.push(Place {
                offset: u32::try_from(body.range().start + 1).unwrap(),
                function: 1 + u32::try_from(places.len()).unwrap(),
            });
        }
    }
    places
}

/// An engine, and an import that fails.
static HOST: LazyLock<(Engine, Linker<()>)> = LazyLock::new(|| {
    let engine = crate::engine::for_compiling().unwrap();
    let mut linker = Linker::new(&engine);
    let refuse = |_: wasmtime::StoreContextMut<'_, ()>, (): ()| -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("the host refuses"))
    };
    linker.root().func_wrap("host", refuse).unwrap();
    (engine, linker)
});

/// What is found of these places, as it is answered. On a stack of its own: how deep it is
/// read is up to the input.
fn looked_up(file: &[u8], places: &[Place]) -> Vec<Vec<Line>> {
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new().stack_size(256 << 20);
        let reading = reading.spawn_scoped(scope, || {
            let found = lookup::lines(file, places);
            let answered = answer::read(&answer::write(&found), places.len());
            assert_eq!(answered.map(|lines| lines.len()), Some(places.len()));
            found
        });
        reading.unwrap().join().unwrap()
    })
}

/// Whether a terminal shows this as it is written.
fn is_plain(text: &str) -> bool {
    // They change the direction of text, or separate lines and paragraphs.
    let moves = |c| {
        matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
    };
    !text
        .chars()
        .any(|c| moves(c) || c.is_control() && c != '\n' && c != '\t')
}

/// A component that exports a bolt and ends when it is instantiated.
fn component(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut component = Component::new();
    if input.arbitrary::<u8>()? % 8 == 1 {
        component.section(&custom(input)?);
    }
    let mut types = ComponentTypeSection::new();
    let no_params: [(&str, wasm_encoder::ComponentValType); 0] = [];
    types.function().params(no_params).result(None);
    component.section(&types);
    let mut imports = ComponentImportSection::new();
    imports.import("host", ComponentTypeRef::Func(0));
    component.section(&imports);
    let mut lowered = CanonicalFunctionSection::new();
    lowered.lower(0, []);
    component.section(&lowered);
    component.section(&ModuleSection(&module(input)?));
    let mut instances = InstanceSection::new();
    instances.export_items([("f", ExportKind::Func, 0)]);
    instances.instantiate(0, [("host", ModuleArg::Instance(0))]);
    component.section(&instances);
    let mut instances = ComponentInstanceSection::new();
    instances.export_items(std::iter::empty::<(&str, ComponentExportKind, u32)>());
    component.section(&instances);
    let mut exports = ComponentExportSection::new();
    let bolt = "stormcell:topology/bolt-task@0.1.0";
    exports.export(bolt, ComponentExportKind::Instance, 0, None);
    component.section(&exports);
    Ok(component.finish())
}

/// A module that calls a function when it is instantiated, which traps or calls the host.
fn module(input: &mut Unstructured<'_>) -> Result<Module> {
    let mut module = Module::new();
    if input.arbitrary::<u8>()? % 8 == 1 {
        module.section(&custom(input)?);
    }
    let mut ending = Function::new([]);
    if input.arbitrary()? {
        ending.instructions().unreachable().end();
    } else {
        ending.instructions().call(0).end();
    }
    let mut start = Function::new([]);
    start.instructions().call(1).end();
    three_functions(&mut module, [&ending, &start], Some(2));
    for _ in 0..input.arbitrary::<u8>()? % 8 {
        if input.arbitrary::<u8>()? % 3 == 0 {
            let mut functions = NameMap::new();
            for index in 0..3 {
                functions.append(index, &name(input)?);
            }
            let mut names = NameSection::new();
            names.module(&name(input)?);
            names.functions(&functions);
            module.section(&names);
        } else {
            module.section(&custom(input)?);
        }
    }
    Ok(module)
}

/// A section of which the name is one that somebody looks at, or any other.
fn custom(input: &mut Unstructured<'_>) -> Result<CustomSection<'static>> {
    const KNOWN: [&str; 9] = [
        "name",
        "producers",
        "linking",
        "dylink.0",
        "component-name",
        ".debug_str",
        ".debug_line",
        ".debug_ranges",
        "target_features",
    ];
    let (name, data) = match input.arbitrary::<u8>()? % 8 {
        0 => (name(input)?, bytes(input)?),
        1 => (".debug_abbrev".to_owned(), abbreviations(input)?),
        2 | 3 => (".debug_info".to_owned(), unit(input)?),
        _ => ((*input.choose(&KNOWN)?).to_owned(), bytes(input)?),
    };
    Ok(CustomSection {
        name: name.into(),
        data: data.into(),
    })
}

/// Abbreviations of DWARF: a unit, functions and inlined functions, most without attributes.
fn abbreviations(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut table = Vec::new();
    for (code, tag) in [(1, 0x11), (2, 0x2e), (3, 0x1d)] {
        table.extend([code, tag, input.arbitrary::<u8>()? % 2]);
        for _ in 0..input.arbitrary::<u8>()? % 4 {
            table.extend(*input.choose(&[
                [0x11, 0x01],
                [0x12, 0x06],
                [0x03, 0x0e],
                [0x31, 0x13],
            ])?);
        }
        table.extend([0, 0]);
    }
    table.push(0);
    Ok(table)
}

/// A unit of which the header is in order.
fn unit(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut entries = Vec::new();
    for _ in 0..input.arbitrary::<u8>()? {
        let one = *input.choose(&[[1], [2], [3], [0]])?;
        entries.extend(one);
    }
    entries.extend(bytes(input)?);
    let length = u32::try_from(7 + entries.len()).unwrap();
    let mut unit = length.to_le_bytes().to_vec();
    unit.extend([4, 0, 0, 0, 0, 0, 4]);
    unit.extend(entries);
    Ok(unit)
}

/// A name, which may be one that is not as long as it becomes.
fn name(input: &mut Unstructured<'_>) -> Result<String> {
    let begin = *input.choose(&["", "", "_R", "_RINvC1a1b", "_ZN", "_Z", "_Z1fSt4pairIiiE"])?;
    let part = match input.arbitrary::<u8>()? % 3 {
        0 => text(input)?,
        1 => (*input.choose(&[
            "TuuE",
            "TB7_B7_E",
            "S_IS0_S0_E",
            "3foo",
            "\u{1b}[2J",
            "\u{202e}",
        ])?)
        .to_owned(),
        _ => "n".to_owned(),
    };
    let times = match input.arbitrary::<u8>()? % 16 {
        0 => usize::from(input.arbitrary::<u16>()?) / part.len().max(1),
        times => usize::from(times),
    };
    let end = *input.choose(&["", "E", "17h05af221e174051e9E"])?;
    Ok(format!("{begin}{}{end}", part.repeat(times)))
}
