//! The calls of each world.

use serde_json::json;
use stormcell_batch::{Field, Schema, Value, ValueType};
use stormcell_sandbox::{
    Anchors, CallError, Choice, CloseReason, FaultKind, GroupingSpec, InputStream, Kept, TaskSpec,
    Tracking,
};
use stormcell_topology::plain_text::SAID;
use stormcell_topology::{Capability, InputRequirement, Limits, OutputStream, TextForm, World};

use crate::support::{
    Memory, SANDBOX, batch, bolt, columns, guest, prepared, row, run, task, text, told, word,
};

#[tokio::test]
async fn a_bolt_describes_itself() {
    let component = bolt().await;
    let said = component.describe().await.unwrap();
    assert_eq!(said.world, World::Bolt);
    assert_eq!(said.interface_version, "0.1.0");
    assert_eq!(said.summary, "Does as it is told");
    let straight = Schema::new([
        Field::new("at", ValueType::Timestamp),
        Field::new("document", ValueType::Json),
    ]);
    assert_eq!(
        said.outputs,
        [
            OutputStream {
                name: "default".to_owned(),
                schema: word(),
                direct: false
            },
            OutputStream {
                name: "straight".to_owned(),
                schema: straight,
                direct: true
            },
        ]
    );
    assert_eq!(
        said.inputs,
        [InputRequirement {
            stream: Some("lines".to_owned()),
            fields: vec![Field::new("line", ValueType::Text)],
        }]
    );
    assert_eq!(said.config_schema, Some(json!({ "type": "object" })));
    assert_eq!(said.text_form, TextForm::Joined);
    assert_eq!(said.capabilities, [Capability::Files, Capability::Stdout]);
    assert_eq!(said.digest, component.digest());
    assert!(said.digest.starts_with("sha256:") && said.digest.len() == 71);
    assert_eq!(
        said.size,
        std::fs::metadata(guest("guest_bolt")).unwrap().len()
    );
    assert!(
        said.imports
            .contains(&"stormcell:topology/config@0.1.0".to_owned())
    );
    assert!(
        said.imports
            .iter()
            .any(|import| import.starts_with("wasi:filesystem/types@0.2."))
    );
}

#[tokio::test]
async fn a_task_is_told_what_it_is() {
    let expected = "Context { topology: 'tests', component: 'bolt', task: 2, task-index: 1, \
        task-count: 2, inputs: [InputStream { component: 'spout', name: 'default', fields: \
        [Field { name: 'word', kind: ValueType::Text, nullable: true }] }], outputs: \
        [OutputStream { name: 'default', fields: [Field { name: 'word', kind: ValueType::Text, \
        nullable: true }], direct: false }, OutputStream { name: 'straight', fields: [Field { \
        name: 'word', kind: ValueType::Text, nullable: true }], direct: true }], components: \
        [ComponentTasks { component: 'bolt', tasks: [1, 2] }, ComponentTasks { component: \
        'spout', tasks: [3] }] }";
    let (spec, _) = task(
        &word(),
        json!({ "do": "check the context", "expected": expected }),
    );
    if let Err(error) = bolt().await.bolt(&spec).await {
        panic!("{error}");
    }
}

#[tokio::test]
async fn a_component_that_fails_to_prepare() {
    let (spec, _) = told("fail to prepare");
    assert_eq!(
        bolt().await.bolt(&spec).await.unwrap_err(),
        CallError::Returned("not today, tests".into())
    );
}

#[tokio::test]
async fn an_error_leaves_the_instance_and_its_memory_alone() {
    let (spec, _) = told("count calls");
    let mut instance = prepared(&spec).await;
    assert_eq!(text(&instance.execute(&[row()]).await.unwrap()), "1");
    assert_eq!(
        instance.execute(&[row()]).await.unwrap_err(),
        CallError::Returned("the second call fails".into())
    );
    assert_eq!(text(&instance.execute(&[row()]).await.unwrap()), "3");
}

#[tokio::test]
async fn every_part_of_an_outcome() {
    let (spec, _) = told("everything");
    // The handles go round: the first row has the highest.
    let outcome = run(&spec).await.unwrap();
    let [each, lists] = outcome.emissions.as_slice() else {
        panic!("expected two emissions");
    };
    assert_eq!(each.anchors, Anchors::Each(vec![u32::MAX, 0]));
    assert_eq!(each.direct_task, None);
    assert_eq!(
        lists.anchors,
        Anchors::Lists {
            offsets: vec![0, 2, 2],
            handles: vec![u32::MAX, 0]
        }
    );
    assert_eq!((lists.output, lists.direct_task), (1, Some(7)));
    assert_eq!(lists.columns.row(&word(), 0), [Value::Text("a".to_owned())]);
    assert_eq!(lists.columns.row(&word(), 1), [Value::Null]);
    assert_eq!(outcome.kept, Kept::These(vec![1]));
    assert_eq!(outcome.acked, [u32::MAX]);
    let failed = &outcome.failed[0];
    assert_eq!(failed.row, 0);
    assert!(failed.reason.len() <= SAID && failed.reason.ends_with(" more)"));
    assert_eq!(outcome.extended, [2]);
}

#[tokio::test]
async fn ticks_and_the_last_call() {
    let (spec, _) = told("echo");
    let mut instance = prepared(&spec).await;
    assert_eq!(text(&instance.tick(1_234_567).await.unwrap()), "1234567");
    let closed = instance.close(CloseReason::Finished).await.unwrap();
    assert_eq!(text(&closed), "finished");
    let closed = instance.close(CloseReason::Stopped).await.unwrap();
    assert_eq!(text(&closed), "stopped");
}

#[tokio::test]
async fn the_configuration_is_json() {
    let (spec, _) = task(
        &word(),
        json!({ "do": "show the configuration", "n": [1, null] }),
    );
    assert_eq!(
        text(&run(&spec).await.unwrap()),
        "{\"do\":\"show the configuration\",\"n\":[1,null]}"
    );
}

fn numbers(config: serde_json::Value) -> TaskSpec {
    task(&Schema::new([Field::new("n", ValueType::Int)]), config).0
}

#[tokio::test]
async fn a_spout_from_its_first_call_to_its_last() {
    let component = SANDBOX.load(&guest("guest_spout")).await.unwrap();
    assert_eq!(component.describe().await.unwrap().world, World::Spout);
    let mut spout = component.spout(&numbers(json!({}))).await.unwrap();
    assert_eq!(
        spout.next(1).await.unwrap_err(),
        CallError::Returned("it is not active".into())
    );
    spout.activate().await.unwrap();
    let first = spout.next(3).await.unwrap();
    assert_eq!(first.emissions[0].tracking, Tracking::Ids(vec![0, 1, 2]));
    assert_eq!(
        first.emissions[0].columns.value(2, 0, ValueType::Int),
        Value::Int(2)
    );
    assert_eq!((first.ended, first.idle_ms), (false, 1_000));
    let second = spout.next(1).await.unwrap();
    assert_eq!(second.emissions[0].tracking, Tracking::Ids(vec![3]));
    assert!(second.ended);
    spout.acked(&[0, 2]).await.unwrap();
    spout.failed(&[1, 1 << 40]).await.unwrap();
    spout.deactivate().await.unwrap();
    assert!(spout.next(1).await.is_err());
    assert_eq!(
        spout.close(CloseReason::Stopped).await.unwrap_err(),
        CallError::Returned(format!("acked 2, failed {}", (1_u64 << 40) + 1).into())
    );
}

#[tokio::test]
async fn a_spout_that_returns_more_than_it_was_asked_for() {
    let component = SANDBOX.load(&guest("guest_spout")).await.unwrap();
    let mut spout = component
        .spout(&numbers(json!({ "greedy": true })))
        .await
        .unwrap();
    spout.activate().await.unwrap();
    let Err(CallError::Fault(fault)) = spout.next(10).await else {
        panic!("accepted");
    };
    assert_eq!(fault.kind, FaultKind::InvalidOutput);
    assert!(
        fault
            .message
            .contains("11 rows, it was asked for at most 10"),
        "{fault}"
    );
}

fn grouping(config: serde_json::Value) -> GroupingSpec {
    GroupingSpec {
        topology: "tests".to_owned(),
        grouped: InputStream {
            component: "spout".to_owned(),
            stream: "default".to_owned(),
            schema: word(),
        },
        source_task: 3,
        targets: vec![1, 2, 5],
        config,
        limits: Limits::default(),
        text_form: TextForm::Separate,
        sink: std::sync::Arc::new(Memory::default()),
    }
}

#[tokio::test]
async fn a_grouping_chooses() {
    let component = SANDBOX.load(&guest("guest_grouping")).await.unwrap();
    let said = component.describe().await.unwrap();
    assert_eq!(
        (said.world, said.text_form),
        (World::CustomGrouping, TextForm::Separate)
    );
    let words = ["", "a", "ab", "abcd"].map(|word| vec![Value::Text(word.to_owned())]);
    let words = columns(&word(), words.to_vec());
    let mut each = component.grouping(&grouping(json!({}))).await.unwrap();
    assert_eq!(
        each.choose(&words).await.unwrap(),
        Choice::Each(vec![0, 1, 2, 1])
    );
    let mut all = component
        .grouping(&grouping(json!({ "do": "all" })))
        .await
        .unwrap();
    assert_eq!(
        all.choose(&words.slice(0, 2)).await.unwrap(),
        Choice::Lists {
            offsets: vec![0, 3, 6],
            targets: vec![0, 1, 2, 0, 1, 2]
        }
    );
    let mut nowhere = component
        .grouping(&grouping(json!({ "do": "nowhere" })))
        .await
        .unwrap();
    let Err(CallError::Fault(fault)) = nowhere.choose(&words).await else {
        panic!("accepted");
    };
    assert!(
        fault.message.contains("the target 3, there are 3"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_component_used_as_what_it_is_not() {
    let component = SANDBOX.load(&guest("guest_spout")).await.unwrap();
    let (spec, _) = told("echo");
    let Err(CallError::Fault(fault)) = component.bolt(&spec).await else {
        panic!("accepted");
    };
    assert_eq!(fault.kind, FaultKind::Start);
    assert_eq!(
        fault.message,
        "the component is a spout, and is used as a bolt"
    );
}

#[tokio::test]
async fn many_instances_at_once() {
    let (spec, _) = told("echo");
    let component = bolt().await;
    let mut instances = Vec::new();
    for _ in 0..500 {
        instances.push(component.bolt(&spec).await.unwrap());
    }
    let input = batch(columns(&word(), vec![vec![Value::Null]]));
    for instance in &mut instances {
        let outcome = instance
            .execute(std::slice::from_ref(&input))
            .await
            .unwrap();
        assert_eq!(outcome.emissions[0].columns.rows(), 1);
    }
}
