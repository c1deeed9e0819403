use wasm_encoder::{
    Component, CustomSection, Function, Module, ModuleSection, NestedComponentSection,
};

use super::*;
use crate::fixtures::three_functions;

/// One unit of one function, which is all code up to here.
const CODE: u32 = 1_000;

/// A module with an imported function and two more, and debug information of all code.
fn module() -> Module {
    let mut module = Module::new();
    let mut body = Function::new([]);
    body.instructions().nop().unreachable().end();
    three_functions(&mut module, [&body, &body], None);
    for (name, data) in debug_info() {
        module.section(&CustomSection {
            name: name.into(),
            data: data.into(),
        });
    }
    module
}

/// DWARF 4: a unit with the lines of `lib.rs`, in which each byte of code is a line more.
fn debug_info() -> [(&'static str, Vec<u8>); 3] {
    // low_pc as an address, high_pc as 4 bytes, stmt_list as an offset; a name as it is.
    let abbreviations: [&[u8]; 3] = [
        &[1, 0x11, 1, 0x11, 0x01, 0x12, 0x06, 0x10, 0x17, 0, 0],
        &[2, 0x2e, 0, 0x11, 0x01, 0x12, 0x06, 0x03, 0x08, 0, 0],
        &[0],
    ];
    let range = [[0; 4], CODE.to_le_bytes()].concat();
    let entries: Vec<u8> = [&[1][..], &range, &[0; 4], &[2], &range, b"work\0", &[0]].concat();
    let unit = [&[4, 0, 0, 0, 0, 0, 4][..], &entries].concat();

    let mut program: Vec<u8> = vec![0, 5, 2, 0, 0, 0, 0];
    // The next line at the next address.
    program.extend((0..CODE).map(|_| 33));
    program.extend([0, 1, 1]);
    let mut header = vec![1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0];
    header.extend(b"lib.rs\0\0\0\0\0");
    let lines = [&[4, 0][..], &length(&header), &header, &program].concat();
    [
        (".debug_abbrev", abbreviations.concat()),
        (".debug_info", [&length(&unit)[..], &unit].concat()),
        (".debug_line", [&length(&lines)[..], &lines].concat()),
    ]
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// Where the body of the first function with this instruction is, after `from`.
fn body(component: &[u8], from: usize) -> u32 {
    let at = component[from..]
        .windows(4)
        .position(|it| it == [0, 1, 0, 0x0b]);
    u32::try_from(from + at.unwrap_or_default()).unwrap_or_default()
}

#[test]
fn places_are_found_in_the_module_that_they_are_in() {
    let mut inner = Component::new();
    inner.section(&ModuleSection(&module()));
    let mut component = Component::new();
    component.section(&ModuleSection(&module()));
    component.section(&NestedComponentSection(&inner));
    let component = component.finish();

    let first = body(&component, 0);
    let second = body(&component, first as usize + 1);
    let nested = body(&component, second as usize + 100);
    let place = |offset, function| Place { offset, function };
    let places = [
        place(first + 2, 1),
        place(second + 2, 2),
        place(nested + 2, 1),
        // Of another function, as that of a module that the engine has made.
        place(first + 2, 2),
        place(7, 1),
        place(u32::MAX, 1),
    ];
    let shown: Vec<Vec<String>> = lines(&component, &places)
        .iter()
        .map(|lines| lines.iter().map(|line| line.shown("f")).collect())
        .collect();
    // The count of functions and the length of the body come first, each a byte.
    let at = |offset: u32| vec![format!("work at lib.rs:{}", 1 + offset)];
    let apart = second - first;
    assert_eq!(
        shown,
        [
            at(4),
            at(4 + apart),
            at(4),
            Vec::new(),
            Vec::new(),
            Vec::new()
        ]
    );
}

#[test]
fn what_is_cut_off_is_read_as_far_as_it_goes() {
    let mut component = Component::new();
    component.section(&ModuleSection(&module()));
    let component = component.finish();
    let place = Place {
        offset: body(&component, 0) + 2,
        function: 1,
    };
    for end in 0..component.len() {
        let found = lines(&component[..end], &[place]);
        assert_eq!(found.len(), 1);
    }
    assert_eq!(lines(&component, &[place]).concat().len(), 1);
}
