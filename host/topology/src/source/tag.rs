//! Tags that mean nothing in a topology file, as `!include` and `!ENV`: the reader leaves them out
//! without a word.

use crate::diagnostic::{Code, Diagnostic, quoted};

/// Tags of YAML, which say what type a value has.
const KNOWN: &[&str] = &[
    "!", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!binary", "!!map", "!!seq",
];

/// What is wrong with the tag, if any, of the part that begins at this byte.
pub(super) fn check(text: &str, start: usize) -> Option<Diagnostic> {
    let before = text.get(..start)?;
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let mut rest = before.get(line..)?;
    // There may be an anchor between them.
    loop {
        let trimmed = rest.trim_end_matches([' ', '\t']);
        if trimmed.len() == rest.len() {
            return None;
        }
        let is_outside = |c: char| matches!(c, ' ' | '\t' | '[' | '{' | ',');
        let at = trimmed.rfind(is_outside).map_or(0, |at| at + 1);
        let word = trimmed.get(at..)?;
        if word.starts_with('!') {
            let span = line + at..line + trimmed.len();
            let is_known = KNOWN.contains(&word) || word.starts_with("!<tag:yaml.org,2002:");
            return (!is_known).then(|| {
                let message = format!("the tag {} means nothing here", quoted(word));
                Diagnostic::new(Code::Syntax, span, message).help(
                    "remove it: nothing in the file is included or replaced; a text that begins \
                     with `!` needs quotes",
                )
            });
        }
        if !word.starts_with('&') {
            return None;
        }
        rest = trimmed.get(..at)?;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::source::Document;

    #[test]
    fn a_tag_that_means_nothing_is_told_of() {
        for (text, tag) in [
            ("a: !include b.yaml\n", "!include"),
            ("a: !ENV '${HOME}/b'\n", "!ENV"),
            ("a: [!x b, c]\n", "!x"),
            ("a: {!x b: c}\n", "!x"),
            ("a: !x {b: c}\n", "!x"),
            ("a: !x &y b\n", "!x"),
            ("a: &y !x b\n", "!x"),
            ("!x a: b\n", "!x"),
            ("a: !!python/name:os.system b\n", "!!python/name:os.system"),
        ] {
            let document = Document::read("t.yaml", text).unwrap();
            let told: Vec<&str> = document
                .faults
                .iter()
                .map(|fault| &text[fault.primary.span.clone()])
                .collect();
            assert_eq!(told, [tag], "{text}");
        }
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in [
            "a: !!str 1\n",
            "a: ! 1\n",
            "a: !<tag:yaml.org,2002:str> 1\n",
            "a: '!x y'\n",
            "a: b !x y\n",
            "a: |\n  !x y\n",
            "a! : b!\n",
            "a!: {b!: !!map {}}\n",
        ] {
            let document = Document::read("t.yaml", text).unwrap();
            assert_eq!(document.faults, [], "{text}");
        }
    }
}
