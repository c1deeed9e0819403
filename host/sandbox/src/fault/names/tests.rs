use proptest::prelude::*;

use super::*;

#[test]
fn names_are_as_in_the_source() {
    for (name, shown) in [
        ("_ZN3foo3bar17h05af221e174051e9E", "foo::bar"),
        ("_RNvC6_123foo3bar", "123foo::bar"),
        ("main", "main"),
        ("_Z1fSt4pairIiiE", "_Z1fSt4pairIiiE"),
        ("two\nlines\u{1b}[2J", "two\\nlines\\u{1b}[2J"),
    ] {
        assert_eq!(function(name), shown);
    }
}

#[test]
fn of_a_long_name_the_beginning_is_shown() {
    let shown = function(&"n".repeat(99_000));
    assert_eq!(shown, format!("{}…", "n".repeat(SHOWN - CUT.len())));
    // Each of these is shown as eight.
    assert!(function(&"\u{202e}".repeat(100)).len() <= SHOWN);
}

#[test]
fn of_a_long_path_the_end_is_shown() {
    assert_eq!(file("src/lib.rs"), "src/lib.rs");
    let shown = file(&format!("{}/src/lib.rs", "folder".repeat(1_000)));
    assert!(shown.starts_with('…') && shown.ends_with("folder/src/lib.rs"));
    assert_eq!(shown.len(), SHOWN);
    assert_eq!(file(&shown), shown, "as the parent reads it from its child");
    assert!(file(&"\u{4e2d}".repeat(1_000)).len() <= SHOWN);
}

/// A pair of two pairs of two pairs, and so on: each is a few bytes, and twice as long when
/// it is readable (RFC 2603).
#[test]
fn a_name_of_rust_that_expands() {
    let mut name = "_RINvC1a1bTuuE".to_owned();
    let mut last = "7".to_owned();
    for _ in 0..30 {
        let next = name.len() - 2;
        name.push_str(&format!("TB{last}_B{last}_E"));
        last = base_62(next - 1);
    }
    name.push('E');
    let begun = "a::b::<((), ())";
    let whole = format!("{:#}", rustc_demangle::demangle(&name));
    assert!(
        whole.starts_with(begun) && whole.len() > 100_000,
        "{} bytes: {}",
        whole.len(),
        beginning(100, &whole)
    );
    let shown = function(&name);
    assert!(shown.starts_with(begun) && shown.len() <= SHOWN, "{shown}");
}

fn base_62(number: usize) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digit = |n: usize| char::from(DIGITS[n % 62]);
    match number / 62 {
        0 => digit(number).to_string(),
        rest => format!("{}{}", base_62(rest), digit(number)),
    }
}

proptest! {
    #[test]
    fn every_name_is_short_and_plain(
        name in prop_oneof![".*", "_R[A-Za-z0-9_]{0,400}", "_ZN([0-9]{1,2}[a-z$.]{0,60}){0,9}E"],
    ) {
        for shown in [function(&name), file(&name)] {
            prop_assert!(shown.len() <= SHOWN);
            prop_assert!(!shown.contains(char::is_control));
        }
    }
}
