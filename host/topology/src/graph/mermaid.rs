//! Mermaid, as GitHub and many editors draw it.

use std::fmt::Write;

use super::Graph;
use crate::model::ComponentKind;

impl Graph {
    /// A Mermaid flowchart, from left to right. Spouts are rounded.
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (i, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                ComponentKind::Spout => ("([", "])"),
                ComponentKind::Bolt => ("[", "]"),
            };
            let id = escaped(&node.id);
            let detail = escaped(&node.detail());
            // Writing to a String does not fail.
            let _ = writeln!(out, "  n{i}{open}\"{id}<br/>{detail}\"{close}");
        }
        for edge in &self.edges {
            let label = escaped(&edge.label());
            let _ = writeln!(out, "  n{} -->|\"{label}\"| n{}", edge.from, edge.to);
        }
        out
    }
}

/// Everything that Mermaid or HTML could take for its own, as entity codes.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ',' | ':' | '(' | ')') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
