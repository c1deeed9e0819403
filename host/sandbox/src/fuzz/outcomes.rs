//! What the calls of a guest return, as a whole.

use arbitrary::{Result, Unstructured};
use stormcell_batch::{Field, Schema, ValueType};
use stormcell_topology::OutputStream;

use super::columns::{LIMITS, column};
use super::{about, bytes, several, text};
use crate::secrets::Masks;
use crate::v0_1::exports::grouping_task;
use crate::v0_1::outcome::{Bounds, bolt, choice, spout};
use crate::v0_1::wit::types as wit;
use crate::{Anchors, Choice, Tracking};

/// The rows that a spout is asked for.
const MAX_ROWS: u32 = 32;

/// The targets of a grouping.
const TARGETS: u32 = 5;

stormcell_fuzz::target! {
    /// What a bolt returned is refused, or has the shape that it must have.
    fn bolt_outcome(bytes) {
        let mut input = Unstructured::new(bytes);
        let (outputs, limits) = (outputs(), LIMITS());
        let masks = Masks::default();
        let bounds = Bounds { call: "execute", outputs: &outputs, limits: &limits, max_rows: None, masks: &masks };
        let Ok(outcome) = bolt(bolt_said(&mut input).unwrap(), &bounds) else {
            return;
        };
        let mut rows = 0;
        for emission in &outcome.emissions {
            let stream = &outputs[emission.output as usize];
            assert_eq!(stream.direct, emission.direct_task.is_some());
            assert_eq!(emission.columns.arrays().len(), stream.schema.len());
            let count = emission.columns.rows();
            assert_ne!(count, 0);
            match &emission.anchors {
                Anchors::None => {}
                Anchors::Each(handles) => assert_eq!(handles.len(), count),
                Anchors::Lists { offsets, handles } => lists(offsets, handles, count),
            }
            rows += count as u64;
        }
        assert!(rows <= limits.output_rows);
    }
}

stormcell_fuzz::target! {
    /// Likewise of a spout.
    fn spout_outcome(bytes) {
        let mut input = Unstructured::new(bytes);
        let (outputs, limits) = (outputs(), LIMITS());
        let max_rows = Some(MAX_ROWS);
        let masks = Masks::default();
        let bounds = Bounds { call: "next", outputs: &outputs, limits: &limits, max_rows, masks: &masks };
        let Ok(outcome) = spout(spout_said(&mut input).unwrap(), &bounds) else {
            return;
        };
        let rows = outcome.emissions.iter().map(|emission| {
            if let Tracking::Ids(ids) = &emission.tracking {
                assert_eq!(ids.len(), emission.columns.rows());
            }
            emission.columns.rows()
        });
        assert!(rows.sum::<usize>() <= MAX_ROWS as usize);
    }
}

stormcell_fuzz::target! {
    /// Likewise of a custom grouping: each target is one that there is.
    fn choice_of_targets(bytes) {
        let mut input = Unstructured::new(bytes);
        let rows = u32::from(input.arbitrary::<u8>().unwrap() % 16);
        let said = match input.arbitrary().unwrap() {
            true => grouping_task::Choice::Each(numbers(rows, &mut input).unwrap()),
            false => grouping_task::Choice::Lists(number_lists(rows, &mut input).unwrap()),
        };
        let Ok(chosen) = choice(said, rows, TARGETS) else {
            return;
        };
        let targets = match &chosen {
            Choice::Each(targets) => {
                assert_eq!(targets.len(), rows as usize);
                targets
            }
            Choice::Lists { offsets, targets } => {
                lists(offsets, targets, rows as usize);
                targets
            }
        };
        assert!(targets.iter().all(|target| *target < TARGETS));
    }
}

/// That offsets part numbers into one list a row.
fn lists(offsets: &[u32], numbers: &[u32], rows: usize) {
    assert_eq!(offsets.len(), rows + 1);
    assert!(offsets.is_sorted());
    assert_eq!(offsets.first(), Some(&0));
    assert_eq!(
        offsets.last().map(|last| *last as usize),
        Some(numbers.len())
    );
}

/// Two streams, one of them direct.
fn outputs() -> Vec<OutputStream> {
    let kinds = [ValueType::Bool, ValueType::Text];
    let schema = Schema::new(kinds.map(|kind| Field::nullable(kind.to_string(), kind)));
    [("default", false), ("straight", true)]
        .map(|(name, direct)| OutputStream {
            name: name.to_owned(),
            schema: schema.clone(),
            direct,
        })
        .to_vec()
}

/// What an emission says, whoever emits it: output, rows, columns, receiving task.
type Emitted = (u32, u32, Vec<wit::ColumnResult>, Option<u32>);

fn emitted(input: &mut Unstructured<'_>) -> Result<Emitted> {
    let output = u32::from(input.arbitrary::<u8>()? % 3);
    let rows = match input.arbitrary::<u8>()? {
        255 => input.arbitrary()?,
        few => u32::from(few % 24),
    };
    let columns = vec![
        column(ValueType::Bool, rows, input)?,
        column(ValueType::Text, rows, input)?,
    ];
    let direct_task = match (output == 1, input.arbitrary::<u8>()?) {
        (direct, 255) => (!direct).then_some(1),
        (direct, task) => direct.then_some(u32::from(task)),
    };
    Ok((output, rows, columns, direct_task))
}

fn bolt_said(input: &mut Unstructured<'_>) -> Result<wit::Outcome> {
    Ok(wit::Outcome {
        emissions: several(input, 3, |input| {
            let (output, rows, columns, direct_task) = emitted(input)?;
            let anchors = match input.arbitrary::<u8>()? % 3 {
                0 => wit::Anchors::None,
                1 => wit::Anchors::Each(numbers(rows, input)?),
                _ => wit::Anchors::Lists(number_lists(rows, input)?),
            };
            Ok(wit::Emission {
                output,
                rows,
                columns,
                anchors,
                direct_task,
            })
        })?,
        kept: match input.arbitrary::<u8>()? % 3 {
            0 => wit::Kept::None,
            1 => wit::Kept::All,
            _ => wit::Kept::These(numbers(3, input)?),
        },
        acked: numbers(2, input)?,
        failed: several(input, 3, |input| {
            let (row, reason) = (input.arbitrary()?, text(input)?);
            Ok(wit::FailedRow { row, reason })
        })?,
        extended: bytes(input)?,
    })
}

fn spout_said(input: &mut Unstructured<'_>) -> Result<wit::SpoutOutcome> {
    Ok(wit::SpoutOutcome {
        emissions: several(input, 3, |input| {
            let (output, rows, columns, direct_task) = emitted(input)?;
            let tracking = match input.arbitrary::<u8>()? % 3 {
                0 => wit::Tracking::None,
                1 => wit::Tracking::ReplayedByHost,
                _ => wit::Tracking::Ids(about(input, 8 * rows.min(64) as usize)?),
            };
            Ok(wit::SpoutEmission {
                output,
                rows,
                columns,
                tracking,
                direct_task,
            })
        })?,
        ended: input.arbitrary()?,
        idle_ms: input.arbitrary()?,
    })
}

/// About one small number a row.
fn numbers(rows: u32, input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut bytes = about(input, 4 * rows.min(64) as usize)?;
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = match at % 4 {
            0 => *byte % 8,
            _ => byte.saturating_sub(254),
        };
    }
    Ok(bytes)
}

fn number_lists(rows: u32, input: &mut Unstructured<'_>) -> Result<wit::NumberLists> {
    let mut offsets = vec![0_u32];
    for _ in 0..rows.min(64) {
        let next = offsets.last().unwrap() + u32::from(input.arbitrary::<u8>()? % 4);
        offsets.push(next);
    }
    let last = *offsets.last().unwrap();
    if let Some(change) = input.arbitrary::<u8>()?.checked_sub(220) {
        let at = usize::from(change) % offsets.len();
        offsets[at] = input.arbitrary()?;
    }
    Ok(wit::NumberLists {
        offsets: offsets.iter().flat_map(|n| n.to_le_bytes()).collect(),
        numbers: numbers(last, input)?,
    })
}
