use serde_json::{Value, json};

use crate::Plan;

fn read(plan: &Value) -> Result<Plan, String> {
    serde_json::from_value(plan.clone()).map_err(|error| error.to_string())
}

fn task(id: u32, component: &str, index: u32, worker: u32) -> Value {
    json!({ "id": id, "component": component, "index": index, "worker": worker })
}

fn stored() -> Value {
    json!({
        "generation": 3,
        "workers": 2,
        "tasks": [task(2, "b", 0, 0), task(5, "a", 0, 1), task(9, "b", 1, 1)],
        "next_id": 12,
        "task_counts": { "a": [4, 1], "b": [2, 5, 2] },
    })
}

#[test]
fn a_later_plan_is_read_as_it_was_written() {
    let plan = read(&stored()).unwrap();
    assert_eq!((plan.generation(), plan.workers()), (3, 2));
    assert_eq!(plan.tasks_of("b").collect::<Vec<_>>(), [2, 9]);
    assert_eq!(plan.task(5).unwrap().component, "a");
    assert_eq!(plan.task(3), None);
    assert_eq!(plan.task_counts("b"), [2, 5, 2]);
    assert_eq!(plan.next_id(), 12);
    assert_eq!(serde_json::to_value(&plan).unwrap(), stored());
}

#[test]
fn a_plan_without_history_has_always_had_its_tasks() {
    let mut stored = stored();
    let map = stored.as_object_mut().unwrap();
    map.remove("next_id");
    map.remove("task_counts");
    let plan = read(&stored).unwrap();
    assert_eq!(plan.next_id(), 10);
    assert_eq!(
        (plan.task_counts("a"), plan.task_counts("b")),
        (&[1][..], &[2][..])
    );
    assert!(plan.task_counts("nobody").is_empty());
}

#[test]
fn what_breaks_an_invariant_is_refused() {
    for (pointer, value, reason) in [
        ("/workers", json!(0), "the plan has no worker"),
        ("/tasks", json!([]), "the plan has no task"),
        (
            "/tasks/0/id",
            json!(0),
            "task 0 of the plan must have a higher id",
        ),
        (
            "/tasks/1/id",
            json!(2),
            "task 2 of the plan must have a higher id",
        ),
        (
            "/tasks/1/worker",
            json!(2),
            "task 5 of the plan is in worker 2, but the plan has 2",
        ),
        (
            "/tasks/2/index",
            json!(2),
            "has the index 2 in `b`, expected 1",
        ),
        (
            "/next_id",
            json!(9),
            "the next task id of the plan is 9, but task 9",
        ),
        (
            "/task_counts/b",
            json!([2, 5]),
            "has 2 tasks of `b`, but says that it has [2, 5]",
        ),
        ("/task_counts/b", json!([2, 2]), "[2, 2]"),
        ("/task_counts/b", json!([0, 2]), "[0, 2]"),
        ("/task_counts/b", json!([]), "[]"),
        ("/task_counts", json!({ "c": [1] }), "has 0 tasks of `c`"),
    ] {
        let mut stored = stored();
        *stored.pointer_mut(pointer).unwrap() = value;
        let error = read(&stored).unwrap_err();
        assert!(error.contains(reason), "{pointer}: {error}");
    }
}
