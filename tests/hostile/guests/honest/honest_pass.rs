//! A bolt that passes rows on, each anchored to itself.

use hostile_guests::*;

struct Pass;

impl Bolt for Pass {
    fn describe() -> Description {
        described([stream(ValueType::Integer)])
    }

    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let emissions = batches.into_iter().map(|batch| {
            let handles = (0..batch.rows).map(|row| batch.first_row.wrapping_add(row));
            Emission {
                output: 0,
                rows: batch.rows,
                anchors: Anchors::Each(bytes(&handles.collect::<Vec<_>>())),
                columns: batch.columns,
                direct_task: None,
            }
        });
        Ok(Outcome {
            emissions: emissions.collect(),
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Pass);
