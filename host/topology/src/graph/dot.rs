//! The dot language of Graphviz.

use std::fmt::Write;

use super::Graph;
use crate::model::ComponentKind;

impl Graph {
    /// A digraph in the dot language, from left to right. Spouts are ellipses.
    pub fn to_dot(&self) -> String {
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = writeln!(out, "digraph {} {{", quoted(&self.name));
        out.push_str("  rankdir=LR;\n");
        for (i, node) in self.nodes.iter().enumerate() {
            let shape = match node.kind {
                ComponentKind::Spout => "ellipse",
                ComponentKind::Bolt => "box",
            };
            let label = quoted(&format!("{}\n{}", node.id, node.detail()));
            let _ = writeln!(out, "  n{i} [label={label}, shape={shape}];");
        }
        for edge in &self.edges {
            let label = quoted(&edge.label());
            let _ = writeln!(out, "  n{} -> n{} [label={label}];", edge.from, edge.to);
        }
        out.push_str("}\n");
        out
    }
}

/// A quoted string: line feeds as `\n`, quotes and backslashes escaped, other
/// control characters left out.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
