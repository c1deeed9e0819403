//! Why a text is not YAML, in words for people who write it.

use std::ops::Range;

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, UserMessageFormatter};

use super::lookalike::{self, Lookalike};
use super::yaml::location_span;
use super::{substitution, wording};
use crate::diagnostic::{Code, Diagnostic, quoted};

/// What the reader has against the text.
pub(super) fn refusal(text: &str, error: &Error) -> Diagnostic {
    let span = error
        .location()
        .map_or(0..0, |location| location_span(text, &location));
    let syntax = |message: &str| {
        Diagnostic::new(
            Code::Syntax,
            span.clone(),
            format!("the file is not valid YAML: {message}"),
        )
    };
    match innermost(error) {
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.clone().unwrap_or_default();
            let message = format!("the key {} is there twice", quoted(&key));
            Diagnostic::new(Code::DuplicateKey, span, message)
                .label("a second time here")
                .help("remove or rename one of them")
        }
        Error::MultipleDocuments { .. } => several_documents(text, span.start),
        Error::Budget { breach, .. } => syntax(match breach {
            BudgetBreach::Depth { .. } => "its parts are more than 32 deep in each other",
            _ => "it has more parts than a topology file may have",
        }),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            syntax("its aliases repeat more than a topology file may have")
        }
        Error::UnknownAnchor { .. } => syntax("nothing before this `*NAME` is marked by `&NAME`")
            .help("a text that begins with `*` needs quotes"),
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            syntax("the alias is a part of what it repeats")
        }
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            syntax("`<<` needs a mapping, or a list of mappings")
        }
        Error::InvalidScalar { ty, .. } => syntax(match *ty {
            "boolean" => BOOLEAN,
            "floating point" => "the tag before it is that of a number, and this is none",
            _ => {
                "the tag before it is that of a whole number, which has at most 64 bits and no \
                 leading zero"
            }
        }),
        Error::InvalidBooleanStrict { .. } => syntax(BOOLEAN),
        Error::NullIntoString { .. } => syntax("a key must be a text, but is empty"),
        Error::BinaryNotUtf8 { .. } => syntax("the `!!binary` value is no UTF-8"),
        Error::InvalidBinaryBase64 { .. } => syntax("the `!!binary` value is no Base64"),
        Error::Unexpected { .. } if is_template(text, span.start) => {
            syntax(TEMPLATE.0).help(TEMPLATE.1)
        }
        Error::Unexpected { .. } => syntax("a key must be a text"),
        _ => {
            // The place is shown by the caret; the message need not repeat it.
            let whole = error.render_with_formatter(&UserMessageFormatter);
            let said = whole.rfind(" at line ").map_or(&*whole, |at| &whole[..at]);
            as_said(text, span, said)
        }
    }
}

const BOOLEAN: &str = "the tag before it is that of `true` and `false`, and this is neither";
/// What is wrong with a template of Jinja or the like, and what to do.
const TEMPLATE: (&str, &str) = (
    "a text that begins with `{` needs quotes",
    "`{{ … }}` and `{% … %}` are not replaced: write the text itself",
);

/// What the parser has against the text, with what most likely is the cause.
fn as_said(text: &str, span: Range<usize>, said: &str) -> Diagnostic {
    if let Some(inside) = substitution::around(text, span.start) {
        return substitution::refused(text, inside);
    }
    let syntax = |span: &Range<usize>, message: &str| {
        let message = format!("the file is not valid YAML: {message}");
        Diagnostic::new(Code::Syntax, span.clone(), message)
    };
    if said.contains("tab")
        && let Some(tab) = lookalike::tab_from(text, span.start)
    {
        return syntax(&tab, "a tab cannot indent a line").help("write plain spaces in its place");
    }
    let (message, help) = wording::plain(said);
    let refused = syntax(&span, &message);
    if is_template(text, span.start) {
        return syntax(&span, TEMPLATE.0).help(TEMPLATE.1);
    }
    if let Some(colon) = unspaced_key(text, span.start) {
        let what = "this `:` has no space behind it, so what is before it is no key";
        return refused
            .also(colon, what)
            .help("write a space after the `:`");
    }
    match (lookalike::before(text, span.start), help) {
        (Some(Lookalike { span: at, .. }), Some(help)) if at.start == span.start => {
            refused.help(help)
        }
        (Some(Lookalike { span, what, help }), _) => refused.also(span, what).help(help),
        (None, Some(help)) => refused.help(help),
        (None, None) => refused,
    }
}

/// The `:` of a key without a space behind it, in the line before the one of these bytes. The
/// reader takes such a line for the beginning of a text, which goes on in the next line.
fn unspaced_key(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?;
    let before = before.get(..before.rfind('\n')?)?.trim_end();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.get(start..)?;
    let (key, value) = line.split_once(':')?;
    let name = key.trim_start_matches([' ', '-']);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_key = !name.is_empty() && name.chars().all(is_name);
    // After the scheme of a URL there are two slashes.
    let is_value = value.starts_with(|c: char| !c.is_whitespace() && c != '/');
    let colon = start + key.len();
    (is_key && is_value).then_some(colon..colon + 1)
}

/// Whether the file is a template of Jinja or the like: `{{` or `{%` is here, or before here.
fn is_template(text: &str, at: usize) -> bool {
    let from = text.floor_char_boundary(at.saturating_sub(1));
    let here = text.get(from..).unwrap_or_default();
    here.starts_with("{{") || here.starts_with("{%")
}

/// The error of a value that an alias repeats is that of the value.
fn innermost(error: &Error) -> &Error {
    match error.without_snippet() {
        Error::AliasError { error, .. } => innermost(error),
        error => error,
    }
}

/// A line `---` begins another document, wherever it stands.
fn several_documents(text: &str, inside: usize) -> Diagnostic {
    let mut start = 0;
    let mut second = None;
    // The first may have a `---` as well, with nothing but comments and directives before it.
    let mut has_begun = false;
    for line in text.split_inclusive('\n') {
        if start > inside {
            break;
        }
        let is_marker = is_marker(line, "---");
        if is_marker && has_begun {
            second = Some(start..start + 3);
        }
        has_begun |= is_marker || !(line.trim().is_empty() || line.starts_with(['#', '%']));
        start += line.len();
    }
    if second.is_none()
        && let Some(after) = after_the_end(text)
    {
        return after;
    }
    Diagnostic::new(
        Code::Syntax,
        second.unwrap_or(inside..inside),
        "the file has more than one YAML document, but may have one only",
    )
    .label("the next one begins here")
    .help("put each topology into a file of its own, or remove the line `---`")
}

/// What stands after the end of the document: the reader does not look at it.
pub(super) fn after_the_end(text: &str) -> Option<Diagnostic> {
    let mut start = 0;
    let mut has_ended = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let is_end = is_marker(line, "...");
        if has_ended && !is_end && !content.is_empty() && !content.starts_with('#') {
            let span = start..start + line.trim_end().len();
            return Some(
                Diagnostic::new(
                    Code::Syntax,
                    span,
                    "the file goes on after the end of its document, which is the line `...`",
                )
                .help("remove the line `...`, or what is after it"),
            );
        }
        has_ended |= is_end;
        start += line.len();
    }
    None
}

/// Whether a line begins or ends a document: such a line is a part of no value.
fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}
