//! The same operators in plain loops of Rust, without an engine: the limit of the machine.
//!
//! Threads call functions directly: nothing is queued, routed, tracked or isolated. A
//! whole chain runs in each of two threads of this process, so what is measured is their
//! CPU time, and their memory is not.

mod chains;

use crate::operator::{OperatorSide, Operators};
use crate::{BenchError, Engine, Language, Operator, Sample, Shape, Surroundings};

/// The plain loops.
#[derive(Debug, Default)]
pub struct Native {
    operators: Operators,
}

impl Native {
    /// Shows its side of these measurements of operators.
    pub fn new(operators: Operators) -> Self {
        Self { operators }
    }
}

impl Engine for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn about(&self) -> String {
        "the same operators in plain loops of Rust, without an engine; they ack nothing, in \
         acked shapes neither"
            .to_owned()
    }

    fn shapes(&self) -> Vec<Shape> {
        let own = Language::Own;
        vec![
            Shape::Identity {
                acked: true,
                language: own,
            },
            Shape::Identity {
                acked: false,
                language: own,
            },
            Shape::WordCount {
                split: own,
                count: own,
                workers: 1,
            },
            Shape::Split { language: own },
            Shape::Operator {
                operator: Operator::Split,
            },
            Shape::Operator {
                operator: Operator::Count,
            },
        ]
    }

    fn warms_up(&self) -> bool {
        true
    }

    fn prepare(&mut self, shapes: &[Shape], surroundings: &Surroundings) -> Result<(), BenchError> {
        for shape in shapes {
            let components: &[_] = match shape {
                Shape::Identity { .. } => &["constant"],
                Shape::Operator {
                    operator: Operator::Split,
                } => &["sentences", "split"],
                Shape::Operator {
                    operator: Operator::Count,
                } => &["sentences", "count"],
                _ => &["sentences"],
            };
            for name in components {
                crate::built::component(name, surroundings)?;
            }
        }
        Ok(())
    }

    fn run(&mut self, shape: Shape, surroundings: &Surroundings) -> Result<Sample, BenchError> {
        let chain = match shape {
            Shape::Operator { operator } => {
                return self
                    .operators
                    .measure(operator, OperatorSide::Native, surroundings);
            }
            Shape::Identity { .. } => chains::Chain::Identity,
            Shape::Split { .. } => chains::Chain::Split,
            Shape::WordCount { .. } => chains::Chain::WordCount,
            _ => {
                return Err(BenchError::Wrong {
                    engine: self.name(),
                    shape,
                    what: "there are no plain loops for it".to_owned(),
                });
            }
        };
        chains::run(chain, shape, surroundings)
    }
}
