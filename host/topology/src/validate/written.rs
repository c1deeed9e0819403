//! How values are written: numbers that may mean something else, what Flux would replace, and
//! characters that only look right.

use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::source::{Document, Substitution, lookalike_in, number_as_text};

/// No more texts in which Flux would replace something are told of, of each severity.
const TOLD: usize = 50;

/// What is wrong with a number, or is not replaced in a text, takes the place of whatever else
/// was found there: that only follows from it.
pub(super) fn check(document: &Document, found: &mut Vec<Diagnostic>) {
    for diagnostic in found.iter_mut().filter(|item| is_of_a_word(item.code)) {
        let here = document.written(&diagnostic.primary.span);
        if let Some(help) = lookalike_in(here) {
            diagnostic.help = Some(help);
        }
    }
    let mut faults = document.faults.clone();
    for fault in &mut faults {
        let span = fault.primary.span.clone();
        // A number is of the wrong type where there must be text.
        let needs_text = found
            .iter()
            .any(|other| other.code == Code::WrongType && span == other.primary.span);
        if needs_text && fault.code == Code::LeadingZero {
            fault.help = Some(number_as_text(document.written(&span)));
        }
        found.retain(|other| !span.contains(&other.primary.span.start));
    }
    found.extend(faults);
    let (free, fixed): (Vec<_>, Vec<_>) = document
        .substitutions
        .iter()
        .partition(|substitution| is_free(substitution));
    for substitution in fixed.into_iter().take(TOLD) {
        found.retain(|other| !substitution.text.contains(&other.primary.span.start));
        found.push(document.not_replaced(substitution));
    }
    let free = free.into_iter().take(TOLD);
    found.extend(free.map(|substitution| taken_as_it_is(document, substitution)));
}

/// Whether such a mistake points at one key, name or value.
fn is_of_a_word(code: Code) -> bool {
    matches!(
        code,
        Code::UnknownKey
            | Code::WrongType
            | Code::UnknownValue
            | Code::BadDuration
            | Code::BadSize
            | Code::BadName
            | Code::BadHost
            | Code::UnknownComponent
    )
}

/// Whether the text is one that may be anything: the host does not read it.
fn is_free(substitution: &Substitution) -> bool {
    let steps: Vec<&str> = substitution.at.as_str().split('/').skip(1).collect();
    matches!(
        steps.as_slice(),
        ["spouts" | "bolts", _, "config", ..]
            | ["spouts" | "bolts", _, "grants", "env", ..]
            | ["streams", _, "grouping", "config", ..]
            | ["streams", _, "name"]
    )
}

/// Whether there may be a secret in the place of the text.
fn may_be_secret(substitution: &Substitution) -> bool {
    let at = substitution.at.as_str();
    !substitution.is_key && !at.starts_with("/streams/") && !at.ends_with("/secret")
}

fn taken_as_it_is(document: &Document, substitution: &Substitution) -> Diagnostic {
    let span = substitution.span.clone();
    let written = document.written(&span);
    let inside = written.trim_start_matches("${").trim_end_matches('}');
    let message = format!(
        "{} is taken as it is: Flux would replace it, stormcell does not",
        quoted(written)
    );
    let secret = match may_be_secret(substitution) {
        true => format!(
            ", or for the whole text `{{ secret: {} }}`",
            secret_name(inside)
        ),
        false => String::new(),
    };
    let help = format!(
        "write the text itself{secret}; if `${{` is meant, write it in double quotes as `\\x24{{`"
    );
    Diagnostic::new(Code::TakenAsItIs, span, message).help(help)
}

/// A name of a secret, made of that of a variable or a property.
fn secret_name(written: &str) -> String {
    let name = written.strip_prefix("ENV-").unwrap_or(written);
    // Behind a colon there may be what stands for it if it is not there.
    let name = name.split(':').next().unwrap_or_default();
    let plain = |c: char| match c.is_ascii_alphanumeric() || c == '_' {
        true => c,
        false => '_',
    };
    let name: String = name.chars().take(64).map(plain).collect();
    match name.is_empty() {
        true => "NAME".to_owned(),
        false => name,
    }
}
