//! What a task keeps: changes take effect with their call or not at all, and within a quota.

use std::sync::Arc;

use serde_json::json;
use stormcell_batch::Value;
use stormcell_sandbox::{BoltInstance, CallError, Fault, FaultKind, TaskSpec};
use stormcell_state::{Changes, Doing, MemoryState, StateError, TaskState};
use stormcell_topology::StateGrant;

use crate::support::{batch, columns, prepared, task, text, word};

/// A task that keeps values.
fn keeping() -> TaskSpec {
    let (mut spec, _) = task(&word(), json!({ "do": "keep" }));
    spec.grants.state = Some(StateGrant::default());
    spec.state = Some(Arc::new(MemoryState::default()));
    spec
}

/// One call with these steps. What it changed is not stored.
async fn tried(instance: &mut BoltInstance, steps: &str) -> Result<String, CallError> {
    let row = columns(&word(), vec![vec![Value::Text(steps.to_owned())]]);
    let outcome = instance.execute(&[batch(row)]).await?;
    Ok(text(&outcome))
}

/// One call with these steps, which goes well.
async fn done(instance: &mut BoltInstance, steps: &str) -> String {
    let said = tried(instance, steps).await.unwrap();
    instance.commit().await.unwrap();
    said
}

/// The error that a call with these steps returns.
async fn refused(instance: &mut BoltInstance, steps: &str) -> String {
    match tried(instance, steps).await {
        Err(CallError::Returned(reason)) => reason.into_string(),
        other => panic!("{steps}: {other:?}"),
    }
}

#[tokio::test]
async fn values_outlive_their_instance() {
    let spec = keeping();
    let mut first = prepared(&spec).await;
    assert_eq!(done(&mut first, "get a; set a 1; get a").await, "none 1");
    assert_eq!(done(&mut first, "set b 2; remove a; get a").await, "none");
    drop(first);
    let mut second = prepared(&spec).await;
    assert_eq!(
        done(&mut second, "get a; get b; keys  10").await,
        "none 2 b"
    );
}

#[tokio::test]
async fn a_call_that_does_not_go_well_changes_nothing() {
    let spec = keeping();
    let mut instance = prepared(&spec).await;
    assert_eq!(done(&mut instance, "set a 1").await, "");
    // Whoever called it found that what it returned is not in order.
    assert_eq!(tried(&mut instance, "set a 2; get a").await.unwrap(), "2");
    assert_eq!(done(&mut instance, "get a").await, "1");
    let failed = refused(&mut instance, "set a 3; fail").await;
    assert_eq!(failed, "it was told to fail");
    assert_eq!(done(&mut instance, "get a").await, "1");
    for steps in ["set a 4; trap", "set a 5; lie"] {
        let Err(CallError::Fault(_)) = tried(&mut instance, steps).await else {
            panic!("{steps}: no fault");
        };
        assert!(instance.commit().await.is_ok(), "there is nothing to store");
        instance = prepared(&spec).await;
        assert_eq!(done(&mut instance, "get a").await, "1", "{steps}");
    }
}

#[tokio::test]
async fn what_is_changed_in_prepare_is_stored_when_it_is_said() {
    let mut spec = keeping();
    spec.config = json!({ "do": "keep", "prepare": "set a 1" });
    drop(prepared(&spec).await);
    let store = Arc::clone(spec.state.as_ref().unwrap());
    assert_eq!(store.get("a").unwrap(), None);
    let mut instance = prepared(&spec).await;
    instance.commit().await.unwrap();
    assert_eq!(store.get("a").unwrap().as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn what_is_not_granted_is_said() {
    let mut spec = keeping();
    spec.grants.state = None;
    let mut instance = prepared(&spec).await;
    for steps in ["get a", "set a 1", "remove a", "keys a 1"] {
        let reason = refused(&mut instance, steps).await;
        assert!(
            reason.contains("NotGranted") && reason.contains("`state: true`"),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn keys_and_values_are_bounded() {
    let mut instance = prepared(&keeping()).await;
    assert_eq!(done(&mut instance, "long 1024; fill a 1048576").await, "");
    for (steps, code) in [
        ("long 1025", "InvalidKey"),
        ("long 0", "InvalidKey"),
        ("get ", "InvalidKey"),
        ("fill a 1048577", "ValueTooLarge"),
    ] {
        let reason = refused(&mut instance, steps).await;
        assert!(reason.contains(code), "{steps}: {reason}");
    }
}

#[tokio::test]
async fn a_task_keeps_no_more_than_its_quota() {
    let mut spec = keeping();
    spec.grants.state = Some(StateGrant { quota: 4_096 });
    let mut instance = prepared(&spec).await;
    assert_eq!(done(&mut instance, "fill a 4000").await, "");
    for steps in ["set b 1", "fill a 4032", "many k 100"] {
        let reason = refused(&mut instance, steps).await;
        assert!(
            reason.contains("OverQuota") && reason.contains("4096"),
            "{reason}"
        );
    }
    // What makes room is allowed, also if the quota was made smaller.
    assert_eq!(done(&mut instance, "fill a 4031").await, "");
    spec.grants.state = Some(StateGrant { quota: 4_095 });
    let mut instance = prepared(&spec).await;
    assert_eq!(
        done(&mut instance, "fill a 4030; remove a; set b 1; keys  9").await,
        "b"
    );
}

#[tokio::test]
async fn a_call_changes_no_more_than_it_may_return() {
    let mut spec = keeping();
    spec.limits.output_bytes = 1 << 20;
    let mut instance = prepared(&spec).await;
    let reason = refused(&mut instance, "fill a 600000; fill b 600000").await;
    assert!(reason.contains("limits.output-bytes"), "{reason}");
    assert_eq!(
        done(&mut instance, "fill a 600000; fill a 600000; keys  9").await,
        "a"
    );
}

#[tokio::test]
async fn keys_are_told_in_order_and_in_pages() {
    let mut instance = prepared(&keeping()).await;
    assert_eq!(
        done(&mut instance, "many k 2500; set j 1; set l 1").await,
        ""
    );
    let steps = "count k 5000; keys k 2; keys k 2 k000001; count z 9; count k 0";
    let said = "1000 k000000,k000001 k000002,k000003 0 0";
    assert_eq!(done(&mut instance, steps).await, said);
    let steps = "remove k000001; set k0000005 1; keys k 3; keys l 9; keys k 9 k002499";
    let said = "k000000,k0000005,k000002 l ";
    assert_eq!(done(&mut instance, steps).await, said);
}

/// A store that cannot be written, as a disk that is full.
#[derive(Default)]
struct Full(MemoryState);

impl TaskState for Full {
    fn open(&self) -> Doing<'_> {
        self.0.open()
    }
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.0.get(key)
    }
    fn size(&self, key: &str) -> Result<Option<usize>, StateError> {
        self.0.size(key)
    }
    fn keys(&self, p: &str, after: Option<&str>, most: usize) -> Result<Vec<String>, StateError> {
        self.0.keys(p, after, most)
    }
    fn held(&self) -> Result<u64, StateError> {
        self.0.held()
    }
    fn commit(&self, _: Changes) -> Doing<'_> {
        let path = "a file".into();
        let reason = "no room".to_owned();
        Box::pin(std::future::ready(Err(StateError::Io { path, reason })))
    }
}

#[tokio::test]
async fn an_instance_whose_changes_cannot_be_stored_is_dead() {
    let mut spec = keeping();
    spec.state = Some(Arc::new(Full::default()));
    let mut instance = prepared(&spec).await;
    assert_eq!(tried(&mut instance, "set a 1").await.unwrap(), "");
    let Err(Fault { kind, message, .. }) = instance.commit().await else {
        panic!("it was stored");
    };
    assert_eq!(kind, FaultKind::State);
    assert!(message.contains("no room"), "{message}");
    let Err(CallError::Fault(fault)) = tried(&mut instance, "get a").await else {
        panic!("it lives");
    };
    assert_eq!(fault.kind, FaultKind::Dead);
}
