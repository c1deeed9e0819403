//! The topologies of the shapes that measure throughput, and what must come out of them.

use serde_json::{Value, json};

use super::components::{self, Components};
use crate::{BenchError, Language, Shape, Surroundings, book};

/// Spout rows that may be in flight.
const MAX_PENDING: u32 = 5_000;

/// How many tasks split and how many count in word counts.
const TASKS: u32 = 2;

/// The words of a sentence.
const WORDS_A_SENTENCE: u64 = 9;

/// The words from which sentences are made.
const VOCABULARY: u64 = 32;

/// Of how many rows a quick run takes one.
const QUICK: u64 = 20;

/// A topology that ends by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flow {
    /// The topology file.
    pub(super) file: Value,
    /// How many rows the spout emits.
    pub(super) rows: u64,
    /// Whether they are tracked.
    pub(super) acked: bool,
    /// What components must have counted in the end.
    pub(super) counts: Vec<Count>,
}

/// What a component must have counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// The id of the component.
    pub(super) component: &'static str,
    /// A count of its report: `in`, `out`.
    pub(super) what: &'static str,
    /// The count.
    pub(super) rows: u64,
}

/// The names of the components of a shape that measures throughput.
pub(super) fn needed(shape: Shape) -> Vec<&'static str> {
    match shape {
        Shape::Identity { language, .. } => {
            vec!["constant", components::identity(language), "null"]
        }
        Shape::WordCount { split, count, .. } => vec![
            "sentences",
            components::split(split),
            components::count(count),
        ],
        Shape::Book => vec!["book", "split", "count"],
        Shape::Join => vec!["numbers", "identity-number", "join", "null"],
        Shape::Split { language } => vec!["sentences", components::split(language), "null"],
        _ => Vec::new(),
    }
}

/// How many spout rows a run takes: two to three seconds of work on two cores, so that
/// its beginning and its end do not count for much. For the book, how often it is read.
fn rows(shape: Shape) -> u64 {
    const OWN: Language = Language::Own;
    match shape {
        Shape::Identity { acked, language } => match (language, acked) {
            (Language::Own, true) => 30_000_000,
            (Language::Own, false) => 80_000_000,
            (Language::Python, _) => 4_000_000,
            (Language::JavaScript, _) => 2_000_000,
        },
        Shape::Split { language: OWN } => 3_000_000,
        Shape::Split { .. } => 300_000,
        // Of several workers, the end is known to half a second only.
        Shape::WordCount { workers: 2.., .. } => 6_000_000,
        Shape::WordCount {
            split: OWN,
            count: OWN,
            ..
        } => 3_000_000,
        Shape::WordCount { .. } => 250_000,
        Shape::Book => 40,
        _ => 3_000_000,
    }
}

/// The topology of a shape that measures throughput.
///
/// # Errors
/// [`BenchError`] if its components were not built, or if it is another shape.
pub(super) fn of(
    shape: Shape,
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Flow, BenchError> {
    let rows = match rows(shape) {
        rows if surroundings.quick => rows / QUICK,
        rows => rows,
    };
    let mut draft = Draft::new(shape, components);
    match shape {
        Shape::Identity { acked, language } => {
            let tracking = if acked { "ids" } else { "none" };
            draft.acked = acked;
            draft.spout("constant", json!({ "rows": rows, "tracking": tracking }))?;
            draft.bolt("identity", components::identity(language), 1)?;
            draft.bolt("null", "null", 1)?;
            draft.shuffle("constant", "identity");
            draft.shuffle("identity", "null");
            draft.must_count("identity", "in", rows);
            draft.must_count("null", "in", rows);
        }
        Shape::WordCount { split, count, .. } => {
            draft.spout("sentences", json!({ "rows": rows, "tracking": "ids" }))?;
            draft.words("sentences", split, count)?;
            draft.must_count("split", "in", rows);
            draft.must_count("count", "in", rows * WORDS_A_SENTENCE);
            draft.must_count("count", "out", VOCABULARY);
        }
        Shape::Book => {
            let rounds = rows;
            let book = json!({ "path": "/book/book.txt", "rounds": rounds });
            draft.spout("book", book)?;
            draft.grant(json!({
                "files": [{
                    "host": surroundings.sources.data(),
                    "guest": "/book",
                    "access": "read",
                }]
            }));
            draft.words("book", Language::Own, Language::Own)?;
            draft.must_count("split", "in", rounds * book::VERSES);
            draft.must_count("count", "in", rounds * book::WORDS);
            draft.must_count("count", "out", book::DISTINCT);
            return Ok(draft.done(rounds * book::VERSES));
        }
        Shape::Join => {
            draft.spout("numbers", json!({ "rows": rows }))?;
            for side in ["left", "right"] {
                draft.bolt(side, "identity-number", 1)?;
                draft.shuffle("numbers", side);
                draft.shuffle(side, "join");
                draft.must_count(side, "in", rows);
            }
            draft.bolt("join", "join", 1)?;
            draft.bolt("null", "null", 1)?;
            draft.shuffle("join", "null");
            draft.must_count("join", "in", 2 * rows);
            draft.must_count("null", "in", rows);
        }
        Shape::Split { language } => {
            draft.spout("sentences", json!({ "rows": rows, "tracking": "ids" }))?;
            draft.bolt("split", components::split(language), 1)?;
            draft.bolt("null", "null", 1)?;
            draft.shuffle("sentences", "split");
            draft.shuffle("split", "null");
            draft.must_count("split", "in", rows);
            draft.must_count("null", "in", rows * WORDS_A_SENTENCE);
        }
        _ => {
            return Err(BenchError::Wrong {
                engine: super::NAME,
                shape,
                what: "it does not measure throughput".to_owned(),
            });
        }
    }
    Ok(draft.done(rows))
}

/// A topology that is being written.
struct Draft<'a> {
    name: String,
    built: &'a Components,
    acked: bool,
    spout: Value,
    bolts: Vec<Value>,
    streams: Vec<Value>,
    counts: Vec<Count>,
}

impl<'a> Draft<'a> {
    fn new(shape: Shape, built: &'a Components) -> Self {
        Self {
            name: shape.to_string(),
            built,
            acked: true,
            spout: Value::Null,
            bolts: Vec::new(),
            streams: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// The spout has the id of its component.
    fn spout(&mut self, name: &str, config: Value) -> Result<(), BenchError> {
        let component = self.built.file(name)?;
        self.spout = json!({ "id": name, "component": component, "config": config });
        Ok(())
    }

    /// What the spout may use.
    fn grant(&mut self, grants: Value) {
        self.spout["grants"] = grants;
    }

    fn bolt(&mut self, id: &str, component: &str, tasks: u32) -> Result<(), BenchError> {
        let component = self.built.file(component)?;
        let bolt = json!({ "id": id, "component": component, "parallelism": tasks });
        self.bolts.push(bolt);
        Ok(())
    }

    fn shuffle(&mut self, from: &str, to: &str) {
        let grouping = json!({ "type": "shuffle" });
        self.streams
            .push(json!({ "from": from, "to": to, "grouping": grouping }));
    }

    /// Tasks that split texts and tasks that count the words.
    fn words(&mut self, from: &str, split: Language, count: Language) -> Result<(), BenchError> {
        self.bolt("split", components::split(split), TASKS)?;
        self.bolt("count", components::count(count), TASKS)?;
        self.shuffle(from, "split");
        let grouping = json!({ "type": "fields", "args": ["word"] });
        self.streams
            .push(json!({ "from": "split", "to": "count", "grouping": grouping }));
        Ok(())
    }

    fn must_count(&mut self, component: &'static str, what: &'static str, rows: u64) {
        self.counts.push(Count {
            component,
            what,
            rows,
        });
    }

    fn done(self, rows: u64) -> Flow {
        Flow {
            file: json!({
                "name": self.name,
                "config": { "acking": self.acked, "max-pending": MAX_PENDING },
                "spouts": [self.spout],
                "bolts": self.bolts,
                "streams": self.streams,
            }),
            rows,
            acked: self.acked,
            counts: self.counts,
        }
    }
}
