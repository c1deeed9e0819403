//! No text makes the crate panic or hang, and whatever is said can be shown.

mod support;

use proptest::prelude::*;
use proptest::sample::Index;
use stormcell_topology::{Diagnostics, Graph, Style, parse};

const GOOD: [&str; 4] = [
    include_str!("good/everything.yaml"),
    include_str!("good/flux.yaml"),
    include_str!("good/cycle.yaml"),
    include_str!("good/diamond.yaml"),
];

/// Pieces that matter to YAML or to the file.
const PIECES: [&str; 24] = [
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

fn exercise(text: &str) {
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
            match support::validate("t.yaml", text) {
                Ok(checked) => show(&checked.warnings),
                Err(errors) => {
                    assert!(errors.errors() > 0, "refused without a reason: {text:?}");
                    show(&errors);
                }
            }
        }
    }
}

/// Puts, takes or doubles a piece of the text.
fn mutate(text: &mut String, at: &Index, length: usize, piece: &str, how: u8) {
    let start = text.floor_char_boundary(at.index(text.len() + 1));
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn on_any_text(text: String) {
        exercise(&text);
    }

    #[test]
    fn on_pieces_of_yaml(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)) {
        exercise(&pieces.concat());
    }

    #[test]
    fn on_a_good_file_with_changes(
        good in prop::sample::select(&GOOD[..]),
        changes in prop::collection::vec(
            (any::<Index>(), 0usize..40, prop::sample::select(&PIECES[..]), 0u8..4), 1..5),
    ) {
        let mut text = good.to_owned();
        for (at, length, piece, how) in changes {
            mutate(&mut text, &at, length, piece, how);
        }
        exercise(&text);
    }
}
