//! Debug information (DWARF 4) that says of all code what is hard to read.

use crate::custom::Custom;

/// Tags, attributes and forms of section 7 of the standard.
const COMPILE_UNIT: u8 = 0x11;
const SUBPROGRAM: u8 = 0x2e;
const INLINED: u8 = 0x1d;
const LOW_PC: u8 = 0x11;
const HIGH_PC: u8 = 0x12;
const NAME: u8 = 0x03;
const LINES: u8 = 0x10;
const ORIGIN: u8 = 0x31;
const CALL_LINE: u8 = 0x59;
const ADDRESS: u8 = 0x01;
const DATA_1: u8 = 0x0b;
const DATA_4: u8 = 0x06;
const STRING: u8 = 0x0e;
const REFERENCE: u8 = 0x13;
const OFFSET: u8 = 0x17;

/// What an entry begins with: its number in the table of abbreviations.
pub(crate) const END: u8 = 0;
const UNIT: u8 = 1;
const FUNCTION: u8 = 2;
const ABSTRACT: u8 = 3;
/// An inlined function of which nothing is said.
pub(crate) const NESTED: u8 = 4;
const INLINED_AT: u8 = 5;

const ABBREVIATIONS: &[&[u8]] = &[
    &[
        UNIT,
        COMPILE_UNIT,
        1,
        LOW_PC,
        ADDRESS,
        HIGH_PC,
        DATA_4,
        LINES,
        OFFSET,
        0,
        0,
    ],
    &[
        FUNCTION, SUBPROGRAM, 1, LOW_PC, ADDRESS, HIGH_PC, DATA_4, NAME, STRING, 0, 0,
    ],
    &[ABSTRACT, SUBPROGRAM, 0, NAME, STRING, 0, 0],
    &[NESTED, INLINED, 1, 0, 0],
    &[
        INLINED_AT, INLINED, 1, LOW_PC, ADDRESS, HIGH_PC, DATA_4, ORIGIN, REFERENCE, CALL_LINE,
        DATA_1, 0, 0,
    ],
    &[0],
];

/// The name that is nothing else, in the table of names.
const SHORT: u32 = 0;
const NAMES: &[u8] = b"function\0";

/// The sections of a unit in which one function is all code of this length. Inside of it
/// are these entries, and its lines are those of this program.
pub(crate) fn sections(code: u32, inside: &[u8], names: &[u8], program: &[u8]) -> Vec<Custom> {
    let mut entries = vec![UNIT];
    everywhere(&mut entries, code);
    word(&mut entries, 0);
    entries.push(ABSTRACT);
    word(&mut entries, NAMES.len() as u32);
    entries.push(FUNCTION);
    everywhere(&mut entries, code);
    word(&mut entries, SHORT);
    entries.extend(inside);
    entries.extend([END, END]);
    vec![
        (".debug_abbrev", ABBREVIATIONS.concat()),
        (".debug_info", unit(&entries)),
        (".debug_str", [NAMES, names, b"\0"].concat()),
        (".debug_line", lines(program)),
    ]
}

/// An entry for the function with the name of [`sections`], inlined in all code. What
/// follows it, up to [`END`], is inside of it.
pub(crate) fn inlined(code: u32) -> Vec<u8> {
    let mut entry = vec![INLINED_AT];
    everywhere(&mut entry, code);
    // Behind the header of the unit and its first entry.
    word(&mut entry, 11 + 13);
    entry.push(7);
    entry
}

/// A program that gives each byte of code its line, and ends so many sequences of lines.
pub(crate) fn program(code: u32, sequences: u32) -> Vec<u8> {
    let mut program = Vec::new();
    for n in 0..sequences {
        // DW_LNE_set_address
        program.extend([0, 5, 2]);
        word(&mut program, n % code.max(1));
        // The next line at the next address.
        program.push(33);
        // DW_LNE_end_sequence
        program.extend([0, 1, 1]);
    }
    program.extend([0, 5, 2]);
    word(&mut program, 0);
    program.extend((0..code).map(|_| 33));
    program.extend([0, 1, 1]);
    program
}

fn unit(entries: &[u8]) -> Vec<u8> {
    let mut unit = Vec::new();
    word(&mut unit, 7 + entries.len() as u32);
    // Version, the place of the abbreviations, the size of an address.
    unit.extend([4, 0, 0, 0, 0, 0, 4]);
    unit.extend(entries);
    unit
}

fn lines(program: &[u8]) -> Vec<u8> {
    let mut header = vec![1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
    // No folders, one file, which is in none.
    header.push(0);
    header.extend(b"lib.rs\0\0\0\0\0");
    let mut lines = Vec::new();
    word(&mut lines, (2 + 4 + header.len() + program.len()) as u32);
    lines.extend([4, 0]);
    word(&mut lines, header.len() as u32);
    lines.extend(header);
    lines.extend(program);
    lines
}

/// The range of all code.
fn everywhere(entry: &mut Vec<u8>, code: u32) {
    word(entry, 0);
    word(entry, code);
}

fn word(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend(value.to_le_bytes());
}
