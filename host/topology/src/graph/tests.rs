#![expect(clippy::unwrap_used, reason = "tests")]

use super::Graph;
use crate::validate::parse;

const FILE: &str = r#"
name: word-count
spouts:
  - { id: verses, component: ./verses }
bolts:
  - { id: split, component: ./split, parallelism: 2 }
  - { id: count, component: ./count, parallelism: 2 }
streams:
  - { from: verses, to: split, grouping: { type: SHUFFLE } }
  - { from: split, to: count, grouping: { type: fields, args: [word, 'a"<b>\c'], stream-id: words } }
"#;

fn graph() -> Graph {
    Graph::from(&parse("t.yaml", FILE).unwrap())
}

#[test]
fn mermaid() {
    assert_eq!(
        graph().to_mermaid(),
        r#"flowchart LR
  n0["count<br/>bolt, 2 tasks"]
  n1["split<br/>bolt, 2 tasks"]
  n2(["verses<br/>spout, 1 task"])
  n2 -->|"default: shuffle"| n1
  n1 -->|"words: fields(word, a#34;#60;b#62;#92;c)"| n0
"#
    );
}

#[test]
fn dot() {
    assert_eq!(
        graph().to_dot(),
        r#"digraph "word-count" {
  rankdir=LR;
  n0 [label="count\nbolt, 2 tasks", shape=box];
  n1 [label="split\nbolt, 2 tasks", shape=box];
  n2 [label="verses\nspout, 1 task", shape=ellipse];
  n2 -> n1 [label="default: shuffle"];
  n1 -> n0 [label="words: fields(word, a\"<b>\\c)"];
}
"#
    );
}
