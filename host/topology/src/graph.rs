//! A topology as a picture: Mermaid for people, dot for machines.
//!
//! A graph is made of a validated [`Topology`] or of a file that is only parsed,
//! so that it can be drawn before any component is built.

mod dot;
mod mermaid;

use crate::model::{ComponentKind, GroupingSpec, Subscription, Topology};
use crate::validate::Parsed;

/// The components of a topology and the streams between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    name: String,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// A spout or a bolt.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    id: String,
    kind: ComponentKind,
    tasks: u32,
}

/// A bolt reads a stream. The ends are positions among the nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: usize,
    to: usize,
    stream: String,
    /// The grouping and the fields it groups by.
    grouping: String,
}

impl Node {
    /// `spout, 2 tasks`.
    fn detail(&self) -> String {
        let tasks = if self.tasks == 1 { "task" } else { "tasks" };
        format!("{}, {} {tasks}", self.kind, self.tasks)
    }
}

impl Edge {
    /// `words: fields(word)`.
    fn label(&self) -> String {
        format!("{}: {}", self.stream, self.grouping)
    }
}

impl From<&Topology> for Graph {
    fn from(topology: &Topology) -> Self {
        let nodes: Vec<Node> = topology
            .components()
            .iter()
            .map(|component| Node {
                id: component.id.clone(),
                kind: component.kind,
                tasks: component.parallelism,
            })
            .collect();
        let edges = topology
            .subscriptions()
            .iter()
            .filter_map(|subscription| {
                let fields = grouped_fields(subscription);
                edge(
                    &nodes,
                    (&subscription.from, &subscription.to),
                    &subscription.stream,
                    subscription.grouping.name(),
                    &fields,
                )
            })
            .collect();
        Self {
            name: topology.name().to_owned(),
            nodes,
            edges,
        }
    }
}

impl From<&Parsed> for Graph {
    fn from(parsed: &Parsed) -> Self {
        let mut nodes: Vec<Node> = parsed
            .file
            .entries()
            .map(|entry| Node {
                id: entry.id.to_owned(),
                kind: entry.kind,
                tasks: entry.parallelism,
            })
            .collect();
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        let edges = parsed
            .file
            .streams
            .iter()
            .filter_map(|stream| {
                let fields: Vec<&str> = stream.grouping.args.iter().map(String::as_str).collect();
                edge(
                    &nodes,
                    (&stream.from, &stream.to),
                    stream.stream(),
                    stream.grouping.kind.name(),
                    &fields,
                )
            })
            .collect();
        Self {
            name: parsed.name().to_owned(),
            nodes,
            edges,
        }
    }
}

fn edge(
    nodes: &[Node],
    (from, to): (&str, &str),
    stream: &str,
    grouping: &str,
    fields: &[&str],
) -> Option<Edge> {
    let position = |id: &str| nodes.iter().position(|node| node.id == id);
    let grouping = if fields.is_empty() {
        grouping.to_owned()
    } else {
        format!("{grouping}({})", fields.join(", "))
    };
    Some(Edge {
        from: position(from)?,
        to: position(to)?,
        stream: stream.to_owned(),
        grouping,
    })
}

fn grouped_fields(subscription: &Subscription) -> Vec<&str> {
    match &subscription.grouping {
        GroupingSpec::Fields { fields } | GroupingSpec::PartialKey { fields } => fields
            .iter()
            .filter_map(|position| subscription.schema.fields().get(*position))
            .map(|field| field.name.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
