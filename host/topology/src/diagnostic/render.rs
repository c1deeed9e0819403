//! Diagnostics as people read them: the line, a caret, what to do.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Label, Severity};

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without escape sequences.
    Plain,
    /// With ANSI colours.
    Coloured,
}

impl Diagnostics {
    /// All of them as text, each with the lines of the file that it is about.
    /// Empty if there are none, else it ends in a line feed.
    pub fn render(&self, style: Style) -> String {
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Coloured => Renderer::styled(),
        };
        let text = shown(&self.text);
        let mut out = String::new();
        for item in &self.items {
            out.push_str(&renderer.render(&[self.group(item, &text)]));
            out.push_str("\n\n");
        }
        if let Some(first) = self.items.first() {
            out.push_str(&format!(
                "for more about a code, run `stormcell explain {}`\n",
                first.code
            ));
        }
        out
    }

    fn group<'a>(&'a self, item: &'a Diagnostic, text: &'a str) -> Group<'a> {
        let level = match item.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut snippet = Snippet::source(text)
            .path(&*self.file)
            .annotation(self.annotation(AnnotationKind::Primary, &item.primary));
        for label in &item.secondary {
            snippet = snippet.annotation(self.annotation(AnnotationKind::Context, label));
        }
        let mut group = level
            .primary_title(item.message.as_str())
            .id(item.code.as_str())
            .element(snippet);
        if let Some(help) = &item.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }

    fn annotation<'a>(
        &self,
        kind: AnnotationKind,
        label: &'a Label,
    ) -> annotate_snippets::Annotation<'a> {
        let annotation = kind.span(within(&self.text, &label.span));
        if label.text.is_empty() {
            annotation
        } else {
            annotation.label(label.text.as_str())
        }
    }
}

/// The text without the characters that a terminal would obey and that the renderer lets
/// through: control characters from U+0080 to U+009F, marks of direction, and separators of lines
/// and paragraphs. Each is replaced by one of as many bytes, so that spans stay as they are.
fn shown(text: &str) -> Cow<'_, str> {
    let replacement = |c: char| match c {
        '\u{80}'..='\u{9f}' | '\u{61c}' => Some('·'),
        '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' => Some(char::REPLACEMENT_CHARACTER),
        _ => None,
    };
    match text.contains(|c: char| replacement(c).is_some()) {
        true => Cow::Owned(text.chars().map(|c| replacement(c).unwrap_or(c)).collect()),
        false => Cow::Borrowed(text),
    }
}

/// The span cut to the text and to whole characters.
pub(super) fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end).max(start);
    start..end
}

#[cfg(test)]
mod tests {
    use crate::{Style, parse};

    /// Found by the fuzz target `description`.
    #[test]
    fn control_characters_of_the_file_are_not_shown() {
        let text = "name: t\nspouts: [\u{9b}2J\u{85}\u{7f}\u{1b}[2J]\n";
        let Err(refused) = parse("t.yaml", text) else {
            panic!("accepted");
        };
        let shown = refused.render(Style::Plain);
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!shown.contains(obeyed), "{shown:?}");
    }

    /// With these characters a line of the file could look like another one, or like two.
    #[test]
    fn characters_of_the_file_that_turn_text_or_end_a_line_are_not_shown() {
        for c in [
            '\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202e}',
        ] {
            let Err(refused) = parse("t.yaml", &format!("name: t\nspouts: [a{c}b]\n")) else {
                panic!("accepted");
            };
            let shown = refused.render(Style::Plain);
            assert!(
                shown.contains("spouts: [a") && !shown.contains(c),
                "{shown:?}"
            );
        }
    }
}
