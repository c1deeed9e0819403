//! Texts that are no topology files, or nearly.

use stormcell_topology::{Diagnostics, Graph, Style, parse};

use super::validate;

/// Files without a mistake.
pub(crate) const GOOD: [&str; 4] = [
    include_str!("../good/everything.yaml"),
    include_str!("../good/flux.yaml"),
    include_str!("../good/cycle.yaml"),
    include_str!("../good/diamond.yaml"),
];

/// Pieces that matter to YAML or to the file.
pub(crate) const PIECES: [&str; 24] = [
    "\n",
    "  ",
    "\t",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "<<: *a",
    "!!int ",
    "null",
    "-1",
    "1e400",
    "0x7fffffffffffffff0",
    "é",
    "\u{0}",
    "\r\n",
    "---\n",
];

/// Reads a text as a topology file, and shows whatever is said of it.
pub(crate) fn exercise(text: &str) {
    let show = |diagnostics: &Diagnostics| {
        let plain = diagnostics.render(Style::Plain);
        assert_eq!(plain.is_empty(), diagnostics.is_empty());
        assert!(!diagnostics.render(Style::Coloured).contains('\u{0}'));
        assert_eq!(
            diagnostics.to_json().as_array().map(Vec::len),
            Some(diagnostics.items().len())
        );
    };
    match parse("t.yaml", text) {
        Err(errors) => {
            assert!(errors.errors() > 0, "refused without a reason: {text:?}");
            show(&errors);
        }
        Ok(parsed) => {
            let graph = Graph::from(&parsed);
            assert!(!graph.to_mermaid().is_empty() && !graph.to_dot().is_empty());
            match validate("t.yaml", text) {
                Ok(checked) => show(&checked.warnings),
                Err(errors) => {
                    assert!(errors.errors() > 0, "refused without a reason: {text:?}");
                    show(&errors);
                }
            }
        }
    }
}

/// Puts, takes or doubles a piece of the text, which begins at this byte.
pub(crate) fn mutate(text: &mut String, at: usize, length: usize, piece: &str, how: u8) {
    let start = text.floor_char_boundary(at);
    let end = text.ceil_char_boundary((start + length).min(text.len()));
    match how {
        0 => text.insert_str(start, piece),
        1 => text.replace_range(start..end, ""),
        2 => text.replace_range(start..end, piece),
        _ => {
            let twice = text[start..end].repeat(2);
            text.replace_range(start..end, &twice);
        }
    }
}
