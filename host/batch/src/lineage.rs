//! Lineage: which tree of tuples each row belongs to, and by which edge.
//!
//! A row carries, for every root it descends from, the id of the edge by which it
//! was sent (Storm's `MessageId`: a map from root id to edge id). Rows that a spout
//! emits together have consecutive roots, and edges only have to differ within a tree,
//! so as long as such rows stay together they are one run. Other rows have one root
//! mostly, which is two plain arrays; rows with several roots, which joins and windows
//! make, take the general form. Ids are raw numbers here: the acking crate gives them
//! their meaning.

const NO_ROOT: u64 = Lineage::NO_ROOT;

/// Rows with consecutive roots that were sent by the same edge, each in its own tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The root of the first row.
    pub root: u64,
    /// How many rows: at least 1.
    pub rows: u32,
    /// The edge of each row.
    pub edge: u64,
}

/// The roots and edges of the rows of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lineage {
    /// No row is in a tree.
    Untracked {
        /// How many rows.
        rows: usize,
    },
    /// Every row has one root, and they come in runs.
    Runs(Vec<Run>),
    /// Every row has at most one root; [`Lineage::NO_ROOT`] marks a row that has none.
    One {
        /// The root of each row.
        roots: Vec<u64>,
        /// The edge of each row; 0 where there is no root.
        edges: Vec<u64>,
    },
    /// Rows have any number of roots.
    Many {
        /// Row i has the roots from `offsets[i]` up to `offsets[i + 1]`.
        offsets: Vec<u32>,
        /// The roots of all rows, end to end.
        roots: Vec<u64>,
        /// The edge that belongs to each root.
        edges: Vec<u64>,
    },
}

impl Lineage {
    /// The root of a row that is in no tree.
    pub const NO_ROOT: u64 = u64::MAX;

    /// How many rows it speaks of.
    pub fn rows(&self) -> usize {
        match self {
            Self::Untracked { rows } => *rows,
            Self::Runs(runs) => runs.iter().map(|run| run.rows as usize).sum(),
            Self::One { roots, .. } => roots.len(),
            Self::Many { offsets, .. } => offsets.len().saturating_sub(1),
        }
    }

    /// The roots of one row and their edges.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn of(&self, row: usize) -> impl Iterator<Item = (u64, u64)> {
        let (mut one, mut several): (_, (&[u64], &[u64])) = (None, (&[], &[]));
        match self {
            Self::Untracked { rows } => {
                assert!(row < *rows, "no row {row} in a lineage of {rows}");
            }
            Self::Runs(runs) => {
                let mut before = 0;
                one = runs.iter().find_map(|run| {
                    let start = before;
                    before += run.rows as usize;
                    (row < before).then(|| (run.root + (row - start) as u64, run.edge))
                });
                assert!(one.is_some(), "no row {row} in a lineage of {before}");
            }
            Self::One { roots, .. } if roots[row] == NO_ROOT => {}
            Self::One { roots, edges } => one = Some((roots[row], edges[row])),
            Self::Many {
                offsets,
                roots,
                edges,
            } => {
                let range = offsets[row] as usize..offsets[row + 1] as usize;
                several = (&roots[range.clone()], &edges[range]);
            }
        }
        let several = several.0.iter().zip(several.1);
        one.into_iter()
            .chain(several.map(|(&root, &edge)| (root, edge)))
    }

    /// The roots of all rows: the first of some that are consecutive, and how many.
    pub fn roots(&self) -> impl Iterator<Item = (u64, u32)> {
        let (runs, alone): (&[Run], &[u64]) = match self {
            Self::Untracked { .. } => (&[], &[]),
            Self::Runs(runs) => (runs, &[]),
            Self::One { roots, .. } | Self::Many { roots, .. } => (&[], roots),
        };
        let alone = alone.iter().filter(|root| **root != NO_ROOT);
        runs.iter()
            .map(|run| (run.root, run.rows))
            .chain(alone.map(|root| (*root, 1)))
    }

    /// The lineage of the rows at these positions, in this order.
    ///
    /// # Panics
    /// If a position is not that of a row.
    pub fn gather(&self, positions: &[u32]) -> Self {
        match self {
            Self::Untracked { .. } => Self::Untracked {
                rows: positions.len(),
            },
            Self::Runs(_) => {
                let (roots, edges) = self.clone().into_pairs();
                Self::One { roots, edges }.gather(positions)
            }
            Self::One { roots, edges } => Self::One {
                roots: positions.iter().map(|&p| roots[p as usize]).collect(),
                edges: positions.iter().map(|&p| edges[p as usize]).collect(),
            },
            Self::Many { .. } => {
                let mut builder = LineageBuilder::default();
                for &position in positions {
                    builder.push(self.of(position as usize));
                }
                builder.finish()
            }
        }
    }

    /// `len` rows from `start` on.
    ///
    /// # Panics
    /// If there are fewer rows.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        match self {
            Self::Untracked { rows } => {
                assert!(start + len <= *rows, "rows {start}+{len} of {rows}");
                Self::Untracked { rows: len }
            }
            Self::Runs(runs) => Self::Runs(slice_of_runs(runs, start, len)),
            Self::One { roots, edges } => Self::One {
                roots: roots[start..start + len].to_vec(),
                edges: edges[start..start + len].to_vec(),
            },
            Self::Many { .. } => {
                let mut builder = LineageBuilder::default();
                for row in start..start + len {
                    builder.push(self.of(row));
                }
                builder.finish()
            }
        }
    }

    /// The rows of all parts, one after the other.
    pub fn concat(parts: Vec<Self>) -> Self {
        if parts.iter().all(|p| matches!(p, Self::Untracked { .. })) {
            return Self::Untracked {
                rows: parts.iter().map(Self::rows).sum(),
            };
        }
        if parts.iter().any(|p| matches!(p, Self::Many { .. })) {
            let mut builder = LineageBuilder::default();
            for part in &parts {
                for row in 0..part.rows() {
                    builder.push(part.of(row));
                }
            }
            return builder.finish();
        }
        if parts.iter().all(|p| matches!(p, Self::Runs(_))) {
            let mut all = Vec::with_capacity(parts.len());
            for part in parts {
                if let Self::Runs(runs) = part {
                    all.extend(runs);
                }
            }
            return Self::Runs(all);
        }
        let mut parts = parts.into_iter();
        let (mut roots, mut edges) = match parts.next() {
            Some(first) => first.into_pairs(),
            None => (Vec::new(), Vec::new()),
        };
        for part in parts {
            let (more_roots, more_edges) = part.into_pairs();
            roots.extend_from_slice(&more_roots);
            edges.extend_from_slice(&more_edges);
        }
        Self::One { roots, edges }
    }

    /// The roots and the edges of a lineage with at most one root a row, as those of
    /// [`Lineage::One`]; the ends of the rows are lost where there are more.
    pub fn into_pairs(self) -> (Vec<u64>, Vec<u64>) {
        match self {
            Self::Untracked { rows } => (vec![NO_ROOT; rows], vec![0; rows]),
            Self::Runs(runs) => {
                let rows = runs.iter().map(|run| run.rows as usize).sum();
                let mut roots = Vec::with_capacity(rows);
                let mut edges = Vec::with_capacity(rows);
                for run in runs {
                    roots.extend(run.root..run.root + u64::from(run.rows));
                    edges.resize(roots.len(), run.edge);
                }
                (roots, edges)
            }
            Self::One { roots, edges } | Self::Many { roots, edges, .. } => (roots, edges),
        }
    }
}

/// `len` rows of these from `start` on.
fn slice_of_runs(runs: &[Run], start: usize, len: usize) -> Vec<Run> {
    let (mut before, mut slice) = (0, Vec::new());
    for run in runs {
        let (first, end) = (
            start.max(before),
            (start + len).min(before + run.rows as usize),
        );
        if first < end {
            slice.push(Run {
                root: run.root + (first - before) as u64,
                rows: (end - first) as u32,
                ..*run
            });
        }
        before += run.rows as usize;
    }
    assert!(start + len <= before, "rows {start}+{len} of {before}");
    slice
}

/// Builds a lineage row by row.
#[derive(Debug, Default)]
pub struct LineageBuilder {
    offsets: Vec<u32>,
    roots: Vec<u64>,
    edges: Vec<u64>,
}

impl LineageBuilder {
    /// Adds a row with these roots and their edges.
    pub fn push(&mut self, branches: impl IntoIterator<Item = (u64, u64)>) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        for (root, edge) in branches {
            self.roots.push(root);
            self.edges.push(edge);
        }
        self.offsets.push(self.roots.len() as u32);
    }

    /// The lineage in its general form.
    pub fn finish(mut self) -> Lineage {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        Lineage::Many {
            offsets: self.offsets,
            roots: self.roots,
            edges: self.edges,
        }
    }
}
