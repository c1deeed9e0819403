//! Texts of a component that people read: errors, names of functions, what it printed
//! before it died. Nothing in them may do more to a terminal than be shown.

use std::borrow::Cow;

/// The text with its control characters escaped, all but line breaks and tabs.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal would do something else than show it.
fn is_obeyed(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// A number of bytes as in `limits` of a topology file.
pub(crate) fn human_bytes(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB"];
    let power = (bytes.max(1).ilog2() / 10).min(3);
    let unit = units.get(power as usize).copied().unwrap_or("bytes");
    let whole = 1_u64 << (10 * power);
    if bytes.is_multiple_of(whole) {
        format!("{} {unit}", bytes / whole)
    } else {
        format!("{:.1} {unit}", bytes as f64 / whole as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(plain("a\tb\nc é 中"), "a\tb\nc é 中");
        assert_eq!(
            plain("\u{1b}[31mred\u{9b}2J\r\n\u{7}"),
            "\\u{1b}[31mred\\u{9b}2J\\r\n\\u{7}"
        );
    }
}
