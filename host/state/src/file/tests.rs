#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;
use crate::{Folder, MemoryState, States, Task};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn task(tasks: u32) -> Task {
    Task {
        topology: "words".to_owned(),
        component: "count".to_owned(),
        index: 1,
        tasks,
        quota: StateGrant::DEFAULT_QUOTA,
    }
}

fn changes(of: &[(&str, Option<&str>)]) -> Changes {
    let of = of.iter();
    of.map(|(key, value)| {
        (
            (*key).to_owned(),
            value.map(|value| value.as_bytes().to_vec()),
        )
    })
    .collect()
}

async fn opened(folder: &Folder) -> Arc<dyn TaskState> {
    let state = folder.of_task(&task(2));
    state.open().await.unwrap();
    state
}

#[tokio::test]
async fn what_was_committed_is_there_when_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path().join("state"));
    let state = opened(&folder).await;
    assert_eq!((state.held().unwrap(), state.get("a").unwrap()), (0, None));
    let first = changes(&[("a", Some("1")), ("b", Some("22"))]);
    state.commit(first).await.unwrap();
    state
        .commit(changes(&[("a", None), ("c", None)]))
        .await
        .unwrap();
    drop(state);
    let state = opened(&folder).await;
    assert_eq!(state.get("b").unwrap().as_deref(), Some(&b"22"[..]));
    assert_eq!(state.get("a").unwrap(), None);
    assert_eq!(state.held().unwrap(), StateGrant::cost(1, 2));
    let file = dir.path().join("state/words/count/1.redb");
    assert!(file.is_file());
}

#[tokio::test]
async fn a_task_has_one_state_for_as_long_as_somebody_uses_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    let one = opened(&folder).await;
    let other = folder.of_task(&task(2));
    one.commit(changes(&[("a", Some("1"))])).await.unwrap();
    assert!(other.get("a").unwrap().is_some());
    // Another process would be refused.
    let file = dir.path().join("words/count/1.redb");
    let stranger = redb::Database::open(&file).unwrap_err();
    assert!(matches!(stranger, redb::DatabaseError::DatabaseAlreadyOpen));
    drop((one, other));
    redb::Database::open(&file).unwrap();
}

#[tokio::test]
async fn a_state_that_somebody_else_gives_up_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    drop(opened(&folder).await);
    let other = redb::Database::open(dir.path().join("words/count/1.redb")).unwrap();
    let state = folder.of_task(&task(2));
    let mut opening = state.open();
    let waiting = futures_poll(&mut opening).await;
    assert!(!waiting, "it is not opened while another one has it");
    drop(other);
    opening.await.unwrap();
}

/// Whether it is done at once.
async fn futures_poll(doing: &mut Doing<'_>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(doing.as_mut().poll(cx).is_ready())).await
}

#[tokio::test]
async fn another_number_of_tasks_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    drop(opened(&folder).await);
    let refused = folder
        .of_task(&task(3))
        .open()
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("`parallelism: 2`"), "{refused}");
    drop(opened(&folder).await);
}

#[tokio::test]
async fn what_is_damaged_or_newer_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    drop(opened(&folder).await);
    let file = dir.path().join("words/count/1.redb");
    let newer = redb::Database::open(&file).unwrap();
    let write = newer.begin_write().unwrap();
    write.open_table(META).unwrap().insert("format", 2).unwrap();
    write.commit().unwrap();
    drop(newer);
    let error = folder.of_task(&task(2)).open().await.unwrap_err();
    assert!(
        matches!(error, StateError::Newer { format: 2, .. }),
        "{error}"
    );
    for damage in [&b""[..], b"redb", &[7; 5_000]] {
        std::fs::write(&file, damage).unwrap();
        let error = folder.of_task(&task(2)).open().await.unwrap_err();
        assert!(error.to_string().contains("1.redb"), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), damage, "{error}");
    }
}

#[tokio::test]
async fn what_is_not_open_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let state = Folder::new(dir.path()).of_task(&task(2));
    let read = state.get("a").unwrap_err();
    assert!(matches!(read, StateError::NotOpen { .. }), "{read}");
    let written = state
        .commit(changes(&[("a", Some("1"))]))
        .await
        .unwrap_err();
    assert!(matches!(written, StateError::NotOpen { .. }), "{written}");
    assert!(!dir.path().join("words").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A file and a map do the same.
    #[test]
    fn it_does_as_the_one_in_memory(
        commits in prop::collection::vec(
            prop::collection::btree_map("[ab]{1,3}", prop::option::of(prop::collection::vec(0..9_u8, 0..9)), 0..8),
            0..6,
        ),
        prefix in "[ab]{0,2}",
        after in prop::option::of("[ab]{1,3}"),
    ) {
        runtime().block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let file = opened(&Folder::new(dir.path())).await;
            let memory = MemoryState::default();
            for changes in commits {
                file.commit(changes.clone()).await.unwrap();
                memory.commit(changes).await.unwrap();
            }
            assert_eq!(file.held().unwrap(), memory.held().unwrap());
            for most in [0, 1, 3, 100] {
                let keys = memory.keys(&prefix, after.as_deref(), most).unwrap();
                assert_eq!(file.keys(&prefix, after.as_deref(), most).unwrap(), keys);
            }
            for key in memory.keys("", None, 100).unwrap() {
                assert_eq!(file.get(&key).unwrap(), memory.get(&key).unwrap());
                assert_eq!(file.size(&key).unwrap(), memory.size(&key).unwrap());
            }
        });
    }
}
