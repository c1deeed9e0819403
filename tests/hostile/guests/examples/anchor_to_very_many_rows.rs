//! Anchors very many rows to very many others each, or to the same ones again and again.

use hostile_guests::*;

/// Rows that it emits, and what each is anchored to: the handles are fewer bytes than it may
/// return, and what the host would make of them is more.
const ROWS: u32 = 12_000;
const ANCHORS: u32 = 1_000;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let (first, given) = (batches[0].first_row, batches[0].rows);
        let offsets: Vec<u32> = (0..=ROWS).map(|row| row * ANCHORS).collect();
        let anchors = (0..ANCHORS).map(|anchor| first.wrapping_add(anchor % given));
        let anchors = bytes(&anchors.collect::<Vec<_>>());
        let empty = packed(&vec![0; ROWS as usize + 1], b"");
        Ok(Outcome {
            emissions: vec![Emission {
                anchors: Anchors::Lists(NumberLists {
                    offsets: bytes(&offsets),
                    numbers: anchors.repeat(ROWS as usize),
                }),
                ..emission(ROWS, empty)
            }],
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
