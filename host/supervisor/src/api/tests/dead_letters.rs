//! Dead letters over HTTP.

use serde_json::json;
use stormcell_dead_letters::{DeadLetter, Folder};

use super::served::Served;

const LETTERS: &str = "/v1/dead-letters";

fn letter(reason: &str) -> DeadLetter {
    DeadLetter {
        topology: "killed".to_owned(),
        reason: reason.to_owned(),
        ..DeadLetter::example()
    }
}

/// A supervisor of one topology, `word-count`, with letters of another, which was killed.
fn served() -> (Served, Folder) {
    let served = Served::with(&["word-count"]);
    let folder = Folder::new(served.data.dead_letters());
    folder
        .store("killed")
        .add(&["a", "b", "c"].map(letter))
        .unwrap();
    (served, folder)
}

#[test]
fn letters_are_listed_shown_replayed_and_dropped() {
    let (served, folder) = served();
    let get = |path: &str| {
        let response = served.ask("GET", &format!("{LETTERS}{path}"), "");
        assert_eq!(response.status, 200, "{path}: {response:?}");
        response.json()
    };
    let stores = get("");
    assert_eq!(stores[0]["topology"], "killed");
    assert_eq!(
        (&stores[0]["letters"], &stores[0]["given_up"]),
        (&json!(3), &json!(0))
    );
    let numbers = |path: &str| {
        let list = get(path);
        assert_eq!(list["letters"], 3);
        let newest = list["newest"].as_array().unwrap().clone();
        newest
            .iter()
            .map(|letter| letter["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("/killed"), [3, 2, 1]);
    assert_eq!(numbers("/killed?limit=1"), [3]);
    assert_eq!(numbers("/killed?limit=5&before=3"), [2, 1]);
    assert_eq!(get("/killed/2")["reason"], "b");
    assert_eq!(get("/word-count")["letters"], 0, "it has none yet");

    let post = |path: &str, body: &str| {
        let response = served.ask("POST", &format!("{LETTERS}/killed/{path}"), body);
        assert_eq!(response.status, 200, "{path}: {response:?}");
        response.json()
    };
    let asked = post("replay", r#"{"numbers": [2]}"#);
    assert_eq!(asked, json!({"topology": "killed", "replay_asked": 1}));
    assert!(folder.store("killed").get(2).unwrap().unwrap().replay_asked);
    let dropped = post("drop", r#"{"numbers": [1, 3]}"#);
    assert_eq!(dropped, json!({"topology": "killed", "dropped": 2}));
    assert_eq!(post("drop", r#"{"all": true}"#)["dropped"], 1);
    assert_eq!(get("/killed")["newest"], json!([]));
}

/// Nobody would ever process them.
#[test]
fn letters_that_no_task_could_be_given_are_not_asked_for() {
    let (served, folder) = served();
    let store = folder.store("gone");
    store.add(&[letter("a")]).unwrap();
    let ask = |name: &str| {
        let path = format!("{LETTERS}/{name}/replay");
        served.ask("POST", &path, r#"{"all": true}"#)
    };
    let refused = ask("gone");
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(refused.json()["code"], "conflict");
    assert!(!store.get(1).unwrap().unwrap().replay_asked);
    assert_eq!(ask("killed").status, 200);
    let asked = served.backend.asked.lock();
    assert_eq!(*asked, ["killed: letters asked"]);
}

#[test]
fn what_is_not_there_or_makes_no_sense_changes_nothing() {
    let (served, folder) = served();
    for (method, path, body, status, expected) in [
        ("GET", "/nobody", "", 404, "there is no topology `nobody`"),
        ("GET", "/nobody/1", "", 404, "there is no topology `nobody`"),
        (
            "GET",
            "/..%2Fkilled",
            "",
            422,
            "name: `../killed`: expected a name",
        ),
        ("GET", "/killed/9", "", 404, "killed has no dead letter 9"),
        ("GET", "/killed/x", "", 422, "number: `x`: expected a whole"),
        ("GET", "/killed?limit=1001", "", 422, "from 0 to 1000"),
        ("GET", "/killed?most=1", "", 422, "unknown field `most`"),
        ("POST", "/killed/drop", "{}", 422, "which letters?"),
        (
            "POST",
            "/killed/drop",
            r#"{"all": true, "numbers": [1]}"#,
            422,
            "but not both",
        ),
        (
            "POST",
            "/killed/drop",
            r#"{"numbers": [1, 9]}"#,
            404,
            "no dead letter 9",
        ),
        (
            "POST",
            "/killed/replay",
            r#"{"numbers": [9]}"#,
            404,
            "no dead letter 9",
        ),
        (
            "POST",
            "/nobody/replay",
            r#"{"all": true}"#,
            404,
            "there is no topology `nobody`",
        ),
    ] {
        let response = served.ask(method, &format!("{LETTERS}{path}"), body);
        assert_eq!(response.status, status, "{path} {body}: {response:?}");
        let message = response.problem().message;
        assert!(message.contains(expected), "{path} {body}: {message}");
    }
    assert_eq!(folder.store("killed").counts().unwrap().letters, 3);
    let store = folder.store("killed");
    std::fs::write(store.path(), b"not a store").unwrap();
    let response = served.ask("GET", &format!("{LETTERS}/killed"), "");
    assert_eq!(response.status, 507, "{response:?}");
    assert_eq!(response.problem().code, "storage");
}
