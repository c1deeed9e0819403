//! Debug information that overflows the stack of whoever reads it, in a component that traps
//! as soon as it is started: by every way in.

use std::fs;

use serde_json::json;
use wasm_encoder::{
    CodeSection, ComponentSection, CustomSection, Function, FunctionSection, InstanceSection,
    Module, ModuleArg, ModuleSection, StartSection, TypeSection,
};
use wasmparser::{Parser, Payload};

use crate::place::{Ended, Place};
use crate::topology::{NAME, TICKING, component};

/// Inlined functions within each other.
const DEEP: usize = 20_000;

/// The component with an instance of a module that traps when it is made.
fn trapping(honest: &[u8]) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    ModuleSection(&module()).append_to_component(&mut bytes);
    let mut instances = InstanceSection::new();
    instances.instantiate(modules(honest), std::iter::empty::<(&str, ModuleArg)>());
    instances.append_to_component(&mut bytes);
    bytes
}

/// How many modules a component has itself.
fn modules(component: &[u8]) -> u32 {
    let (mut depth, mut modules) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ModuleSection { .. } if depth == 1 => modules += 1,
            _ => {}
        }
    }
    modules
}

fn module() -> Module {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut function = Function::new([]);
    function.instructions().unreachable().end();
    let mut code = CodeSection::new();
    code.function(&function);
    module
        .section(&types)
        .section(&functions)
        .section(&StartSection { function_index: 0 })
        .section(&code);
    for (name, data) in debug_info() {
        module.section(&CustomSection {
            name: name.into(),
            data: data.into(),
        });
    }
    module
}

/// A unit (1), in it a function (2), and in it inlined functions (3) of which nothing is
/// said: DWARF 4, sections 7.5.2 and 7.5.3.
fn debug_info() -> [(&'static str, Vec<u8>); 2] {
    // Tags, whether there is something inside, low_pc as an address, high_pc as 4 bytes.
    let abbreviations = [
        &[1, 0x11, 1, 0x11, 0x01, 0x12, 0x06, 0, 0][..],
        &[2, 0x2e, 1, 0x11, 0x01, 0x12, 0x06, 0, 0],
        &[3, 0x1d, 1, 0, 0],
        &[0],
    ];
    let range = [0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f];
    let mut entries: Vec<u8> = vec![4, 0, 0, 0, 0, 0, 4];
    for code in [1, 2] {
        entries.push(code);
        entries.extend(range);
    }
    entries.extend([3; DEEP]);
    entries.extend([0; DEEP + 2]);
    let length = u32::try_from(entries.len()).unwrap();
    let unit = [&length.to_le_bytes()[..], &entries].concat();
    [
        (".debug_abbrev", abbreviations.concat()),
        (".debug_info", unit),
    ]
}

#[test]
fn debug_information_that_cannot_be_read_harms_no_command_and_no_supervisor() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    let bomb = place.dir().join("bomb.wasm");
    let content = trapping(&fs::read(component("hold")).unwrap());
    fs::write(&bomb, &content).unwrap();
    let bomb = bomb.display().to_string();
    let source = component("source").display().to_string();
    let text = format!(
        "name: bomb\n\
         spouts: [{{ id: source, component: {source} }}]\n\
         bolts: [{{ id: hold, component: {bomb} }}]\n\
         streams: [{{ from: source, to: hold, grouping: {{ type: shuffle }} }}]\n",
    );
    let file = place.dir().join("bomb.yaml");
    fs::write(&file, &text).unwrap();
    let file = file.display().to_string();
    let refused = |ended: Ended| {
        let said = "trapped in `instantiate`";
        // A process that a signal ends has no status.
        assert!(ended.status.is_some_and(|status| status > 0), "{ended:?}");
        assert!(ended.stderr.contains(said), "{ended:?}");
    };
    for command in [
        ["inspect", bomb.as_str()],
        ["validate", file.as_str()],
        ["run", file.as_str()],
    ] {
        let mut stormcell = crate::command::stormcell();
        refused(crate::place::run(stormcell.args(command)));
    }
    refused(place.client(&["submit", &file]));
    refused(place.client(&["deploy", NAME, "hold", &bomb, "--quiet"]));

    // By the API alone, so that the supervisor is the first to start it.
    let upload = |content: &[u8]| {
        let wrong = format!("sha256:{}", "0".repeat(64));
        let (_, said) = place.upload(&wrong, content);
        let digest = said.split("has the digest ").nth(1).unwrap();
        let digest = digest.split(' ').next().unwrap().to_owned();
        assert!(place.upload(&digest, content).0 < 300);
        digest
    };
    let body = json!({
        "file": text,
        "base_dir": "/",
        "components": {
            (bomb.clone()): upload(&content),
            (source.clone()): upload(&fs::read(&source).unwrap()),
        },
    });
    let token = format!("Bearer {}", place.token());
    let body = body.to_string();
    let (status, said) = place.request("POST", "/v1/topologies", Some(&token), body.as_bytes());
    assert_eq!(status, 422, "{said}");
    assert!(said.contains("trapped in `instantiate`"), "{said}");
    place.goes_on();
    server.stop();
}
