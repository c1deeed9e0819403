//! Dead letters that are processed by a run of their own, which reads no source.

use stormcell_dead_letters::{Store, StoredLetter};
use stormcell_runtime::Control;

use super::dead_letters::{numbers, run_with, store, through};
use super::harness::{Case, Ran, until};

/// The topology of the letters, whose spout says that it must not be made.
fn without_source(config: &str) -> String {
    let text = through("relay", config, 20);
    text.replace("rows: 20,", "rows: 20, refuse: the source is read again,")
}

fn case(store: &Store, text: String) -> Case {
    let given = store.clone();
    Case::new(text).options(move |options| {
        options.dead_letters = Some(given);
        options.replay_only = true;
    })
}

fn replay(store: &Store, text: String) -> Ran {
    case(store, text).run()
}

/// A store with letters of these rows, all of which are asked for: they trapped, or their
/// spout gave them up.
fn letters_of(store: &Store, rows: &[i64], of_spout: bool) -> Vec<StoredLetter> {
    let what = if of_spout { "fail" } else { "trap" };
    let text = through("relay", &format!("{{ {what}: {rows:?} }}"), 20);
    run_with(store, text);
    let asked = store.ask_all().unwrap();
    assert_eq!(asked, rows.len() as u64);
    all(store)
}

fn all(store: &Store) -> Vec<StoredLetter> {
    let (_, mut letters) = store.newest(None, usize::MAX).unwrap();
    letters.reverse();
    letters
}

#[test]
fn letters_of_bolts_and_spouts_are_processed_and_no_source_is_read() {
    for of_spout in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        letters_of(&store, &[5, 7], of_spout);
        let ran = replay(&store, without_source("{}"));
        assert_eq!(ran.rows("print"), ["5 b", "7 b"]);
        let report = ran.report();
        assert_eq!(report.trees.emitted, 0, "they are no rows of a spout");
        let counts = report.replayed_letters;
        assert_eq!((counts.processed, counts.in_vain), (2, 0));
        assert_eq!(all(&store), []);
    }
}

#[test]
fn only_letters_that_are_asked_for_are_processed_and_each_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    run_with(&store, through("relay", "{ trap: [5, 7] }", 20));
    // Somebody asks twice.
    store.ask(&[2]).unwrap();
    store.ask(&[2]).unwrap();
    let ran = replay(&store, without_source("{}"));
    assert_eq!(ran.rows("print").len(), 1);
    let left = all(&store);
    assert_eq!(
        (left.len(), left[0].id, left[0].replay_asked),
        (1, 1, false)
    );
}

#[test]
fn a_letter_that_fails_again_goes_back_with_the_whole_of_its_new_reason() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let before = letters_of(&store, &[5, 7], false);
    // Row 5 is mended, and row 7 fails in another way.
    let ran = replay(&store, without_source("{ error: [7] }"));
    let counts = ran.report().replayed_letters;
    assert_eq!((counts.processed, counts.in_vain), (1, 1));
    let after = all(&store);
    assert_eq!(numbers(&after), [7]);
    let (before, after) = (&before[1], &after[0]);
    assert_eq!((after.id, after.replay_asked), (before.id, false));
    assert_eq!(after.letter.attempts, before.letter.attempts + 1);
    assert_eq!(after.letter.reason, before.letter.reason, "as it was found");
    let last = after.letter.last_replay.as_deref().unwrap();
    assert!(last.starts_with("it failed in `faulty`, task "), "{last}");
    assert!(last.contains("row 7 is an error"), "{last}");
}

/// Their requests stayed for ever, and nobody said why.
#[test]
fn letters_of_a_component_that_is_gone_stay_and_say_so_however_many_they_are() {
    const LETTERS: i64 = 200;
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let rows: Vec<i64> = (0..LETTERS).collect();
    let text = through("relay", &format!("{{ fail: {rows:?} }}"), LETTERS as u64);
    run_with(&store, text.replace("max-replays: 2", "max-replays: 0"));
    store.ask_all().unwrap();
    let gone = without_source("{}")
        .replace("id: source", "id: another")
        .replace("from: source", "from: another");
    let ran = replay(&store, gone);
    assert_eq!(ran.rows("print").len(), 0);
    assert_eq!(ran.report().replayed_letters.in_vain, LETTERS as u64);
    let left = all(&store);
    assert_eq!(numbers(&left), rows);
    for StoredLetter {
        replay_asked,
        letter,
        ..
    } in &left
    {
        assert!(!replay_asked);
        assert_eq!(
            letter.last_replay.as_deref(),
            Some("it was not replayed: the topology has no component `source` any more")
        );
        assert_eq!(letter.attempts, 1, "nobody has tried it");
    }
}

#[test]
fn a_letter_whose_stream_has_other_fields_now_stays_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    for letter in letters_of(&store, &[5], false) {
        let mut changed = letter.letter.clone();
        changed.row.pop();
        store.remove(&[letter.id]).unwrap();
        store.add(&[changed]).unwrap();
    }
    store.ask_all().unwrap();
    let ran = replay(&store, without_source("{}"));
    assert_eq!(ran.report().replayed_letters.in_vain, 1);
    let last = all(&store)[0].letter.last_replay.clone().unwrap();
    let expected = "it was not replayed: the fields of its stream are ";
    assert!(last.starts_with(expected), "{last}");
}

#[test]
fn a_run_that_is_stopped_in_the_middle_loses_no_letter() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    letters_of(&store, &[5], false);
    let keeps = without_source("{}")
        .replace("id: print, component: print", "id: print, component: hold")
        .replace("grants: { stdout: true }", "config: {}");
    let ran = case(&store, keeps).run_with(async |control: Control| {
        until(&control, |report| {
            report
                .components
                .iter()
                .any(|c| c.id == "print" && c.rows_in == 1)
        })
        .await;
        control.stop();
        control.abandon();
    });
    assert!(ran.report().replayed_letters.processed == 0);
    let left = all(&store);
    assert_eq!(numbers(&left), [5]);
    // It may have been told that it failed, as any row that is given up at the end.
    store.ask_all().unwrap();
    assert_eq!(replay(&store, without_source("{}")).rows("print"), ["5 b"]);
}

/// Each would have processed every letter.
#[test]
fn two_runs_at_once_do_not_both_process_a_letter() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    letters_of(&store, &[5], false);
    let turn = store.take_turn().unwrap().unwrap();
    let ran = replay(&store, without_source("{}"));
    assert_eq!(ran.rows("print").len(), 0);
    assert!(all(&store)[0].replay_asked, "it is left to the other");
    drop(turn);
    assert_eq!(replay(&store, without_source("{}")).rows("print"), ["5 b"]);
}
