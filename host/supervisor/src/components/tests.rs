#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;
use std::pin::Pin;
use std::task::{Context, Poll};

use stormcell_sandbox::SandboxConfig;
use tokio::io::ReadBuf;

use super::*;

fn open() -> (tempfile::TempDir, Components) {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    std::fs::create_dir(data.components()).unwrap();
    let sandbox = Sandbox::new(SandboxConfig::default()).unwrap();
    (
        temp,
        Components::open(data, sandbox, SignaturePolicy::default()).unwrap(),
    )
}

fn digest(content: &[u8]) -> Digest {
    Digest::of(Sha256::digest(content).into())
}

fn files(components: &Components) -> usize {
    std::fs::read_dir(components.data.components())
        .unwrap()
        .count()
}

#[tokio::test]
async fn what_was_put_is_there_once() {
    let (_temp, components) = open();
    let content = vec![7; 1 << 20];
    let digest = digest(&content);
    assert!(!components.has(&digest).await.unwrap());
    assert!(
        components
            .put(&digest, Cursor::new(&content))
            .await
            .unwrap()
    );
    assert!(components.has(&digest).await.unwrap());
    // It is not read again.
    assert!(!components.put(&digest, Broken).await.unwrap());
    let path = components.data.component(digest.as_str());
    assert_eq!(std::fs::read(path).unwrap(), content);
    assert_eq!(files(&components), 1);
}

#[tokio::test]
async fn what_is_not_what_it_is_called_is_not_kept() {
    let (_temp, components) = open();
    let digest = digest(b"right");
    let problem = components
        .put(&digest, Cursor::new(b"wrong"))
        .await
        .unwrap_err();
    assert_eq!(problem.code, "invalid");
    assert!(problem.message.contains(digest.as_str()), "{problem:?}");
    let problem = components.put(&digest, Broken).await.unwrap_err();
    assert!(problem.message.contains("broke off"), "{problem:?}");
    assert_eq!(files(&components), 0);
}

#[tokio::test]
async fn a_file_that_was_changed_is_not_run_and_can_be_healed() {
    let (_temp, components) = open();
    let digest = digest(b"right");
    components
        .put(&digest, Cursor::new(b"right"))
        .await
        .unwrap();
    let path = components.data.component(digest.as_str());
    std::fs::write(&path, "wrong").unwrap();
    let error = components.load(digest.as_str()).await.unwrap_err();
    assert!(matches!(error, Unusable::Changed(..)), "{error}");
    assert!(!components.has(&digest).await.unwrap());
    let healed = components.put(&digest, Cursor::new(b"right")).await;
    assert!(healed.unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), b"right");

    let error = components.load(digest.as_str()).await.unwrap_err();
    assert!(matches!(error, Unusable::Unfit(_)), "no component: {error}");
    std::fs::remove_file(&path).unwrap();
    let error = components.load(digest.as_str()).await.unwrap_err();
    assert!(matches!(error, Unusable::Missing(_)), "{error}");
}

#[tokio::test]
async fn what_was_half_written_is_removed_at_the_start() {
    let (_temp, components) = open();
    let left = components.data.components().join(".upload-abc");
    std::fs::write(&left, "half").unwrap();
    let kept = components.data.component(digest(b"x").as_str());
    std::fs::write(&kept, "x").unwrap();
    let policy = SignaturePolicy::default();
    Components::open(components.data.clone(), components.sandbox.clone(), policy).unwrap();
    assert!(!left.exists());
    assert!(kept.exists());
}

/// A body that breaks off.
struct Broken;

impl AsyncRead for Broken {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }
}
