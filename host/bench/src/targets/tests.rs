use std::collections::BTreeMap;

use super::*;
use crate::{EngineResult, Language, Machine, Pace, Sample, Settings, ShapeResult};

const PYTHON_BOTH: Shape = Shape::WordCount {
    split: Language::Python,
    count: Language::Python,
    workers: 1,
};

fn word_count(workers: u8) -> Shape {
    Shape::WordCount {
        split: Language::Own,
        count: Language::Own,
        workers,
    }
}

/// Results of one sample for each engine and shape.
fn results(measured: &[(Shape, &str, Quantity, f64)]) -> Results {
    let mut shapes: Vec<ShapeResult> = Vec::new();
    for (shape, engine, quantity, value) in measured {
        let at = shapes.iter().position(|of| of.shape == *shape);
        let at = at.unwrap_or_else(|| {
            shapes.push(ShapeResult {
                shape: *shape,
                engines: Vec::new(),
            });
            shapes.len() - 1
        });
        shapes[at].engines.push(EngineResult {
            engine: (*engine).to_owned(),
            samples: vec![Sample::default().with(*quantity, *value)],
            error: None,
            spreads: BTreeMap::new(),
            ratios: BTreeMap::new(),
        });
    }
    Results {
        date: "2026-11-21T12:00:00Z".to_owned(),
        machine: Machine::this(),
        settings: Settings {
            runs: 1,
            window_seconds: 1.0,
            warm_up_seconds: 1.0,
            quick: false,
        },
        engines: BTreeMap::new(),
        shapes,
        targets: Vec::new(),
    }
    .evaluated()
}

/// What came of a target: the measured values and the outcomes of its goals.
fn of(results: &Results, target: &str) -> Vec<(Option<f64>, Outcome)> {
    let verdicts = results.targets.iter().filter(|of| of.target == target);
    verdicts.map(|of| (of.measured, of.outcome)).collect()
}

#[test]
fn every_target_has_a_verdict_whatever_was_measured() {
    let results = results(&[]);
    for number in 1..=11 {
        let verdicts = of(&results, &format!("P{number}"));
        assert!(!verdicts.is_empty(), "P{number}");
        assert!(
            verdicts
                .iter()
                .all(|verdict| *verdict == (None, Outcome::NotMeasured))
        );
    }
}

#[test]
fn a_ratio_is_that_of_the_same_benchmark() {
    let rate = Quantity::Rate;
    let met = results(&[
        (word_count(1), "stormcell", rate, 1_500_000.0),
        (word_count(1), "storm-tuned", rate, 100_000.0),
    ]);
    assert_eq!(of(&met, "P3"), [(Some(15.0), Outcome::Met)]);
    let missed = results(&[
        (word_count(1), "stormcell", rate, 1_490_000.0),
        (word_count(1), "storm-tuned", rate, 100_000.0),
    ]);
    assert_eq!(of(&missed, "P3"), [(Some(14.9), Outcome::NotMet)]);
    let alone = results(&[(word_count(1), "stormcell", rate, 1_490_000.0)]);
    assert_eq!(of(&alone, "P3"), [(None, Outcome::NotMeasured)]);
}

#[test]
fn python_is_compared_with_java_and_with_python() {
    let rate = Quantity::Rate;
    let python_split = Shape::WordCount {
        split: Language::Python,
        count: Language::Own,
        workers: 1,
    };
    let results = results(&[
        (PYTHON_BOTH, "stormcell", rate, 120_000.0),
        (PYTHON_BOTH, "pystorm", rate, 4_000.0),
        (python_split, "pystorm", rate, 6_000.0),
        (word_count(1), "storm-tuned", rate, 60_000.0),
    ]);
    assert_eq!(
        of(&results, "P4"),
        [
            (Some(2.0), Outcome::NotMet),
            // Its faster way counts.
            (Some(20.0), Outcome::NotMet)
        ]
    );
}

#[test]
fn a_limit_counts_what_was_measured() {
    let latency = Shape::Latency {
        pace: Pace::Rate(230_000),
    };
    let results = results(&[
        (latency, "stormcell", Quantity::LatencyP50, 50.0),
        (Shape::Swap, "stormcell", Quantity::Lost, 1.0),
    ]);
    assert_eq!(
        of(&results, "P6"),
        [(Some(50.0), Outcome::Met), (None, Outcome::NotMeasured)]
    );
    assert!(of(&results, "P11").contains(&(Some(1.0), Outcome::NotMet)));
}

#[test]
fn a_hop_costs_what_two_workers_cost_more() {
    let cpu = Quantity::CpuPerMillion;
    let results = results(&[
        (word_count(1), "stormcell", cpu, 1.5),
        (word_count(2), "stormcell", cpu, 2.0),
    ]);
    // Half a microsecond a sentence, of which five rows cross.
    assert_eq!(of(&results, "P10"), [(Some(100.0), Outcome::Met)]);
}

#[test]
fn operators_are_compared_with_plain_functions() {
    let split = Shape::Operator {
        operator: crate::Operator::Split,
    };
    let cpu = Quantity::CpuPerMillion;
    let results = results(&[(split, "stormcell", cpu, 0.4), (split, "native", cpu, 0.3)]);
    assert_eq!(
        of(&results, "P7")[0],
        (Some(0.3 / 0.4), Outcome::Met),
        "0.7 of its speed is enough"
    );
}
