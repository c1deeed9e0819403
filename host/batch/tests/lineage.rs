//! A lineage says of each row what a list of roots and edges would, in all forms.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use stormcell_batch::{Lineage, LineageBuilder, Run};

/// The roots of each row and their edges.
type Model = Vec<(Vec<u64>, Vec<u64>)>;

fn rows(lineage: &Lineage) -> Model {
    (0..lineage.rows())
        .map(|row| lineage.of(row).unzip())
        .collect()
}

/// A lineage of any form, and what it says.
fn lineage(most: usize) -> impl Strategy<Value = (Lineage, Model)> {
    let untracked =
        (0..=most).prop_map(|rows| (Lineage::Untracked { rows }, vec![(vec![], vec![]); rows]));
    let id = 0_u64..1_000;
    let one = vec(proptest::option::of((id.clone(), any::<u64>())), 0..=most).prop_map(|rows| {
        let roots = rows
            .iter()
            .map(|row| row.map_or(Lineage::NO_ROOT, |row| row.0))
            .collect();
        let edges = rows.iter().map(|row| row.map_or(0, |row| row.1)).collect();
        let model = rows
            .iter()
            .map(|row| row.map_or((vec![], vec![]), |(root, edge)| (vec![root], vec![edge])))
            .collect();
        (Lineage::One { roots, edges }, model)
    });
    let many = vec(vec((id, any::<u64>()), 0..4), 0..=most).prop_map(|rows| {
        let model: Model = rows
            .into_iter()
            .map(|row| row.into_iter().unzip())
            .collect();
        let mut builder = LineageBuilder::default();
        for (roots, edges) in &model {
            builder.push(roots.iter().copied().zip(edges.iter().copied()));
        }
        (builder.finish(), model)
    });
    let runs = vec((0_u64..1_000, 1..6_u32, any::<u64>()), 0..=most / 4).prop_map(|runs| {
        let of = |&(root, rows, edge): &(u64, u32, u64)| Run { root, rows, edge };
        let lineage = Lineage::Runs(runs.iter().map(of).collect());
        let rows = runs.iter().flat_map(|&(root, rows, edge)| {
            (root..root + u64::from(rows)).map(move |root| (vec![root], vec![edge]))
        });
        (lineage, rows.collect())
    });
    prop_oneof![untracked, runs, one, many]
}

proptest! {
    #[test]
    fn every_form_says_what_its_rows_are((lineage, model) in lineage(20)) {
        prop_assert_eq!(lineage.rows(), model.len());
        prop_assert_eq!(rows(&lineage), model);
    }

    #[test]
    fn roots_are_those_of_all_rows((lineage, model) in lineage(20)) {
        let roots = lineage.roots().flat_map(|(root, rows)| root..root + u64::from(rows));
        prop_assert!(roots.eq(model.into_iter().flat_map(|row| row.0)));
    }

    #[test]
    fn gather_picks_rows((lineage, model) in lineage(20), picks in vec(any::<Index>(), 0..40)) {
        prop_assume!(!model.is_empty());
        let positions: Vec<u32> = picks.iter().map(|pick| pick.index(model.len()) as u32).collect();
        let picked: Model = positions.iter().map(|&row| model[row as usize].clone()).collect();
        let gathered = lineage.gather(&positions);
        prop_assert_eq!(gathered.rows(), positions.len());
        prop_assert_eq!(rows(&gathered), picked);
    }

    #[test]
    fn slice_is_a_run_of_rows((lineage, model) in lineage(20), ends in any::<[Index; 2]>()) {
        let [start, end] = ends.map(|end| end.index(model.len() + 1));
        let (start, end) = (start.min(end), start.max(end));
        let slice = lineage.slice(start, end - start);
        prop_assert_eq!(slice.rows(), end - start);
        prop_assert_eq!(rows(&slice), &model[start..end]);
    }

    #[test]
    fn concat_joins_parts_of_all_forms(parts in vec(lineage(8), 0..6)) {
        let (parts, models): (Vec<Lineage>, Vec<Model>) = parts.into_iter().unzip();
        prop_assert_eq!(rows(&Lineage::concat(parts)), models.concat());
    }
}

/// What goes together stays one run.
#[test]
fn runs_stay_runs() {
    let run = |root, rows| Run {
        root,
        rows,
        edge: 9,
    };
    let runs = Lineage::Runs(vec![run(10, 100), run(500, 100)]);
    let slice = runs.slice(50, 100);
    assert_eq!(slice, Lineage::Runs(vec![run(60, 50), run(500, 50)]));
    let both = Lineage::concat(vec![slice, runs.slice(150, 50)]);
    let expected = [run(60, 50), run(500, 50), run(550, 50)];
    assert_eq!(both, Lineage::Runs(expected.to_vec()));
}

/// The plain form stays plain, because it is the fast one.
#[test]
fn rows_with_one_root_stay_in_two_arrays() {
    let one = Lineage::One {
        roots: vec![7, Lineage::NO_ROOT],
        edges: vec![8, 0],
    };
    let untracked = Lineage::Untracked { rows: 1 };
    assert_eq!(
        Lineage::concat(vec![untracked.clone(), one.clone()]),
        Lineage::One {
            roots: vec![Lineage::NO_ROOT, 7, Lineage::NO_ROOT],
            edges: vec![0, 8, 0],
        }
    );
    assert!(matches!(one.slice(0, 1), Lineage::One { .. }));
    assert!(matches!(one.gather(&[1]), Lineage::One { .. }));
    assert_eq!(
        Lineage::concat(vec![untracked.clone(), untracked]),
        Lineage::Untracked { rows: 2 }
    );
}
