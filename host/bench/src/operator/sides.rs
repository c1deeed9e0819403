//! The two sides of a measurement, called in the same way.

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use stormcell_batch::{Columns, Field, Schema, ValueType};
use stormcell_sandbox::Anchors;
use stormcell_topology::Limits;

use super::{Count, split};
use crate::direct::{Direct, DirectBolt};
use crate::{BenchError, Operator, Shape, Surroundings, built};

/// An operator that can be called.
pub(super) trait Side {
    /// One call for each batch; what comes out is dropped.
    fn run(&mut self, batches: &[Columns]) -> Result<(), BenchError>;

    /// What comes out of one call: words and their rows.
    fn words(&mut self, batch: &Columns) -> Result<(Vec<String>, Vec<u32>), BenchError>;

    /// What was counted, by word.
    fn finish(self: Box<Self>) -> Result<Vec<(String, i64)>, BenchError>;
}

/// The component of an operator.
pub(super) fn component<'a>(
    operator: Operator,
    direct: &'a Direct,
    surroundings: &Surroundings,
) -> Result<Box<dyn Side + 'a>, BenchError> {
    let (name, field) = match operator {
        Operator::Split => ("split", "text"),
        Operator::Count => ("count", "word"),
    };
    let file = built::component(name, surroundings)?;
    let input = Schema::new([Field::new(field, ValueType::Text)]);
    let bolt = direct.bolt(&file, input, Limits::default())?;
    Ok(Box::new(Component(bolt)))
}

/// The plain function of an operator.
pub(super) fn native(operator: Operator) -> Box<dyn Side> {
    match operator {
        Operator::Split => Box::new(NativeSplit),
        Operator::Count => Box::new(NativeCount(Count::default())),
    }
}

/// That both sides make the same words of the same rows.
pub(super) fn check_equal(
    operator: Operator,
    component: &mut dyn Side,
    native: &mut dyn Side,
    batches: &[Columns],
) -> Result<(), BenchError> {
    for batch in batches {
        if component.words(batch)? != native.words(batch)? {
            return Err(differ(operator, "emit different words"));
        }
    }
    Ok(())
}

/// That both sides have counted the same.
pub(super) fn check_finished(
    operator: Operator,
    component: Box<dyn Side + '_>,
    native: Box<dyn Side>,
) -> Result<(), BenchError> {
    if component.finish()? != native.finish()? {
        return Err(differ(operator, "have counted different words"));
    }
    Ok(())
}

fn differ(operator: Operator, what: &str) -> BenchError {
    BenchError::Wrong {
        engine: "native",
        shape: Shape::Operator { operator },
        what: format!("the component and the plain function {what}"),
    }
}

struct Component<'a>(DirectBolt<'a>);

impl Side for Component<'_> {
    fn run(&mut self, batches: &[Columns]) -> Result<(), BenchError> {
        self.0.execute(batches, drop)
    }

    fn words(&mut self, batch: &Columns) -> Result<(Vec<String>, Vec<u32>), BenchError> {
        let (mut words, mut rows) = (Vec::new(), Vec::new());
        let first_row = self.0.next_row();
        self.0.execute([batch], |outcome| {
            for emission in outcome.emissions {
                words.extend(texts(emission.columns.arrays()));
                if let Anchors::Each(anchors) = emission.anchors {
                    rows.extend(anchors.iter().map(|row| row.wrapping_sub(first_row)));
                }
            }
        })?;
        Ok((words, rows))
    }

    fn finish(self: Box<Self>) -> Result<Vec<(String, i64)>, BenchError> {
        let mut counts = Vec::new();
        for emission in self.0.close()?.emissions {
            if let [words, numbers] = emission.columns.arrays() {
                let numbers = numbers.as_primitive::<Int64Type>().values();
                counts.extend(texts(std::slice::from_ref(words)).zip(numbers.iter().copied()));
            }
        }
        counts.sort();
        Ok(counts)
    }
}

/// The texts of the first of these columns.
fn texts(columns: &[ArrayRef]) -> impl Iterator<Item = String> {
    let first = columns
        .first()
        .and_then(|column| column.as_string_opt::<i32>());
    first
        .into_iter()
        .flat_map(|column| column.iter().flatten().map(str::to_owned))
}

struct NativeSplit;

impl Side for NativeSplit {
    fn run(&mut self, batches: &[Columns]) -> Result<(), BenchError> {
        for column in batches.iter().flat_map(Columns::arrays) {
            std::hint::black_box(split(column.as_string()));
        }
        Ok(())
    }

    fn words(&mut self, batch: &Columns) -> Result<(Vec<String>, Vec<u32>), BenchError> {
        let (mut words, mut rows) = (Vec::new(), Vec::new());
        for column in batch.arrays() {
            let (texts, anchors) = split(column.as_string());
            words.extend(texts.iter().flatten().map(str::to_owned));
            rows.extend(anchors);
        }
        Ok((words, rows))
    }

    fn finish(self: Box<Self>) -> Result<Vec<(String, i64)>, BenchError> {
        Ok(Vec::new())
    }
}

struct NativeCount(Count);

impl Side for NativeCount {
    fn run(&mut self, batches: &[Columns]) -> Result<(), BenchError> {
        for column in batches.iter().flat_map(Columns::arrays) {
            self.0.add(column.as_string());
        }
        Ok(())
    }

    fn words(&mut self, batch: &Columns) -> Result<(Vec<String>, Vec<u32>), BenchError> {
        self.run(std::slice::from_ref(batch))?;
        Ok((Vec::new(), Vec::new()))
    }

    fn finish(self: Box<Self>) -> Result<Vec<(String, i64)>, BenchError> {
        Ok(self.0.finish())
    }
}
