//! No text makes the crate panic or hang, and whatever is said can be shown.

mod support;

use proptest::prelude::*;
use proptest::sample::Index;
use support::texts::{GOOD, PIECES, exercise, mutate};

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
            let at = at.index(text.len() + 1);
            mutate(&mut text, at, length, piece, how);
        }
        exercise(&text);
    }
}
