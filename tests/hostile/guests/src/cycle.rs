//! Bolts that send to themselves more than they are sent.

use crate::*;

/// How what a bolt emits in a cycle is made.
#[derive(Clone, Copy)]
pub struct Answer {
    /// The text of each row.
    pub text: &'static str,
    /// Whether a row is anchored to the one that it answers.
    pub anchored: bool,
    /// Whether each row is an emission of its own.
    pub apart: bool,
}

/// Answers each row by two.
pub fn two_for_each(batches: &[Batch], answer: Answer) -> Outcome {
    let handles = batches
        .iter()
        .flat_map(|batch| (0..batch.rows).map(|row| batch.first_row.wrapping_add(row)));
    let handles: Vec<u32> = handles.flat_map(|handle| [handle; 2]).collect();
    let together = match answer.apart {
        true => 1,
        false => handles.len().max(1),
    };
    let emissions = handles.chunks(together).map(|handles| {
        let rows = handles.len();
        let offsets: Vec<u32> = (0..=rows)
            .map(|row| (row * answer.text.len()) as u32)
            .collect();
        let values = packed(&offsets, answer.text.repeat(rows).as_bytes());
        Emission {
            anchors: match answer.anchored {
                true => Anchors::Each(bytes(handles)),
                false => Anchors::None,
            },
            ..emission(rows as u32, values)
        }
    });
    Outcome {
        emissions: emissions.collect(),
        ..nothing()
    }
}

/// Makes the component a bolt that answers each row by two of these.
#[macro_export]
macro_rules! cycle {
    ($answer:expr) => {
        struct Attack;

        impl $crate::Bolt for Attack {
            fn execute(batches: Vec<$crate::Batch>) -> Result<$crate::Outcome, String> {
                Ok($crate::cycle::two_for_each(&batches, $answer))
            }
        }

        $crate::bolt!(Attack);
    };
}
