//! Diagnostics as programs read them.

use serde_json::{Value, json};

use super::{Diagnostics, render::within};

impl Diagnostics {
    /// A JSON array with an object for each: `code`, `severity`, `file`, `line`
    /// and `column` (from 1, in characters), `message`, `label`, `notes` (other
    /// places: `line`, `column`, `message`) and `help`; the last three are null
    /// or empty if there is nothing to say.
    pub fn to_json(&self) -> Value {
        self.items
            .iter()
            .map(|item| {
                let (line, column) = self.position(item.primary.span.start);
                let notes: Vec<Value> = item
                    .secondary
                    .iter()
                    .map(|label| {
                        let (line, column) = self.position(label.span.start);
                        json!({ "line": line, "column": column, "message": label.text })
                    })
                    .collect();
                let label = Some(&item.primary.text).filter(|text| !text.is_empty());
                json!({
                    "code": item.code,
                    "severity": item.severity(),
                    "file": self.file(),
                    "line": line,
                    "column": column,
                    "message": item.message,
                    "label": label,
                    "notes": notes,
                    "help": item.help,
                })
            })
            .collect()
    }

    /// Line and column of a byte of the text, both from 1, in characters.
    fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..within(&self.text, &(byte..byte)).start];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .map_or(1, |last| last.chars().count() + 1);
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Diagnostic, Diagnostics};

    #[test]
    fn columns_count_characters() {
        let items = vec![
            Diagnostic::new(Code::Syntax, 10..11, "here")
                .label("x")
                .also(0..1, "because"),
        ];
        let json = Diagnostics::new("t.yaml".into(), "é: 1\né: x".into(), items).to_json();
        assert_eq!(json[0]["line"], 2);
        assert_eq!(json[0]["column"], 4);
        assert_eq!(json[0]["code"], "SC0001");
        assert_eq!(json[0]["notes"][0]["line"], 1);
    }

    #[test]
    fn a_span_outside_of_the_text_is_cut() {
        let items = vec![Diagnostic::new(Code::Syntax, 90..100, "here")];
        let all = Diagnostics::new("t.yaml".into(), "é".into(), items);
        assert_eq!(all.to_json()[0]["line"], 1);
        assert!(all.to_string().contains("error[SC0001]: here"));
    }
}
