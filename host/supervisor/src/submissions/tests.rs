#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn data() -> (tempfile::TempDir, DataDir) {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    fs::create_dir(data.topologies()).unwrap();
    (temp, data)
}

fn there(data: &DataDir, topology: &str) -> Vec<u32> {
    let all = list(data, topology).unwrap();
    all.iter().map(|one| one.submission).collect()
}

#[test]
fn numbers_grow_also_when_logs_are_removed() {
    let (_temp, data) = data();
    assert_eq!(there(&data, "words"), [0; 0]);
    for expected in 1..=3 {
        assert_eq!(begin(&data, "words", 70).unwrap(), expected);
    }
    assert_eq!(begin(&data, "other", 70).unwrap(), 1);
    for number in [3, 2, 1] {
        assert!(remove(&data, "words", number).unwrap());
        assert!(!remove(&data, "words", number).unwrap());
    }
    assert_eq!(begin(&data, "words", 80).unwrap(), 4);
    // The file that notes it is lost, or damaged.
    for content in ["", "x", "2"] {
        fs::write(data.all_logs("words").join(LAST), content).unwrap();
        assert!(begin(&data, "words", 80).unwrap() > 4, "{content}");
    }
    fs::write(data.all_logs("words").join(LAST), u32::MAX.to_string()).unwrap();
    assert!(begin(&data, "words", 80).is_err());
}

#[test]
fn what_is_told_of_a_submission() {
    let (_temp, data) = data();
    begin(&data, "words", 70).unwrap();
    fs::write(data.worker_log("words", 1, 0), "1234567").unwrap();
    for strange in ["x", "01", "+1", "-1", "4294967296"] {
        fs::create_dir(data.all_logs("words").join(strange)).unwrap();
    }
    let [found] = list(&data, "words").unwrap().try_into().unwrap();
    assert_eq!(
        (found.submission, found.submitted_at, found.current),
        (1, 70, false)
    );
    assert!(found.bytes >= 7 && found.written_at > 0, "{found:?}");
    fs::write(data.logs("words", 1).join(ABOUT), "{").unwrap();
    assert_eq!(list(&data, "words").unwrap()[0].submitted_at, 0);
}

#[test]
fn only_what_has_ended_is_removed() {
    let (_temp, data) = data();
    for _ in 0..4 {
        begin(&data, "runs", 70).unwrap();
        begin(&data, "ended", 70).unwrap();
        begin(&data, "begins", 70).unwrap();
    }
    let bounds = Bounds {
        of_a_name: 1,
        ..Bounds::default()
    };
    let current = BTreeMap::from([("runs".to_owned(), 2), ("begins".to_owned(), 0)]);
    keep_within(&data, &current, bounds).unwrap();
    assert_eq!(there(&data, "runs"), [2, 4]);
    assert_eq!(there(&data, "ended"), [4]);
    assert_eq!(there(&data, "begins"), [1, 2, 3, 4]);
}
