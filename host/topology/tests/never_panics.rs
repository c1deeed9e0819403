//! No text makes the crate panic or hang, and whatever is said can be shown.

mod support;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use stormcell_topology::{Style, decode};
use support::texts::{GOOD, PIECES, exercise, mutate};

/// Pieces that matter to what is said of a file. Fuzz targets do not have them: what is in their
/// corpus would mean something else.
const MORE_PIECES: [&str; 10] = [
    "007",
    "1e400",
    "${a}",
    "\u{feff}",
    "\u{a0}",
    "“",
    "className: x\n",
    "topology.workers: 2\n",
    "--- \n",
    "...\n",
];

fn pieces() -> impl Strategy<Value = &'static str> {
    select([&PIECES[..], &MORE_PIECES].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn on_any_text(text: String) {
        exercise(&text);
    }

    #[test]
    fn on_any_bytes(bytes: Vec<u8>, before in select(&PIECES[..])) {
        match decode("t.yaml", &[before.as_bytes(), &bytes].concat()) {
            Ok(text) => exercise(&text),
            Err(refused) => prop_assert!(!refused.render(Style::Plain).is_empty()),
        }
    }

    #[test]
    fn on_pieces_of_yaml(pieces in prop::collection::vec(pieces(), 0..60)) {
        exercise(&pieces.concat());
    }

    #[test]
    fn on_a_good_file_with_changes(
        good in select(&GOOD[..]),
        changes in prop::collection::vec(
            (any::<Index>(), 0usize..40, pieces(), 0u8..4), 1..5),
    ) {
        let mut text = good.to_owned();
        for (at, length, piece, how) in changes {
            let at = at.index(text.len() + 1);
            mutate(&mut text, at, length, piece, how);
        }
        exercise(&text);
    }
}
