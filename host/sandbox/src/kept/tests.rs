#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use proptest::prelude::*;
use stormcell_state::MemoryState;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Set(String, Vec<u8>),
    Remove(String),
    /// The call went well, and the next one begins.
    Commit,
    /// It did not.
    Forget,
    Keys(String, Option<String>, u32),
}

fn step() -> impl Strategy<Value = Step> {
    let key = || "[ab]{1,3}";
    prop_oneof![
        4 => (key(), prop::collection::vec(0..3_u8, 0..40)).prop_map(|(k, v)| Step::Set(k, v)),
        2 => key().prop_map(Step::Remove),
        1 => Just(Step::Commit),
        1 => Just(Step::Forget),
        2 => ("[ab]{0,2}", prop::option::of(key()), 0..6_u32)
            .prop_map(|(prefix, after, most)| Step::Keys(prefix, after, most)),
    ]
}

fn held(values: &BTreeMap<String, Vec<u8>>) -> u64 {
    let costs = values.iter();
    costs
        .map(|(key, value)| StateGrant::cost(key.len(), value.len()))
        .sum()
}

proptest! {
    /// Whatever is done, what is seen is what a plain map would show, and the store holds
    /// no more than the quota.
    #[test]
    fn it_is_a_map_with_a_quota(steps in prop::collection::vec(step(), 0..80)) {
        let quota = 600;
        let store: Arc<dyn TaskState> = Arc::new(MemoryState::default());
        let mut kept = Kept::new(&Keeping::Values(&store, StateGrant { quota }), 1 << 20);
        let (mut stored, mut seen) = (BTreeMap::new(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Set(key, value) => {
                    let mut next = seen.clone();
                    next.insert(key.clone(), value.clone());
                    let fits = held(&next) <= quota;
                    prop_assert_eq!(kept.set(key, value).is_ok(), fits);
                    if fits {
                        seen = next;
                    }
                }
                Step::Remove(key) => {
                    prop_assert_eq!(kept.remove(key.clone()), Ok(()));
                    seen.remove(&key);
                }
                Step::Commit => {
                    if let Some((store, changes)) = kept.commit() {
                        store.commit(changes).now_or_never().unwrap().unwrap();
                    }
                    stored = seen.clone();
                }
                Step::Forget => {
                    kept.forget();
                    seen = stored.clone();
                }
                Step::Keys(prefix, after, most) => {
                    let keys = seen.keys().filter(|key| key.starts_with(&prefix));
                    let keys = keys.filter(|key| after.as_ref().is_none_or(|after| *key > after));
                    let expected: Vec<String> = keys.take(most as usize).cloned().collect();
                    let told = kept.keys(&prefix, after.as_deref(), most);
                    prop_assert_eq!(told, Ok(expected));
                }
            }
            for (key, value) in &seen {
                prop_assert_eq!(kept.get(key), Ok(Some(value.clone())));
            }
            prop_assert_eq!(store.held().unwrap(), held(&stored));
        }
    }
}

#[test]
fn keys_that_a_call_removed_are_passed_over() {
    let store: Arc<dyn TaskState> = Arc::new(MemoryState::default());
    let all: Changes = (0..5_000)
        .map(|i| (format!("{i:05}"), Some(Vec::new())))
        .collect();
    store.commit(all).now_or_never().unwrap().unwrap();
    let mut kept = Kept::new(&Keeping::Values(&store, StateGrant::default()), 1 << 20);
    for i in 0..4_999 {
        kept.remove(format!("{i:05}")).unwrap();
    }
    assert_eq!(kept.keys("", None, 1).unwrap(), ["04999"]);
}

#[test]
fn a_call_may_change_so_many_keys() {
    let store: Arc<dyn TaskState> = Arc::new(MemoryState::default());
    let grant = StateGrant { quota: 64 << 30 };
    let mut kept = Kept::new(&Keeping::Values(&store, grant), u64::MAX);
    for i in 0..CHANGES {
        kept.set(i.to_string(), Vec::new()).unwrap();
    }
    let refused = kept.set("more".to_owned(), Vec::new());
    assert!(matches!(refused, Err(Refused::OverQuota(_))), "{refused:?}");
    // Those that it has changed it may change again.
    kept.set("7".to_owned(), vec![1]).unwrap();
}
