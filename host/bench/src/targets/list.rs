//! The targets, P1 to P11.

use super::{Goal, Needed, Target};
use crate::{Language, Operator, Pace, Quantity, Shape};

/// Storm in one process, with the settings that paid off.
const STORM: &str = "storm-tuned";

/// Storm's ShellBolt with the library pystorm.
const PYSTORM: &str = "pystorm";

/// Plain loops of Rust.
const NATIVE: &str = "native";

/// A megabyte, in the MiB of [`Quantity::PeakMemory`].
const MB: f64 = 1e6 / (1 << 20) as f64;

/// The rows that cross between two workers for a sentence of nine words: half of the
/// sentences, and half of the words.
const CROSSINGS: f64 = 0.5 + 9.0 * 0.5;

const OWN: Language = Language::Own;
const PYTHON: Language = Language::Python;

/// All of them.
pub(super) fn targets() -> Vec<Target> {
    vec![
        Target {
            id: "P1",
            work: "identity, acked",
            goals: vec![times(identity(OWN, true), 30.0, STORM, identity(OWN, true))],
        },
        Target {
            id: "P2",
            work: "identity, unacked",
            goals: vec![times(
                identity(OWN, false),
                7.0,
                STORM,
                identity(OWN, false),
            )],
        },
        Target {
            id: "P3",
            work: "word count",
            goals: vec![times(
                word_count(OWN, OWN, 1),
                15.0,
                STORM,
                word_count(OWN, OWN, 1),
            )],
        },
        Target {
            id: "P4",
            work: "word count, split and count in Python",
            goals: vec![
                times(
                    word_count(PYTHON, PYTHON, 1),
                    2.5,
                    STORM,
                    word_count(OWN, OWN, 1),
                ),
                Goal {
                    shape: word_count(PYTHON, PYTHON, 1),
                    quantity: Quantity::Rate,
                    needed: Needed::Times(
                        25.0,
                        vec![
                            (PYSTORM, word_count(PYTHON, OWN, 1)),
                            (PYSTORM, word_count(PYTHON, PYTHON, 1)),
                        ],
                    ),
                },
            ],
        },
        Target {
            id: "P5",
            work: "identity in Python",
            goals: vec![times(
                identity(PYTHON, true),
                60.0,
                PYSTORM,
                identity(PYTHON, true),
            )],
        },
        Target {
            id: "P5",
            work: "identity in JavaScript",
            goals: vec![times(
                identity(Language::JavaScript, true),
                45.0,
                PYSTORM,
                identity(PYTHON, true),
            )],
        },
        Target {
            id: "P6",
            work: "latency at 230,000 rows/s",
            goals: vec![
                limit(latency(), Quantity::LatencyP50, 50.0),
                limit(latency(), Quantity::LatencyP99, 500.0),
            ],
        },
        Target {
            id: "P7",
            work: "split on one core",
            goals: vec![of_native(Operator::Split)],
        },
        Target {
            id: "P7",
            work: "count on one core",
            goals: vec![of_native(Operator::Count)],
        },
        Target {
            id: "P8",
            work: "memory of the word count",
            goals: vec![limit(
                word_count(OWN, OWN, 1),
                Quantity::PeakMemory,
                80.0 * MB,
            )],
        },
        Target {
            id: "P8",
            work: "start to first row",
            goals: vec![limit(Shape::ColdStart, Quantity::Start, 200.0)],
        },
        Target {
            id: "P9",
            work: "10,000 instances",
            goals: vec![
                limit(Shape::Instances, Quantity::PeakMemory, 1000.0 * MB),
                limit(Shape::Instances, Quantity::Start, 2000.0),
            ],
        },
        Target {
            id: "P10",
            work: "word count over 2 workers",
            goals: vec![Goal {
                shape: word_count(OWN, OWN, 2),
                quantity: Quantity::CpuPerMillion,
                needed: Needed::Hop {
                    limit: 150.0,
                    without: word_count(OWN, OWN, 1),
                    crossings: CROSSINGS,
                },
            }],
        },
        Target {
            id: "P11",
            work: "swap under load",
            goals: vec![
                limit(Shape::Swap, Quantity::PauseP99, 5.0),
                limit(Shape::Swap, Quantity::Lost, 0.0),
            ],
        },
        Target {
            id: "P11",
            work: "kill -9 of a worker under load",
            goals: vec![
                limit(Shape::Recovery, Quantity::Replay, 1000.0),
                limit(Shape::Recovery, Quantity::Lost, 0.0),
            ],
        },
    ]
}

fn identity(language: Language, acked: bool) -> Shape {
    Shape::Identity { acked, language }
}

fn word_count(split: Language, count: Language, workers: u8) -> Shape {
    Shape::WordCount {
        split,
        count,
        workers,
    }
}

fn latency() -> Shape {
    Shape::Latency {
        pace: Pace::Rate(230_000),
    }
}

/// So many times the rate of another engine.
fn times(shape: Shape, times: f64, engine: &'static str, other: Shape) -> Goal {
    Goal {
        shape,
        quantity: Quantity::Rate,
        needed: Needed::Times(times, vec![(engine, other)]),
    }
}

fn limit(shape: Shape, quantity: Quantity, limit: f64) -> Goal {
    Goal {
        shape,
        quantity,
        needed: Needed::Limit(limit),
    }
}

/// 70 % of the speed of the same operator as a plain function.
fn of_native(operator: Operator) -> Goal {
    let shape = Shape::Operator { operator };
    Goal {
        shape,
        quantity: Quantity::CpuPerMillion,
        needed: Needed::Times(0.7, vec![(NATIVE, shape)]),
    }
}
