//! Names that a component gives to its functions and files, as people are shown them.

use stormcell_topology::plain_text::beginning;

/// Bytes of a name that are shown, and of the path of a file.
pub(crate) const SHOWN: usize = 256;

/// What stands where the beginning of a path was cut off.
const CUT: &str = "…";

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
    match name.len() {
        ..=MANGLED => beginning(SHOWN, format_args!("{:#}", rustc_demangle::demangle(name))),
        _ => beginning(SHOWN, name),
    }
}

/// The path of a file in the source. Of one that is too long the end is shown.
pub(crate) fn file(path: &str) -> String {
    if path.len() <= SHOWN {
        return beginning(SHOWN, path);
    }
    let begin = path.ceil_char_boundary(path.len() - (SHOWN - CUT.len()));
    let end = path.get(begin..).unwrap_or_default();
    beginning(SHOWN, format_args!("{CUT}{end}"))
}

#[cfg(test)]
mod tests;
