//! A store that is damaged: it is said, it is left as it is, and a backup makes all well.

use std::fs;

use crate::place::Place;
use crate::topology::{NAME, TICKING};

fn damaged(place: &Place, reason: &str) -> String {
    format!(
        "error: the store {} is damaged: {reason}. It was not changed. Restore it from a backup, \
         or move it away and start again: component files are kept, topologies must be submitted \
         again",
        place.data.store().display()
    )
}

/// Says how it was changed, and the reason that is given, if that is always the same.
type Damage = (&'static str, fn(&mut Vec<u8>), Option<&'static str>);

const DAMAGES: [Damage; 5] = [
    ("it is empty", Vec::clear, Some("it is empty")),
    (
        "half of it is there",
        |bytes| bytes.truncate(bytes.len() / 2),
        None,
    ),
    (
        "its beginning is overwritten",
        |bytes| bytes[..64].fill(0xaa),
        None,
    ),
    (
        "the record is overwritten",
        |bytes| {
            let name = b"\"ticking\"";
            let mut found = false;
            for at in 0..bytes.len() - name.len() {
                if bytes[at..].starts_with(name) {
                    bytes[at + 1] = b'T';
                    found = true;
                }
            }
            assert!(found, "the store holds the record as text");
        },
        None,
    ),
    ("it is something else", |bytes| bytes.fill(b'x'), None),
];

#[test]
fn a_store_that_is_damaged() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    server.kill();
    let workers = place.workers();
    let path = place.data.store();
    let sound = fs::read(&path).unwrap();
    for (what, damage, reason) in DAMAGES {
        let mut bytes = sound.clone();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let said = place.refused(&[]);
        assert_eq!(said.status, Some(65), "{what}: {}", said.stderr);
        match reason {
            Some(reason) => said.assert(65, &damaged(&place, reason)),
            None => {
                let whole = damaged(&place, "|");
                let (begin, end) = whole.split_once('|').unwrap();
                let said = said.stderr.trim_end();
                assert!(
                    said.starts_with(begin) && said.ends_with(end),
                    "{what}: {said}"
                );
                assert_eq!(said.lines().count(), 1, "{what}: {said}");
            }
        }
        assert!(fs::read(&path).unwrap() == bytes, "{what}: it was changed");
        assert_eq!(place.workers(), workers, "{what}: workers go on");
    }
    // The backup.
    fs::write(&path, &sound).unwrap();
    let server = place.serve(&[]);
    place.goes_on();
    assert_eq!(place.workers(), workers, "they were taken over");
    server.stop();
    assert_eq!(place.workers(), []);
}

#[test]
fn a_store_that_was_moved_away() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    server.kill();
    let before = place.workers();
    fs::rename(place.data.store(), place.dir().join("damaged")).unwrap();
    let server = place.serve(&[]);
    assert_eq!(place.ask(&["list"]), serde_json::json!([]));
    // Its workers belong to nobody until it is submitted again: then they are ended.
    assert_eq!(place.try_submit(NAME).status, Some(0));
    place.goes_on();
    let after = place.workers();
    assert_eq!(after.len(), before.len());
    assert!(
        after
            .iter()
            .all(|worker| before.iter().all(|other| other.pid != worker.pid))
    );
    server.stop();
}
