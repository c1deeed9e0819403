use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn entry(counter: u64) -> Entry {
    let mut entry = Entry {
        root: RootId::from_bits(counter),
        ..EMPTY
    };
    entry.state.xor = counter;
    entry
}

#[test]
fn an_entry_is_32_bytes() {
    assert_eq!(size_of::<Entry>(), 32);
}

#[test]
fn the_id_that_no_root_has_is_not_found_in_a_vacant_place() {
    let mut ring = Ring::new();
    assert!(ring.find(VACANT).is_none());
    assert!(ring.remove(VACANT).is_none());
    assert_eq!(ring.len(), 0);
}

#[test]
fn one_old_root_does_not_make_the_ring_grow() {
    let mut ring = Ring::new();
    ring.insert(entry(0), 1);
    for counter in 1..100_000 {
        ring.insert(entry(counter), 2);
        ring.remove(RootId::from_bits(counter));
    }
    assert_eq!(ring.places.len(), SMALLEST);
    assert_eq!(ring.stragglers.len(), 1);
    assert!(ring.find(RootId::from_bits(0)).is_some());
}

#[test]
fn the_ring_grows_with_what_is_pending_so_that_none_is_a_straggler() {
    let mut ring = Ring::new();
    for counter in 0..10_000 {
        ring.insert(entry(counter), counter as usize + 1);
    }
    assert_eq!(ring.stragglers.len(), 0);
    assert_eq!(ring.places.len(), 32_768);
}

/// Some entries come and go, and then one is added that stays, or one of those that
/// are there is taken out.
fn steps() -> impl Strategy<Value = Vec<(u64, Option<prop::sample::Index>)>> {
    let step = (
        0..20u64,
        prop::option::weighted(0.4, any::<prop::sample::Index>()),
    );
    prop::collection::vec(step, 0..600)
}

proptest! {
    #[test]
    fn behaves_as_a_map(steps in steps()) {
        let mut ring = Ring::new();
        let mut map = BTreeMap::new();
        let mut next = 0;
        let mut most = 0;
        for (skip, taken) in steps {
            for _ in 0..skip {
                ring.insert(entry(next), map.len() + 1);
                most = most.max(map.len() + 1);
                ring.remove(RootId::from_bits(next));
                next += 1;
            }
            match taken {
                Some(index) if !map.is_empty() => {
                    let counter = *index.get(&map.keys().copied().collect::<Vec<u64>>());
                    map.remove(&counter);
                    let removed = ring.remove(RootId::from_bits(counter));
                    prop_assert_eq!(removed.map(|entry| entry.state.xor), Some(counter));
                    prop_assert!(ring.remove(RootId::from_bits(counter)).is_none());
                }
                _ => {
                    ring.insert(entry(next), map.len() + 1);
                    map.insert(next, next);
                    next += 1;
                }
            }
            most = most.max(map.len());
            prop_assert_eq!(ring.len(), map.len());
            prop_assert!(ring.places.len() <= SMALLEST.max(4 * most));
        }
        let mut all: Vec<u64> = ring.iter().map(|entry| entry.state.xor).collect();
        all.sort_unstable();
        prop_assert_eq!(all, map.keys().copied().collect::<Vec<_>>());
        for counter in 0..next {
            let root = RootId::from_bits(counter);
            prop_assert_eq!(ring.contains(root), map.contains_key(&counter));
            prop_assert_eq!(ring.find(root).map(|e| e.state.xor), map.get(&counter).copied());
        }
    }
}
