#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cuts;

use std::collections::BTreeMap;

use proptest::prelude::*;
use stormcell_batch::{Field, Value, ValueType};
use stormcell_protocol::dead_letter::Cell;

use super::*;

/// A letter that is told from others by its number, and takes about so many bytes.
pub(super) fn numbered(number: u64, bytes: usize) -> DeadLetter {
    let field = Field::new("text", ValueType::Text);
    DeadLetter {
        at_ms: number,
        row: vec![Cell::new(&field, Value::Text("x".repeat(bytes)))],
        ..DeadLetter::example()
    }
}

fn size(letter: &DeadLetter) -> u64 {
    serde_json::to_vec(letter).unwrap().len() as u64
}

fn store(bounds: Bounds) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::new(dir.path().join("letters/t.redb"), bounds);
    (dir, store)
}

#[test]
fn without_a_file_there_are_no_letters_and_none_is_made() {
    let (_dir, store) = store(Bounds::default());
    assert_eq!(store.counts().unwrap(), LetterCounts::default());
    assert_eq!(store.newest(None, 9).unwrap().1, []);
    assert_eq!(store.get(1).unwrap(), None);
    assert!(store.remove(&[1]).unwrap().is_empty());
    assert_eq!(store.remove_up_to(9).unwrap(), 0);
    assert!(!store.path().exists());
}

#[test]
fn letters_are_read_by_number_and_by_age() {
    let (_dir, store) = store(Bounds::default());
    let letters: Vec<_> = (0..5).map(|number| numbered(number, 10)).collect();
    assert_eq!(store.add(&letters[..2]).unwrap(), [1, 2]);
    assert_eq!(store.add(&letters[2..]).unwrap(), [3, 4, 5]);
    let ids = |before, most| -> Vec<u64> {
        let (counts, letters) = store.newest(before, most).unwrap();
        assert_eq!(counts.letters, 5);
        letters.iter().map(|letter| letter.id).collect()
    };
    assert_eq!(ids(None, 9), [5, 4, 3, 2, 1]);
    assert_eq!(ids(Some(4), 2), [3, 2]);
    assert_eq!(store.get(2).unwrap().unwrap().letter, letters[1]);
    assert_eq!(store.get(6).unwrap(), None);
}

/// The letters that are to be replayed.
fn asked(store: &Store) -> Vec<u64> {
    let asked = store.asked(9, |_| true).unwrap();
    asked.iter().map(|stored| stored.id).collect()
}

#[test]
fn letters_are_asked_for_until_they_are_answered() {
    let (_dir, store) = store(Bounds::default());
    let letters: Vec<_> = (0..4).map(|number| numbered(number, 10)).collect();
    store.add(&letters).unwrap();
    assert_eq!(store.ask(&[4, 1, 2, 9]).unwrap(), [4, 1, 2]);
    assert_eq!(asked(&store), [1, 2, 4]);
    assert!(store.get(4).unwrap().unwrap().replay_asked);
    let few = store.asked(1, |stored| stored.id > 1).unwrap();
    assert_eq!(few[0].id, 2);

    let failed = StoredLetter {
        id: 2,
        replay_asked: true,
        letter: DeadLetter {
            attempts: 3,
            ..numbered(2, 500)
        },
    };
    let dropped = StoredLetter {
        id: 7,
        ..failed.clone()
    };
    store.answer(&[1, 8], &[failed.clone(), dropped]).unwrap();
    assert_eq!(asked(&store), [4]);
    assert_eq!(store.get(1).unwrap(), None);
    assert_eq!(store.get(7).unwrap(), None);
    let found = store.get(2).unwrap().unwrap();
    assert_eq!(
        (found.replay_asked, found.letter),
        (false, failed.letter.clone())
    );
    let sizes = size(&letters[2]) + size(&letters[3]) + size(&failed.letter);
    let counts = store.counts().unwrap();
    assert_eq!((counts.letters, counts.bytes), (3, sizes));

    assert_eq!(store.remove(&[4, 7]).unwrap(), [4]);
    assert!(asked(&store).is_empty());
    // A number is not used again.
    assert_eq!(store.add(&[numbered(2, 10)]).unwrap(), [5]);
}

#[test]
fn a_letter_that_is_too_large_is_refused_and_costs_no_other() {
    let (_dir, store) = store(Bounds {
        letters: 10,
        bytes: 2_000,
    });
    store.add(&[numbered(1, 10)]).unwrap();
    let error = store
        .add(&[numbered(2, 10), numbered(3, 2_000)])
        .unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { most: 2_000, .. }),
        "{error}"
    );
    assert_eq!(store.counts().unwrap().letters, 1);
}

#[test]
fn stores_of_several_threads_are_one() {
    let (_dir, store) = store(Bounds::default());
    let mut ids: Vec<u64> = std::thread::scope(|scope| {
        let one = || {
            (0..8)
                .flat_map(|n| store.add(&[numbered(n, 10)]).unwrap())
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    ids.sort_unstable();
    assert_eq!(ids, (1..=32).collect::<Vec<u64>>());
    assert_eq!(store.counts().unwrap().letters, 32);
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let (dir, store) = store(Bounds::default());
    std::fs::create_dir(dir.path().join("letters")).unwrap();
    for text in ["", "not a store", &"x".repeat(10_000)] {
        std::fs::write(store.path(), text).unwrap();
        for error in [
            store.add(&[numbered(1, 10)]).unwrap_err(),
            store.counts().unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        }
        assert_eq!(std::fs::read_to_string(store.path()).unwrap(), text);
    }
}

#[test]
fn a_file_of_a_newer_format_is_refused() {
    let (_dir, store) = store(Bounds::default());
    store.add(&[numbered(1, 10)]).unwrap();
    let database = LAYOUT.open(store.path()).unwrap();
    let write = file::begin(&database).unwrap();
    write.open_table(META).unwrap().insert("format", 2).unwrap();
    write.commit().unwrap();
    drop(database);
    let error = store.add(&[numbered(2, 10)]).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { format: 2, .. }),
        "{error}"
    );
}

/// What is done to a store.
#[derive(Debug, Clone)]
enum Step {
    /// Letters of these sizes.
    Add(Vec<usize>),
    /// The letter at this position of those there are.
    Remove(usize),
    /// The older half.
    RemoveOld,
    /// The letter at this position was replayed in vain and is of this size now.
    Answer(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(0..600_usize, 1..4).prop_map(Step::Add),
        1 => any::<usize>().prop_map(Step::Remove),
        1 => Just(Step::RemoveOld),
        1 => (any::<usize>(), 0..600_usize).prop_map(|(at, size)| Step::Answer(at, size)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Each step opens the file anew, so that what was stored is read from it.
    #[test]
    fn a_store_is_bounded_and_holds_the_newest(steps in prop::collection::vec(step(), 1..24)) {
        let bounds = Bounds { letters: 7, bytes: 3_500 };
        let (_dir, store) = store(bounds);
        let mut model: BTreeMap<u64, DeadLetter> = BTreeMap::new();
        let (mut last, mut given_up) = (0, 0);
        for step in steps {
            let held: Vec<u64> = model.keys().copied().collect();
            let some = |at: usize| held.get(at % held.len().max(1)).copied();
            match step {
                Step::Add(sizes) => {
                    let letters: Vec<_> = sizes.iter().map(|&size| numbered(last, size)).collect();
                    let ids = store.add(&letters).unwrap();
                    // Ascending, and never one that was used.
                    for (id, letter) in ids.into_iter().zip(letters) {
                        prop_assert!(id > last);
                        last = id;
                        model.insert(id, letter);
                    }
                }
                Step::Remove(at) => {
                    let id = some(at).unwrap_or(99);
                    let there = model.remove(&id).is_some();
                    prop_assert_eq!(store.remove(&[id]).unwrap().len(), usize::from(there));
                }
                Step::RemoveOld => {
                    let id = some(held.len() / 2).unwrap_or(0);
                    let before = model.len();
                    model.retain(|&held, _| held > id);
                    prop_assert_eq!(store.remove_up_to(id).unwrap(), (before - model.len()) as u64);
                }
                Step::Answer(at, bytes) => {
                    let id = some(at).unwrap_or(99);
                    let letter = numbered(id, bytes);
                    if let Some(known) = model.get_mut(&id) {
                        *known = letter.clone();
                    }
                    let answered = StoredLetter { id, replay_asked: false, letter };
                    store.answer(&[], &[answered]).unwrap();
                }
            }
            while model.len() > 7 || model.values().map(size).sum::<u64>() > 3_500 {
                model.pop_first();
                given_up += 1;
            }
            let (counts, newest) = store.newest(None, usize::MAX).unwrap();
            let found: BTreeMap<u64, DeadLetter> =
                newest.into_iter().map(|stored| (stored.id, stored.letter)).collect();
            prop_assert_eq!(&found, &model);
            prop_assert_eq!(counts, LetterCounts {
                letters: model.len() as u64,
                bytes: model.values().map(size).sum(),
                given_up,
            });
        }
    }
}
