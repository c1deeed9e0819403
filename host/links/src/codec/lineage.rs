//! Lineage as plain columns of numbers.

use bytemuck::{cast_slice, pod_collect_to_vec};
use stormcell_batch::{Lineage, Run};

use super::CodecError;
use super::frame::Frame;

/// Which form a lineage has, and how long its columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    form: Form,
    /// How many pairs of a root and an edge: those of runs are of their first rows.
    pub(super) pairs: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Untracked,
    One,
    Many,
    Runs,
}

impl Shape {
    pub(super) fn of(lineage: &Lineage) -> Result<Self, CodecError> {
        let (form, pairs) = match lineage {
            Lineage::Untracked { .. } => (Form::Untracked, 0),
            Lineage::One { roots, .. } => (Form::One, roots.len()),
            Lineage::Many { roots, .. } => (Form::Many, roots.len()),
            Lineage::Runs(runs) => (Form::Runs, runs.len()),
        };
        match u32::try_from(pairs) {
            Ok(pairs) => Ok(Self { form, pairs }),
            Err(_) => Err(CodecError::Value {
                what: "the number of roots",
                found: pairs as u64,
            }),
        }
    }

    pub(super) fn from_parts(form: u32, pairs: u32) -> Result<Self, CodecError> {
        let form = match form {
            0 => Form::Untracked,
            1 => Form::One,
            2 => Form::Many,
            3 => Form::Runs,
            other => {
                return Err(CodecError::Value {
                    what: "the form of a lineage",
                    found: u64::from(other),
                });
            }
        };
        Ok(Self { form, pairs })
    }

    pub(super) fn form(self) -> u32 {
        match self.form {
            Form::Untracked => 0,
            Form::One => 1,
            Form::Many => 2,
            Form::Runs => 3,
        }
    }

    /// How many bytes the lineage of so many rows takes: a multiple of 8.
    pub(super) fn bytes(self, rows: u32) -> u64 {
        let pairs = 16 * u64::from(self.pairs);
        match self.form {
            Form::Untracked => 0,
            Form::One => pairs,
            Form::Many => pairs + (4 * (u64::from(rows) + 1)).next_multiple_of(8),
            Form::Runs => pairs + (4 * u64::from(self.pairs)).next_multiple_of(8),
        }
    }
}

/// Writes the columns: roots, edges, and offsets or the lengths of runs if there are any.
pub(super) fn encode(lineage: &Lineage, frame: &mut Frame) {
    match lineage {
        Lineage::Untracked { .. } => {}
        Lineage::One { roots, edges } => {
            frame.bytes(cast_slice(roots));
            frame.bytes(cast_slice(edges));
        }
        Lineage::Many {
            offsets,
            roots,
            edges,
        } => {
            frame.bytes(cast_slice(roots));
            frame.bytes(cast_slice(edges));
            match offsets.as_slice() {
                [] => frame.u32(0),
                offsets => frame.bytes(cast_slice(offsets)),
            }
            frame.align();
        }
        Lineage::Runs(runs) => {
            runs.iter().for_each(|run| frame.u64(run.root));
            runs.iter().for_each(|run| frame.u64(run.edge));
            runs.iter().for_each(|run| frame.u32(run.rows));
            frame.align();
        }
    }
}

/// The lineage of so many rows.
pub(super) fn decode(bytes: &[u8], shape: Shape, rows: u32) -> Result<Lineage, CodecError> {
    if bytes.len() as u64 != shape.bytes(rows) {
        return Err(CodecError::Length {
            part: "the lineage",
            expected: shape.bytes(rows),
            found: bytes.len() as u64,
        });
    }
    let column = 8 * shape.pairs as usize;
    let pairs = || {
        let (roots, edges) = bytes[..2 * column].split_at(column);
        (pod_collect_to_vec(roots), pod_collect_to_vec(edges))
    };
    match shape.form {
        Form::Untracked => Ok(Lineage::Untracked {
            rows: rows as usize,
        }),
        Form::One if shape.pairs != rows => Err(CodecError::Value {
            what: "the number of roots of a lineage with one root a row",
            found: u64::from(shape.pairs),
        }),
        Form::One => {
            let (roots, edges) = pairs();
            Ok(Lineage::One { roots, edges })
        }
        Form::Many => {
            let offsets = &bytes[2 * column..][..4 * (rows as usize + 1)];
            let offsets: Vec<u32> = pod_collect_to_vec(offsets);
            let ends = (offsets.first(), offsets.last());
            if ends != (Some(&0), Some(&shape.pairs)) || !offsets.is_sorted() {
                return Err(CodecError::Value {
                    what: "the last offset of a lineage",
                    found: offsets.last().copied().map_or(0, u64::from),
                });
            }
            let (roots, edges) = pairs();
            Ok(Lineage::Many {
                offsets,
                roots,
                edges,
            })
        }
        Form::Runs => {
            let (roots, edges): (Vec<u64>, Vec<u64>) = pairs();
            let lengths = &bytes[2 * column..][..4 * shape.pairs as usize];
            let lengths: Vec<u32> = pod_collect_to_vec(lengths);
            let total: u64 = lengths.iter().map(|&length| u64::from(length)).sum();
            let valid = |(root, length): (&u64, &u32)| {
                *length > 0 && root.checked_add(u64::from(*length)).is_some()
            };
            if total != u64::from(rows) || !roots.iter().zip(&lengths).all(valid) {
                return Err(CodecError::Value {
                    what: "the number of rows of a lineage in runs",
                    found: total,
                });
            }
            let runs = roots.into_iter().zip(edges).zip(lengths);
            let run = |((root, edge), rows)| Run { root, rows, edge };
            Ok(Lineage::Runs(runs.map(run).collect()))
        }
    }
}
