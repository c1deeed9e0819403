//! stormcell itself: the binary that is running, as a user would start it.

mod components;
mod server;
mod throughput;
mod topologies;
mod workers;

use self::components::Components;
use crate::{BenchError, Engine, OperatorSide, Operators, Program, Sample, Shape, Surroundings};

/// The name of this engine.
const NAME: &str = super::SUBJECT;

/// stormcell.
#[derive(Debug, Default)]
pub(crate) struct Stormcell {
    components: Components,
    operators: Operators,
}

impl Stormcell {
    /// Shows its side of these measurements of operators.
    pub(crate) fn new(operators: Operators) -> Self {
        Self {
            components: Components::default(),
            operators,
        }
    }
}

impl Engine for Stormcell {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> String {
        format!(
            "stormcell {}, WebAssembly components in one process",
            env!("CARGO_PKG_VERSION")
        )
    }

    fn shapes(&self) -> Vec<Shape> {
        Shape::all()
    }

    fn prepare(&mut self, shapes: &[Shape], surroundings: &Surroundings) -> Result<(), BenchError> {
        let needed = shapes
            .iter()
            .flat_map(|shape| topologies::needed(*shape))
            .collect();
        self.components = Components::build(needed, surroundings)?;
        Ok(())
    }

    fn run(&mut self, shape: Shape, surroundings: &Surroundings) -> Result<Sample, BenchError> {
        match shape {
            Shape::WordCount {
                workers: workers @ 2..,
                ..
            } => workers::run(shape, workers, &self.components, surroundings),
            Shape::Identity { .. }
            | Shape::WordCount { .. }
            | Shape::Book
            | Shape::Join
            | Shape::Split { .. } => throughput::run(shape, &self.components, surroundings),
            Shape::Operator { operator } => {
                self.operators
                    .measure(operator, OperatorSide::Component, surroundings)
            }
            Shape::Latency { .. }
            | Shape::Instances
            | Shape::Swap
            | Shape::Recovery
            | Shape::ColdStart => Err(BenchError::Wrong {
                engine: NAME,
                shape,
                what: "it cannot be run yet".to_owned(),
            }),
        }
    }
}

/// The command `stormcell`.
fn binary(surroundings: &Surroundings) -> Program {
    Program::new(NAME, &surroundings.binary, surroundings.build.cancel())
}
