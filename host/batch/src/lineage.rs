//! Lineage: which tree of tuples each row belongs to, and by which edge.
//!
//! A row carries, for every root it descends from, the id of the edge by which it
//! was sent (Storm's `MessageId`: a map from root id to edge id). Most rows have
//! one root, so that is two plain arrays; rows with several roots, which joins and
//! windows make, take the general form. Ids are raw numbers here: the acking crate
//! gives them their meaning.

const NO_ROOT: u64 = Lineage::NO_ROOT;

/// The roots and edges of the rows of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lineage {
    /// No row is in a tree.
    Untracked {
        /// How many rows.
        rows: usize,
    },
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
            Self::One { roots, .. } => roots.len(),
            Self::Many { offsets, .. } => offsets.len().saturating_sub(1),
        }
    }

    /// The roots of one row and their edges.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn of(&self, row: usize) -> (&[u64], &[u64]) {
        match self {
            Self::Untracked { rows } => {
                assert!(row < *rows, "no row {row} in a lineage of {rows}");
                (&[], &[])
            }
            Self::One { roots, .. } if roots[row] == NO_ROOT => (&[], &[]),
            Self::One { roots, edges } => (&roots[row..=row], &edges[row..=row]),
            Self::Many {
                offsets,
                roots,
                edges,
            } => {
                let range = offsets[row] as usize..offsets[row + 1] as usize;
                (&roots[range.clone()], &edges[range])
            }
        }
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
            Self::One { roots, edges } => Self::One {
                roots: positions.iter().map(|&p| roots[p as usize]).collect(),
                edges: positions.iter().map(|&p| edges[p as usize]).collect(),
            },
            Self::Many { .. } => {
                let mut builder = LineageBuilder::default();
                for &position in positions {
                    let (roots, edges) = self.of(position as usize);
                    builder.push(roots, edges);
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
            Self::One { roots, edges } => Self::One {
                roots: roots[start..start + len].to_vec(),
                edges: edges[start..start + len].to_vec(),
            },
            Self::Many { .. } => {
                let mut builder = LineageBuilder::default();
                for row in start..start + len {
                    let (roots, edges) = self.of(row);
                    builder.push(roots, edges);
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
                    let (roots, edges) = part.of(row);
                    builder.push(roots, edges);
                }
            }
            return builder.finish();
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

    /// The two arrays of a lineage with at most one root a row.
    fn into_pairs(self) -> (Vec<u64>, Vec<u64>) {
        match self {
            Self::Untracked { rows } => (vec![NO_ROOT; rows], vec![0; rows]),
            Self::One { roots, edges } | Self::Many { roots, edges, .. } => (roots, edges),
        }
    }
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
    ///
    /// # Panics
    /// If their numbers differ.
    pub fn push(&mut self, roots: &[u64], edges: &[u64]) {
        assert_eq!(roots.len(), edges.len(), "every root has one edge");
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.roots.extend_from_slice(roots);
        self.edges.extend_from_slice(edges);
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
