//! The engines, one module each.

pub(crate) mod bytewax;
pub(crate) mod native;
mod storm;
mod stormcell;
mod venv;

use crate::{Engine, Operators};

/// The engine that is measured.
pub const SUBJECT: &str = "stormcell";

/// Every engine, stormcell first, in the order of tables.
pub fn all() -> Vec<Box<dyn Engine>> {
    let operators = Operators::default();
    let mut all: Vec<Box<dyn Engine>> = vec![
        Box::new(stormcell::Stormcell::new(operators.clone())),
        Box::new(native::Native::new(operators)),
        Box::new(bytewax::Bytewax::new(bytewax::Style::Rows)),
        Box::new(bytewax::Bytewax::new(bytewax::Style::Batches)),
    ];
    for kind in storm::Kind::ALL {
        all.push(Box::new(storm::Storm::new(kind)));
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Shape;

    #[test]
    fn engines_have_names_of_their_own_and_run_shapes_that_there_are() {
        let engines = all();
        assert_eq!(engines.first().map(|engine| engine.name()), Some(SUBJECT));
        let names: BTreeSet<_> = engines.iter().map(|engine| engine.name()).collect();
        assert_eq!(names.len(), engines.len());
        let shapes: BTreeSet<_> = Shape::all().into_iter().collect();
        for engine in &engines {
            for shape in engine.shapes() {
                assert!(shapes.contains(&shape), "{} runs {shape}", engine.name());
            }
        }
    }
}
