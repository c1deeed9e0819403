//! What the reader of YAML says of a text, in words for people who do not know how it is read.

const INDENTATION: &str =
    "all keys of a mapping begin in the same column, and so do all `-` of a list";
const BRACKET: &str = "perhaps a `[` or `{` before it is not closed";
const AFTER_KEY: &str = "after the `:` of a key, and after the `-` of an item, there must be a space; a text with `: ` in it needs quotes";

/// What the reader says, the same in plain words, and what to do. The first row that it contains
/// counts.
const SAID: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "this `:` does not follow a key",
        AFTER_KEY,
    ),
    (
        "illegal placement of ':'",
        "this `:` does not follow a key",
        BRACKET,
    ),
    ("simple key", "this is no key: it has no `:`", AFTER_KEY),
    (
        "mapping keys are not allowed",
        "a key cannot be here",
        AFTER_KEY,
    ),
    (
        "':' must be followed by",
        "there is no space after the `:`",
        "",
    ),
    ("':' may not precede", "there is no space after the `:`", ""),
    (
        "'-' must be followed by",
        "there is no space after the `-`",
        "",
    ),
    (
        "flow mapping",
        "there is no `,` or `}` before this",
        "separate the keys of a `{` by `,`, and close it by `}`; a text with `{`, `}`, `[`, `]` or `,` in it needs quotes",
    ),
    (
        "flow sequence",
        "there is no `,` or `]` before this",
        "separate the items of a `[` by `,`, and close it by `]`; a text with `{`, `}`, `[`, `]` or `,` in it needs quotes",
    ),
    (
        "is only valid inside a block",
        "an item with `-` cannot be within `[` or `{`",
        BRACKET,
    ),
    (
        "block sequence entries are not allowed",
        "an item with `-` cannot be here",
        "write the `-` in a line of its own",
    ),
    (
        "block collection",
        "this line is no item of the list before it, and no part of one",
        INDENTATION,
    ),
    (
        "block mapping",
        "this line is no key of the mapping before it",
        INDENTATION,
    ),
    (
        "wrongly indented line",
        "this line is indented otherwise than the text that it is in",
        "all lines of a text after `|` or `>` begin in the column of its first one, or behind it",
    ),
    (
        "block scalar",
        "this cannot follow the `|` or `>`",
        "the text begins in the next line",
    ),
    (
        "multiline quoted",
        "this line of a text in quotes is not indented enough",
        "perhaps the quotes before it are not closed",
    ),
    ("indentation", "this line is indented wrongly", INDENTATION),
    ("misplaced bracket", "this bracket closes nothing", ""),
    (
        "document indicator",
        "this line is within a text in quotes",
        "perhaps the quotes before it are not closed",
    ),
    (
        "after single-quoted",
        "something follows the quotes",
        "within single quotes `'` is written twice: `''`",
    ),
    (
        "after double-quoted",
        "something follows the quotes",
        "within double quotes `\"` is written `\\\"`",
    ),
    (
        "unknown escape",
        "this text in double quotes has a `\\` with a character behind it that means nothing there",
        "write `\\\\` for `\\`, or put the text in single quotes",
    ),
    (
        "while parsing a quoted scalar",
        "a `\\` in double quotes is not followed by the code of a character",
        "write `\\\\` for `\\`, or put the text in single quotes",
    ),
    (
        "BOM must not",
        "U+FEFF can be at the beginning of the file only",
        "remove it: it cannot be seen",
    ),
    (
        "document start",
        "before this there must be a line `---`",
        "a line that begins with `%` is a directive of YAML",
    ),
    (
        "directive",
        "this line is no directive of YAML that can be here",
        "a text that begins with `%` needs quotes",
    ),
    (
        "comment",
        "this cannot be a comment here",
        "before the `#` of a comment there must be a space, and none can be within a text",
    ),
    (
        "while scanning an anchor or alias",
        "after this there must be a name",
        "a text that begins with `*` or `&` needs quotes",
    ),
    (
        "tag",
        "this is no tag of YAML",
        "a text that begins with `!` needs quotes",
    ),
];

/// What the reader says in plain words, and what to do about it.
pub(super) fn plain(said: &str) -> (String, Option<String>) {
    if let Some(character) = said.strip_prefix("unexpected character: `") {
        return unexpected(character.trim_end_matches('\''));
    }
    match SAID.iter().find(|(theirs, _, _)| said.contains(theirs)) {
        Some((_, ours, "")) => ((*ours).to_owned(), None),
        Some((_, ours, help)) => ((*ours).to_owned(), Some((*help).to_owned())),
        None => (said.to_owned(), None),
    }
}

/// A character that cannot be here, as it is written in a string of Rust.
fn unexpected(character: &str) -> (String, Option<String>) {
    let code = character
        .strip_prefix("\\u{")
        .and_then(|rest| u32::from_str_radix(rest.strip_suffix('}')?, 16).ok());
    match code {
        Some(code) => (
            format!("the character U+{code:04X} cannot be in it"),
            Some("remove it, or write it with `\\x` or `\\u` in double quotes".to_owned()),
        ),
        None => (
            format!("a text cannot begin with `{character}`"),
            Some("put the text in quotes".to_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_told_in_plain_words() {
        for (said, ours) in [
            (
                "mapping values are not allowed in this context",
                "this `:` does not follow a key",
            ),
            ("unexpected character: `@'", "a text cannot begin with `@`"),
            ("unexpected character: ``'", "a text cannot begin with ```"),
            (
                "unexpected character: `\\u{1b}'",
                "the character U+001B cannot be in it",
            ),
            (
                "while parsing a flow mapping, did not find expected ',' or '}'",
                "there is no `,` or `}` before this",
            ),
            ("unclosed quote", "unclosed quote"),
        ] {
            assert_eq!(plain(said).0, ours);
        }
    }
}
