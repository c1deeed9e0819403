#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stormcell_protocol::DataDir;
use stormcell_sandbox::{Sandbox, SandboxConfig};
use stormcell_signatures::PrivateKey;

use super::*;

fn key(byte: u8) -> PrivateKey {
    PrivateKey::of_random(&[byte; 32])
}

fn policy(required: bool) -> SignaturePolicy {
    SignaturePolicy {
        trusted: [key(1).public(), key(2).public()].into_iter().collect(),
        required,
    }
}

fn open(policy: SignaturePolicy) -> (tempfile::TempDir, Components) {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    std::fs::create_dir(data.components()).unwrap();
    let sandbox = Sandbox::new(SandboxConfig::default()).unwrap();
    (temp, Components::open(data, sandbox, policy).unwrap())
}

fn digest(byte: u8) -> Digest {
    Digest::of([byte; 32])
}

async fn refused(components: &Components, digest: &Digest) -> String {
    let problem = components
        .check_signed(digest.as_str(), "`split`")
        .await
        .unwrap_err();
    assert_eq!(problem.code, "unsigned");
    problem.message
}

#[tokio::test]
async fn what_a_trusted_key_has_signed_is_run() {
    let (_temp, components) = open(policy(true));
    let message = refused(&components, &digest(7)).await;
    assert!(message.contains("`split`"), "{message}");
    assert!(message.contains(digest(7).as_str()), "{message}");
    for signer in [1, 2] {
        let signature = key(signer).sign(&digest(7).bytes());
        let kept = components.put_signature(&digest(7), &signature).await;
        assert_eq!(kept.unwrap(), Some(key(signer).public().id()));
        let known = components.signer(&digest(7)).await;
        assert_eq!(known, Some(key(signer).public().id()));
    }
    let checked = components.check_signed(digest(7).as_str(), "`split`").await;
    assert!(checked.is_ok());
    refused(&components, &digest(8)).await;
}

#[tokio::test]
async fn a_wrong_signature_is_never_kept() {
    for required in [true, false] {
        let (_temp, components) = open(policy(required));
        let other = key(1).sign(&digest(8).bytes());
        let problem = components.put_signature(&digest(7), &other).await;
        let problem = problem.unwrap_err();
        assert_eq!(problem.code, "unsigned");
        assert!(problem.message.contains("is wrong"), "{problem:?}");
        assert!(
            problem.message.contains(&other.key.to_string()),
            "{problem:?}"
        );
        assert_eq!(components.signer(&digest(7)).await, None);
    }
}

#[tokio::test]
async fn a_stranger_is_refused_where_signatures_are_asked_for() {
    let signature = key(3).sign(&digest(7).bytes());
    let (_temp, asking) = open(policy(true));
    let problem = asking.put_signature(&digest(7), &signature).await;
    let problem = problem.unwrap_err();
    assert!(
        problem.message.contains("is not trusted here"),
        "{problem:?}"
    );
    let (_temp, indifferent) = open(policy(false));
    let kept = indifferent.put_signature(&digest(7), &signature).await;
    assert_eq!(kept.unwrap(), None);
    assert!(
        indifferent
            .check_signed(digest(7).as_str(), "`split`")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_lies_there_counts_only_if_it_is_right_now() {
    let (_temp, components) = open(policy(true));
    let path = components.data.component_signature(digest(7).as_str());
    let signature = key(1).sign(&digest(7).bytes());
    components
        .put_signature(&digest(7), &signature)
        .await
        .unwrap();
    let text = std::fs::read(&path).unwrap();
    // Of another file, cut off, not a signature at all.
    let other = components.data.component_signature(digest(8).as_str());
    std::fs::copy(&path, other).unwrap();
    refused(&components, &digest(8)).await;
    for wrong in [&text[..text.len() - 1], b"", b"{}"] {
        std::fs::write(&path, wrong).unwrap();
        refused(&components, &digest(7)).await;
    }
    std::fs::write(&path, &text).unwrap();
    assert!(components.signer(&digest(7)).await.is_some());
    // The key is not trusted any more.
    let later = SignaturePolicy {
        trusted: [key(2).public()].into_iter().collect(),
        required: true,
    };
    let later = Components::open(components.data.clone(), components.sandbox.clone(), later);
    refused(&later.unwrap(), &digest(7)).await;
}
