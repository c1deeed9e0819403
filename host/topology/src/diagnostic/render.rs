//! Diagnostics as people read them: the line, a caret, what to do.

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
        let mut out = String::new();
        for item in &self.items {
            out.push_str(&renderer.render(&[self.group(item)]));
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

    fn group<'a>(&'a self, item: &'a Diagnostic) -> Group<'a> {
        let level = match item.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut snippet = Snippet::source(&*self.text)
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

/// The span cut to the text and to whole characters.
pub(super) fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end).max(start);
    start..end
}
