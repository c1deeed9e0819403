use std::collections::BTreeMap;

use super::*;
use crate::{Language, Machine, Sample, Settings, Shape};

const PLAIN: Style = Style {
    unicode: false,
    colour: false,
};

const RICH: Style = Style {
    unicode: true,
    colour: true,
};

fn sample(rate: f64, cpu: f64) -> Sample {
    Sample::default()
        .with(Quantity::Rate, rate)
        .with(Quantity::CpuPerMillion, cpu)
}

fn engine(name: &str, samples: Vec<Sample>, error: Option<&str>) -> EngineResult {
    EngineResult {
        engine: name.to_owned(),
        samples,
        error: error.map(str::to_owned),
        spreads: BTreeMap::new(),
        ratios: BTreeMap::new(),
    }
}

fn results(shapes: Vec<ShapeResult>) -> Results {
    Results {
        date: "2026-11-21T12:34:56Z".to_owned(),
        machine: Machine {
            cpu: Some("A CPU".to_owned()),
            cores: Some(2),
            memory_mib: Some(24_000),
            os: Some("An OS 12".to_owned()),
            kernel: "Linux 6.1".to_owned(),
            load: Some(0.1),
        },
        settings: Settings {
            runs: 3,
            window_seconds: 10.0,
            warm_up_seconds: 10.0,
            quick: false,
        },
        engines: BTreeMap::from([
            ("stormcell".to_owned(), "stormcell 0.1.0".to_owned()),
            ("storm-tuned".to_owned(), "Apache Storm".to_owned()),
        ]),
        shapes,
        targets: Vec::new(),
    }
    .evaluated()
}

fn compared() -> Results {
    let identity = Shape::Identity {
        acked: true,
        language: Language::Own,
    };
    let ours = [9_500_000.0, 9_000_000.0, 9_100_000.0].map(|rate| sample(rate, 0.18));
    let theirs = [450_000.0, 464_000.0, 470_000.0].map(|rate| sample(rate, 4.5));
    let latency = Shape::ColdStart;
    let start = |ms| vec![Sample::default().with(Quantity::Start, ms)];
    results(vec![
        ShapeResult {
            shape: identity,
            engines: vec![
                engine("stormcell", ours.to_vec(), None),
                engine("storm-tuned", theirs.to_vec(), None),
                engine(
                    "bytewax",
                    Vec::new(),
                    Some("bytewax: `python3` exit status: 1\nTraceback\nImportError: no\n"),
                ),
            ],
        },
        ShapeResult {
            shape: latency,
            engines: vec![
                engine("stormcell", start(120.0), None),
                engine("storm-tuned", start(8_400.0), None),
            ],
        },
    ])
}

#[test]
fn engines_are_compared_in_plain_text() {
    insta::assert_snapshot!(text(&compared(), PLAIN));
}

#[test]
fn a_terminal_shows_more() {
    insta::assert_snapshot!(text(&compared(), RICH).replace('\x1b', "ESC"));
}

#[test]
fn stormcell_alone_is_compared_with_nothing() {
    let alone = results(vec![ShapeResult {
        shape: Shape::Book,
        engines: vec![engine("stormcell", vec![sample(500_000.0, 1.5)], None)],
    }]);
    insta::assert_snapshot!(text(&alone, PLAIN));
}

#[test]
fn plain_text_is_ascii() {
    assert!(text(&compared(), PLAIN).is_ascii());
    let all = Shape::all()
        .into_iter()
        .map(|shape| ShapeResult {
            shape,
            engines: vec![engine("stormcell", Vec::new(), Some("no"))],
        })
        .collect();
    assert!(text(&results(all), PLAIN).is_ascii());
}

#[test]
fn a_headline_is_the_first_figure() {
    assert_eq!(headline(&sample(9_408_266.0, 0.2)), "9,408,266 rows/s");
    assert_eq!(headline(&Sample::default()), "nothing measured");
}
