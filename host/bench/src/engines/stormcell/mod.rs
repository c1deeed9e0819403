//! stormcell itself: the binary that is running, as a user would start it.

mod cold_start;
mod components;
mod first_row;
mod instances;
mod latency;
mod live;
mod recovery;
mod server;
mod swap;
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
        let needed = shapes.iter().flat_map(|shape| needed(*shape)).collect();
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
            Shape::Latency { pace } => latency::run(pace, &self.components, surroundings),
            Shape::Instances => instances::run(&self.components, surroundings),
            Shape::Swap => swap::run(&self.components, surroundings),
            Shape::Recovery => recovery::run(&self.components, surroundings),
            Shape::ColdStart => cold_start::run(&self.components, surroundings),
        }
    }
}

/// The names of the components of a shape.
fn needed(shape: Shape) -> Vec<&'static str> {
    match shape {
        Shape::Latency { .. } => latency::COMPONENTS.to_vec(),
        Shape::Instances => instances::COMPONENTS.to_vec(),
        Shape::Swap => swap::COMPONENTS.to_vec(),
        Shape::Recovery => recovery::COMPONENTS.to_vec(),
        Shape::ColdStart => cold_start::COMPONENTS.to_vec(),
        _ => topologies::needed(shape),
    }
}

/// The command `stormcell`.
fn binary(surroundings: &Surroundings) -> Program {
    Program::new(NAME, &surroundings.binary, surroundings.build.cancel())
}
