use proptest::prelude::*;

use super::*;
use crate::plain_text::{line, lines, spaced};

/// Texts with everything that is escaped, and characters of all lengths.
fn text() -> impl Strategy<Value = String> {
    let characters = prop_oneof![
        8 => any::<char>(),
        4 => prop::sample::select(vec![
            'a', '\n', '\t', '\r', '\u{1b}', '\u{9b}', '\u{202e}', '\u{7f}', 'é', '€', '😀',
        ]),
    ];
    prop::collection::vec(characters, 0..400).prop_map(String::from_iter)
}

/// How a text is cut into pieces that are written one after the other.
fn written(text: &str, cuts: &[usize], mut to: Bounded) -> Bounded {
    let mut rest = text;
    for cut in cuts {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(cut % (rest.len() + 1)));
        let _ = to.write_str(piece);
        rest = after;
    }
    let _ = to.write_str(rest);
    to
}

fn stopping(most: usize) -> Bounded {
    Bounded::line(most).stopping()
}

proptest! {
    #[test]
    fn it_is_never_longer_plain_and_the_same_when_written_again(
        text in text(),
        most in 0..600_usize,
        cuts in prop::collection::vec(any::<usize>(), 0..4),
    ) {
        for new in [Bounded::new, Bounded::line, Bounded::spaced, stopping] {
            let shown = written(&text, &cuts, new(most)).finish();
            prop_assert!(shown.len() <= most.max(MARK), "{} of {most}", shown.len());
            prop_assert!(!shown.contains(|c| new(0).is_escaped(c)));
            prop_assert_eq!(&written(&shown, &cuts, new(most)).finish(), &shown);
        }
    }

    #[test]
    fn what_fits_is_only_escaped_and_what_does_not_begins_like_it(
        text in text(),
        most in 0..600_usize,
        cuts in prop::collection::vec(any::<usize>(), 0..4),
    ) {
        for (whole, to) in [
            (lines(&text), Bounded::new(most)),
            (line(&text), Bounded::line(most)),
            (spaced(&text).into(), Bounded::spaced(most)),
        ] {
            let to = written(&text, &cuts, to);
            prop_assert_eq!(to.is_cut(), whole.len() > most.max(MARK));
            let cut = to.is_cut();
            let shown = to.finish();
            match shown.rsplit_once('…') {
                Some((begins, said)) if cut => {
                    prop_assert!(whole.starts_with(begins), "{shown}");
                    prop_assert!(said.ends_with(" more)"), "{shown}");
                }
                _ => prop_assert_eq!(shown, whole),
            }
        }
    }

    #[test]
    fn what_was_cut_is_what_is_missing(length in 0..3_000_usize, most in MARK..900) {
        let text = "x".repeat(length);
        let shown = bounded(most, &text);
        let (kept, said) = shown.split_once('…').unwrap_or((&shown, ""));
        let (amount, unit) = amount(length - kept.len());
        match length - kept.len() {
            0 => prop_assert_eq!(said, ""),
            _ => prop_assert_eq!(said, format!(" ({amount} {unit} more)")),
        }
        prop_assert!(kept.len() == length || kept.len() + MARK >= most);
    }
}

#[test]
fn escapes_are_not_parted() {
    for most in 28..60 {
        let shown = bounded(most, "\u{1b}".repeat(100));
        let (kept, _) = shown.split_once('…').unwrap_or_default();
        assert_eq!(kept.replace("\\u{1b}", ""), "", "{most}: {shown}");
    }
}

/// A text that would be written for ever (a name that is demangled, say).
#[test]
fn a_text_without_an_end_is_stopped() {
    struct Endless;
    impl Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("on and on ")?;
            }
        }
    }
    let shown = bounded_line(64, Endless);
    assert!(shown.ends_with("… (over 64 MiB more)"), "{shown}");
    assert!(shown.len() <= 64);
    assert_eq!(beginning(30, Endless), "on and on on and on on and …");
}

/// Nothing is written of a text beyond the part that is shown.
#[test]
fn who_writes_is_stopped_where_the_text_is_cut() {
    let mut to = Bounded::line(40).stopping();
    assert!(to.write_str(&"x".repeat(40)).is_ok());
    assert!(to.write_str("x").is_err() && to.write_str("x").is_err());
    assert_eq!(to.finish(), format!("{}…", "x".repeat(37)));
    assert_eq!(
        beginning(28, "\u{4e2d}".repeat(10)),
        format!("{}…", "\u{4e2d}".repeat(8))
    );
    assert_eq!(beginning(28, "x".repeat(28)), "x".repeat(28));
}

#[test]
fn what_nobody_writes_is_counted() {
    let mut to = Bounded::line(40);
    let _ = to.write_str("0123456789abcdefghij");
    to.skip(2 << 20);
    assert_eq!(to.finish(), "0123456789ab… (2.0 MiB more)");
    let mut to = Bounded::line(40);
    to.skip(0);
    to.skip(1);
    assert_eq!(to.finish(), "… (1 byte more)");
}
