//! `${…}` in a text, which Flux would replace.
//!
//! Flux replaces it in the text of the file, before it is read as YAML. So what counts is how a
//! text is written: `"\x24{x}"` is the text `${x}` and would not be replaced.

use std::ops::Range;

use super::Pointer;
use crate::diagnostic::{Code, Diagnostic, quoted};

/// A `${…}` in a value or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Substitution {
    /// The value, or the value of the key.
    pub(crate) at: Pointer,
    /// Whether it is in the key.
    pub(crate) is_key: bool,
    /// Where the whole text is, in bytes.
    pub(crate) text: Range<usize>,
    /// Where the `${…}` is, in bytes.
    pub(crate) span: Range<usize>,
}

/// The bytes of the first `${…}` with a name in it.
pub(super) fn find(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find("${") {
        let start = from + found;
        let inside = text.get(start + 2..)?;
        let end = inside.find(|c| !is_of_a_name(c)).unwrap_or(inside.len());
        if end > 0 && inside.get(end..)?.starts_with('}') {
            return Some(start..start + 2 + end + 1);
        }
        from = start + 2;
    }
    None
}

/// The `${…}` in which this byte is.
pub(super) fn around(text: &str, at: usize) -> Option<Range<usize>> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next()?;
    let mut from = 0;
    while let Some(found) = find(line.get(from..)?) {
        let span = start + from + found.start..start + from + found.end;
        if span.contains(&at) {
            return Some(span);
        }
        from += found.end;
    }
    None
}

/// That it is not replaced where it cannot stay.
pub(crate) fn refused(text: &str, span: Range<usize>) -> Diagnostic {
    let shown = quoted(text.get(span.clone()).unwrap_or_default());
    let message = format!("{shown} is not replaced: Flux would do that, stormcell does not");
    Diagnostic::new(Code::NotReplaced, span, message).help(
        "write the value itself; only `config` and `grants.env` of a spout or bolt can have a text \
         from outside: `{ secret: NAME }`",
    )
}

/// Whether the name of a property or a variable may have this character.
fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']' | ':' | '/')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::source::Document;

    #[test]
    fn only_what_has_a_name_is_found() {
        for (text, found) in [
            ("${a}", Some("${a}")),
            ("x${ENV-HOME}/y${z}", Some("${ENV-HOME}")),
            ("${topology.name}", Some("${topology.name}")),
            ("${hosts[0]}", Some("${hosts[0]}")),
            ("${${a}}", Some("${a}")),
            ("$${a}", Some("${a}")),
            ("${} ${a}", Some("${a}")),
            ("${", None),
            ("${}", None),
            ("${a", None),
            ("${a b}", None),
            ("${a + 1}", None),
            ("$a $(a) {a} $ {a} %{a}", None),
        ] {
            assert_eq!(find(text).map(|span| &text[span]), found, "{text}");
        }
    }

    #[test]
    fn the_one_around_a_byte_is_found() {
        let text = "a: 1\nb: [${c}, ${d}]\n${e}";
        let around = |at: &str| Some(&text[super::around(text, text.find(at)?)?]);
        assert_eq!(around("{c"), Some("${c}"));
        assert_eq!(around("${d"), Some("${d}"));
        assert_eq!(around("}]"), Some("${d}"));
        assert_eq!(around("}"), Some("${c}"));
        assert_eq!(around("b"), None);
        assert_eq!(around(", "), None);
        assert_eq!(around("{e"), Some("${e}"));
        assert_eq!(super::around(text, text.len() + 1), None);
    }

    /// Without quotes it is no YAML within `{` or `[`, where Flux would have replaced it before.
    #[test]
    fn it_is_told_of_where_it_is_no_yaml() {
        for text in [
            "a: { b: 1, c: ${d} }\n",
            "a: [${d}, ${e}]\n",
            "a: [x${d}]\n",
        ] {
            let refused = Document::read("t.yaml", text).unwrap_err();
            let item = &refused.items()[0];
            assert_eq!(item.code, Code::NotReplaced, "{refused}");
            assert_eq!(&text[item.primary.span.clone()], "${d}");
        }
    }

    #[test]
    fn what_counts_is_how_a_text_is_written() {
        let text =
            "a: '${x}'\nb: \"\\x24{x}\"\nc: |\n  one\n  ${x}\n${x}: 1 # ${y}\nd: [&n '${x}']\n";
        let document = Document::read("t.yaml", text).unwrap();
        assert_eq!(document.value["b"], "${x}");
        let found: Vec<&str> = document
            .substitutions
            .iter()
            .map(|it| it.at.as_str())
            .collect();
        assert_eq!(found, ["/a", "/c", "/${x}", "/d/0"]);
        for it in &document.substitutions {
            assert_eq!(&text[it.span.clone()], "${x}");
        }
    }
}
