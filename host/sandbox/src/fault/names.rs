//! Names that a component gives to its functions and files, as people are shown them.

use stormcell_topology::plain_text;

use super::bounded::{CUT, bounded};

/// Bytes of a name that are shown, and of the path of a file.
pub(crate) const SHOWN: usize = 256;

/// Bytes of a name that is looked at as one that a compiler has made: those of Rust have a
/// few hundred.
const MANGLED: usize = 8 << 10;

/// The name of a function as it stands in the source, without the hash of Rust's compiler.
/// Names of other languages stay as they are.
///
/// Making a name readable takes as long as the name that comes of it is, at least: a short
/// one may be made to stand for one of any length. So what is written is bounded, and with
/// it the work.
pub(crate) fn function(name: &str) -> String {
    let shown = match name.len() {
        ..=MANGLED => bounded(format_args!("{:#}", rustc_demangle::demangle(name)), SHOWN),
        _ => bounded(name, SHOWN),
    };
    plain(&shown)
}

/// The path of a file in the source. Of one that is too long the end is shown.
pub(crate) fn file(path: &str) -> String {
    let begin = path.ceil_char_boundary(path.len().saturating_sub(SHOWN));
    match path.get(begin..) {
        Some(end) if begin > 0 => plain(&format!("{CUT}{end}")),
        _ => plain(path),
    }
}

/// The text in one line, with nothing that a terminal would obey. Escapes are longer than
/// what they stand for.
fn plain(text: &str) -> String {
    bounded(plain_text::line(text), SHOWN + CUT.len_utf8())
}

#[cfg(test)]
mod tests;
