//! The batches that operators and plain loops are measured on: what the spouts of the
//! shapes emit, in calls of as many rows as a task takes at once.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, StringArray};
use serde_json::json;
use stormcell_batch::{Columns, Field, Schema, ValueType};

use super::{ROWS, split};
use crate::direct::Direct;
use crate::{BenchError, Operator, Surroundings, built};

/// How many batches there are: about a megabyte of sentences, so that they are not all in
/// the nearest cache, as in a topology.
const BATCHES: usize = 24;

/// What a spout emits that takes no configuration but how rows are tracked.
pub(crate) fn emitted(
    spout: &str,
    surroundings: &Surroundings,
) -> Result<Vec<Columns>, BenchError> {
    let file = built::component(spout, surroundings)?;
    let direct = Direct::new(&surroundings.build)?;
    let mut spout = direct.spout(&file, json!({ "tracking": "none" }))?;
    let mut batches = Vec::with_capacity(BATCHES);
    while batches.len() < BATCHES {
        let outcome = spout.next(ROWS as u32)?;
        batches.extend(outcome.emissions.into_iter().map(|one| one.columns));
    }
    Ok(batches)
}

/// The batches for an operator.
pub(super) fn of(
    operator: Operator,
    surroundings: &Surroundings,
) -> Result<Vec<Columns>, BenchError> {
    let sentences = emitted("sentences", surroundings)?;
    match operator {
        Operator::Split => Ok(sentences),
        Operator::Count => words(&sentences),
    }
}

/// The words of as many rows as there are words, each batch with arrays of its own, as a
/// grouping by fields hands them out.
fn words(sentences: &[Columns]) -> Result<Vec<Columns>, BenchError> {
    let schema = Schema::new([Field::new("word", ValueType::Text)]);
    let words: Vec<StringArray> = sentences
        .iter()
        .flat_map(Columns::arrays)
        .map(|texts| split(texts.as_string::<i32>()).0)
        .collect();
    let words: Vec<&str> = words
        .iter()
        .flat_map(|words| words.iter().flatten())
        .collect();
    words
        .chunks_exact(ROWS)
        .map(|words| {
            let array: ArrayRef = Arc::new(StringArray::from_iter_values(words));
            Columns::new(&schema, vec![array], words.len())
        })
        .collect::<Result<_, _>>()
        .map_err(|error| BenchError::Component {
            component: "count".to_owned(),
            what: error.to_string(),
        })
}
