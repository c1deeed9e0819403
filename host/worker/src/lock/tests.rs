#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn said(path: &Path) -> Holder {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn me(incarnation: u32) -> Holder {
    Holder {
        pid: std::process::id(),
        incarnation,
    }
}

#[tokio::test]
async fn it_says_who_holds_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made/when/missing/worker-0.lock");
    let lock = Lock::take(&path, 7).await.unwrap();
    assert_eq!(said(&path), me(7));
    drop(lock);
    // What a longer text leaves behind does not stay.
    std::fs::write(&path, "x".repeat(10_000)).unwrap();
    let _lock = Lock::take(&path, 8).await.unwrap();
    assert_eq!(said(&path), me(8));
}

#[tokio::test(start_paused = true)]
async fn an_incarnation_that_stays_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker-0.lock");
    let _held = Lock::take(&path, 7).await.unwrap();
    let error = Lock::take(&path, 8).await.unwrap_err();
    assert_eq!(said(&path), me(7), "the file of the holder is left alone");
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    assert!(text.contains("after 10 s"), "{text}");
    let named = format!("process {}, incarnation 7", std::process::id());
    assert!(text.contains(&named), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_holder_without_a_name_is_no_problem() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker-0.lock");
    let _held = Lock::take(&path, 7).await.unwrap();
    std::fs::write(&path, [0xff; 20_000]).unwrap();
    let error = Lock::take(&path, 8).await.unwrap_err();
    assert!(matches!(error, LockError::Held { holder: None, .. }));
}

#[tokio::test(start_paused = true)]
async fn an_incarnation_that_goes_in_time_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker-0.lock");
    let held = Lock::take(&path, 7).await.unwrap();
    let later = tokio::spawn({
        let path = path.clone();
        async move { Lock::take(&path, 8).await }
    });
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert!(!later.is_finished());
    drop(held);
    let _lock = later.await.unwrap().unwrap();
    assert_eq!(said(&path), me(8));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let path = in_the_way.join("worker-0.lock");
    let error = Lock::take(&path, 1).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    assert!(matches!(error, LockError::File { .. }));
}
