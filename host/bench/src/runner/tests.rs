#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::sync::Arc;

use stormcell_build::{BuildEnv, Cancel, Silent};

use super::*;
use crate::{Language, Quantity, Sources};

const SHAPES: [Shape; 2] = [Shape::Book, Shape::Join];

/// Counts its runs and fails when it is told to.
struct Fake {
    name: &'static str,
    shapes: Vec<Shape>,
    warms_up: bool,
    /// Fails in this run, counted from 1.
    fails_in: Option<u32>,
    prepares: bool,
    runs: u32,
    cancel: Option<(u32, Cancel)>,
}

impl Fake {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            shapes: SHAPES.to_vec(),
            warms_up: false,
            fails_in: None,
            prepares: true,
            runs: 0,
            cancel: None,
        }
    }

    fn wrong(&self) -> BenchError {
        BenchError::Wrong {
            engine: self.name,
            shape: Shape::Book,
            what: format!("run {}", self.runs),
        }
    }
}

impl Engine for Fake {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> String {
        "a fake".to_owned()
    }

    fn shapes(&self) -> Vec<Shape> {
        self.shapes.clone()
    }

    fn warms_up(&self) -> bool {
        self.warms_up
    }

    fn prepare(&mut self, shapes: &[Shape], _: &Surroundings) -> Result<(), BenchError> {
        assert!(shapes.iter().all(|shape| self.shapes.contains(shape)));
        if self.prepares {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    fn run(&mut self, shape: Shape, surroundings: &Surroundings) -> Result<Sample, BenchError> {
        assert!(self.shapes.contains(&shape));
        self.runs += 1;
        if let Some((run, cancel)) = &self.cancel
            && *run == self.runs
        {
            cancel.cancel();
        }
        surroundings.build.cancel().check()?;
        if self.fails_in == Some(self.runs) {
            return Err(self.wrong());
        }
        Ok(Sample::default().with(Quantity::Rate, f64::from(self.runs)))
    }
}

/// Writes down what it is told.
#[derive(Default)]
struct Diary {
    turns: RefCell<Vec<String>>,
    left: RefCell<Vec<bool>>,
}

impl Watcher for Diary {
    fn begins(&self, turn: &Turn<'_>) {
        let Turn {
            shape, engine, run, ..
        } = turn;
        assert!((0.0..1.0).contains(&turn.done), "{}", turn.done);
        self.left.borrow_mut().push(turn.left.is_some());
        self.turns
            .borrow_mut()
            .push(format!("{shape} {engine} {run}"));
    }

    fn ended(&self, _: &Turn<'_>, _: &Result<Sample, BenchError>) {}

    fn unprepared(&self, engine: &str, _: &BenchError) {
        self.turns.borrow_mut().push(format!("not {engine}"));
    }
}

fn measure(fakes: Vec<Fake>, runs: u32) -> (Result<Vec<ShapeResult>, BenchError>, Vec<String>) {
    let cancel = fakes
        .iter()
        .find_map(|fake| fake.cancel.as_ref())
        .map(|(_, cancel)| cancel.clone());
    let dir = tempfile::tempdir().unwrap();
    let build = BuildEnv::open(dir.path(), cancel.unwrap_or_default()).unwrap();
    let surroundings = Surroundings {
        binary: "stormcell".into(),
        sources: Sources::unpack(&build).unwrap(),
        build,
        scratch: dir.path().to_owned(),
        window: Duration::ZERO,
        warm_up: Duration::ZERO,
        quick: true,
        progress: Arc::new(Silent),
    };
    let plan = Plan {
        shapes: SHAPES.to_vec(),
        runs,
    };
    let mut engines: Vec<Box<dyn Engine>> = fakes
        .into_iter()
        .map(|fake| Box::new(fake) as Box<dyn Engine>)
        .collect();
    let diary = Diary::default();
    let results = run(&mut engines, &plan, &surroundings, &diary);
    if let Some((first, others)) = diary.left.borrow().split_first() {
        assert!(!first, "nothing is known yet");
        assert!(others.iter().all(|known| *known));
    }
    (results, diary.turns.into_inner())
}

#[test]
fn engines_take_turns_and_only_those_that_need_it_warm_up() {
    let mut second = Fake::new("b");
    second.shapes = vec![Shape::Join];
    second.warms_up = true;
    let (results, turns) = measure(vec![Fake::new("a"), second], 2);
    assert_eq!(
        turns,
        [
            "book a 0", "book a 1", "book a 2", "join a 0", "join a 1", "join b 1", "join a 2",
            "join b 2",
        ]
    );
    let results = results.unwrap();
    assert_eq!(results[0].engines.len(), 1);
    let rates = |engine: &EngineResult| -> Vec<_> {
        let of = engine.samples.iter();
        of.filter_map(|sample| sample.get(Quantity::Rate)).collect()
    };
    assert_eq!(rates(&results[0].engines[0]), [2.0, 3.0]);
    assert_eq!(rates(&results[1].engines[1]), [1.0, 2.0]);
}

#[test]
fn an_engine_that_fails_is_not_asked_again_for_that_shape() {
    let mut broken = Fake::new("a");
    broken.fails_in = Some(2);
    let (results, turns) = measure(vec![broken, Fake::new("b")], 3);
    let of = |engine: &str| turns.iter().filter(|turn| turn.contains(engine)).count();
    assert_eq!(of("book a"), 2);
    assert_eq!(of("book b"), 4);
    assert_eq!(of("join a"), 4);
    let results = results.unwrap();
    assert_eq!(
        results[0].engines[0].error.as_deref(),
        Some("a: book: run 2")
    );
    assert_eq!(results[1].engines[0].error, None);
}

#[test]
fn an_engine_that_cannot_be_prepared_runs_nothing() {
    let mut broken = Fake::new("a");
    broken.prepares = false;
    let (results, turns) = measure(vec![broken, Fake::new("b")], 1);
    assert_eq!(turns[0], "not a");
    assert!(!turns.iter().any(|turn| turn.contains(" a ")));
    for shape in results.unwrap() {
        assert!(shape.engines[0].error.is_some());
        assert_eq!(shape.engines[1].samples.len(), 1);
    }
}

#[test]
fn a_cancelled_benchmark_has_no_results() {
    let mut engine = Fake::new("a");
    engine.cancel = Some((2, Cancel::default()));
    let (results, turns) = measure(vec![engine, Fake::new("b")], 1);
    assert!(results.unwrap_err().is_cancelled());
    assert_eq!(turns, ["book a 0", "book b 0", "book a 1"]);
}

#[test]
fn shapes_are_only_run_by_engines_that_can() {
    let mut engine = Fake::new("a");
    engine.shapes = vec![Shape::Split {
        language: Language::Own,
    }];
    let (results, turns) = measure(vec![engine], 1);
    assert!(turns.is_empty());
    assert!(
        results
            .unwrap()
            .iter()
            .all(|shape| shape.engines.is_empty())
    );
}
