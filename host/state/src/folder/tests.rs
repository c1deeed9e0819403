#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::Changes;

fn task(topology: &str, index: u32) -> Task {
    Task {
        topology: topology.to_owned(),
        component: "count".to_owned(),
        index,
        tasks: 2,
        quota: 1 << 20,
    }
}

/// Both tasks of a topology have kept something, and have ended.
async fn kept(folder: &Folder, topology: &str) {
    for index in 0..2 {
        let state = folder.of_task(&task(topology, index));
        state.open().await.unwrap();
        let changes = Changes::from([("a".to_owned(), Some(vec![1]))]);
        state.commit(changes).await.unwrap();
    }
}

#[tokio::test]
async fn what_one_topology_keeps_is_removed_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path().join("state"));
    assert!(!folder.remove("words").unwrap(), "there is no such folder");
    kept(&folder, "words").await;
    kept(&folder, "other").await;
    // An earlier removal was killed between moving and deleting.
    let removed = folder.path().join(".removed-words/count");
    fs::create_dir_all(&removed).unwrap();
    fs::write(removed.join("0.redb"), "left").unwrap();

    assert!(folder.remove("words").unwrap());
    assert!(!folder.remove("words").unwrap());
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["other"]);

    let state = folder.of_task(&task("words", 0));
    state.open().await.unwrap();
    assert_eq!(state.get("a").unwrap(), None);
    let state = folder.of_task(&task("other", 0));
    state.open().await.unwrap();
    assert_eq!(state.get("a").unwrap(), Some(vec![1]));
}

#[tokio::test]
async fn a_link_in_place_of_the_folder_is_removed_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("precious"), "").unwrap();
    let folder = Folder::new(dir.path().join("state"));
    fs::create_dir(folder.path()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.of_topology("words")).unwrap();
    assert!(folder.remove("words").unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(elsewhere.join("precious").exists());
}

#[tokio::test]
async fn another_number_of_tasks_is_told_before_any_of_them_starts() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    folder.check_tasks("words", "count", 3).unwrap();
    kept(&folder, "words").await;
    folder.check_tasks("words", "count", 2).unwrap();
    folder.check_tasks("words", "split", 3).unwrap();
    let error = folder.check_tasks("words", "count", 3).unwrap_err();
    assert!(
        matches!(
            error,
            StateError::OtherTasks {
                kept: 2,
                now: 3,
                ..
            }
        ),
        "{error}"
    );
    // To look has changed nothing.
    let state = folder.of_task(&task("words", 1));
    state.open().await.unwrap();
    assert_eq!(state.get("a").unwrap(), Some(vec![1]));

    for index in 0..2 {
        let file = folder
            .of_topology("words")
            .join(format!("count/{index}.redb"));
        drop(folder.of_task(&task("words", index)));
        fs::write(file, "not what was written").unwrap();
    }
    drop(state);
    let error = folder.check_tasks("words", "count", 2).unwrap_err();
    assert!(matches!(error, StateError::Damaged { .. }), "{error}");
}
