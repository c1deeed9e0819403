//! Anchors very many rows to very many others each.

use hostile_guests::*;

/// Handles that it names: fewer bytes than it may return.
const HANDLES: u32 = 12_000_000;
/// With fewer rows than that it emits nothing: it would be rows that are in order.
const MANY: u32 = 100;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let (first, given) = (batches[0].first_row, batches[0].rows);
        if given < MANY {
            return Ok(nothing());
        }
        let rows = HANDLES / given;
        let offsets: Vec<u32> = (0..=rows).map(|row| row * given).collect();
        let all: Vec<u32> = (0..given).map(|row| first.wrapping_add(row)).collect();
        let empty = packed(&vec![0; rows as usize + 1], b"");
        Ok(Outcome {
            emissions: vec![Emission {
                anchors: Anchors::Lists(NumberLists {
                    offsets: bytes(&offsets),
                    numbers: bytes(&all).repeat(rows as usize),
                }),
                ..emission(rows, empty)
            }],
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
