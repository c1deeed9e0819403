#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use redb::StorageBackend;

use super::*;

const WORDS: TableDefinition<'_, u64, &str> = TableDefinition::new("words");

const LAYOUT: Layout = Layout {
    format: 2,
    cache: 1 << 20,
    patience: Duration::ZERO,
};

fn tables(write: &WriteTransaction) -> Result<(), redb::Error> {
    write.open_table(WORDS)?;
    Ok(())
}

/// A file in a folder that is not there yet.
fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/words.redb");
    (dir, path)
}

fn add(database: &Database, number: u64, word: &str) {
    let write = begin(database).unwrap();
    write
        .open_table(WORDS)
        .unwrap()
        .insert(number, word)
        .unwrap();
    write.commit().unwrap();
}

fn word(database: &Database, number: u64) -> Option<String> {
    let words = database.begin_read().unwrap().open_table(WORDS).unwrap();
    let word = words.get(number).unwrap();
    word.map(|word| word.value().to_owned())
}

fn damaged(opened: Result<Database, Fault>) -> String {
    match opened {
        Err(Fault::Damaged(reason)) => reason,
        other => panic!("not damaged: {other:?}"),
    }
}

#[test]
fn a_file_is_made_once_and_holds_what_was_committed() {
    let (_dir, path) = place();
    LAYOUT.create(&path, tables).unwrap();
    let database = LAYOUT.open(&path).unwrap();
    assert_eq!(format(&database).unwrap(), Some(2));
    add(&database, 1, "one");
    // Not committed.
    let write = begin(&database).unwrap();
    write.open_table(WORDS).unwrap().insert(2, "two").unwrap();
    drop(write);
    close(database);

    LAYOUT.create(&path, |_| panic!("it is there")).unwrap();
    let database = LAYOUT.open(&path).unwrap();
    assert_eq!(word(&database, 1).as_deref(), Some("one"));
    assert_eq!(word(&database, 2), None);
    let names = std::fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1, "nothing is left beside it");
}

#[test]
fn a_file_that_cannot_be_made_is_not_there() {
    let (_dir, path) = place();
    let full = |_: &WriteTransaction| Err(io::Error::from(io::ErrorKind::StorageFull).into());
    let fault = LAYOUT.create(&path, full).unwrap_err();
    assert!(fault.to_string().contains("make room"), "{fault}");
    let fault = LAYOUT.create(&path, |_| panic!("a bug of redb"));
    assert_eq!(
        fault,
        Err(Fault::Damaged("DB corrupted: a bug of redb".to_owned()))
    );
    let mut left = std::fs::read_dir(path.parent().unwrap()).unwrap();
    assert!(left.next().is_none());
    assert!(matches!(LAYOUT.open(&path), Err(Fault::Io(_))));
}

#[test]
fn a_file_that_appears_meanwhile_stays() {
    let (_dir, path) = place();
    let other = |write: &WriteTransaction| {
        LAYOUT.create(&path, tables).unwrap();
        let database = LAYOUT.open(&path).unwrap();
        add(&database, 1, "theirs");
        tables(write)
    };
    LAYOUT.create(&path, other).unwrap();
    let database = LAYOUT.open(&path).unwrap();
    assert_eq!(word(&database, 1).as_deref(), Some("theirs"));
}

#[test]
fn damage_is_an_error_wherever_it_is() {
    let (_dir, path) = place();
    LAYOUT.create(&path, tables).unwrap();
    let database = LAYOUT.open(&path).unwrap();
    add(&database, 1, "one");
    close(database);
    let whole = std::fs::read(&path).unwrap();
    for kept in [0, 1, 100, 4096, whole.len() / 2] {
        std::fs::write(&path, &whole[..kept]).unwrap();
        assert!(LAYOUT.open(&path).is_err(), "{kept} bytes");
    }
    std::fs::write(&path, "not a database").unwrap();
    damaged(LAYOUT.open(&path));
    // Whatever is found or not found: nothing panics.
    for at in (0..whole.len()).step_by(whole.len() / 300) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(database) = LAYOUT.open(&path) {
            drop(guarded(|| {
                let words = database.begin_read()?.open_table(WORDS)?;
                Ok(words.get(1)?.map(|word| word.value().to_owned()))
            }));
            close(database);
        }
    }
}

#[test]
fn a_file_of_another_format_is_not_changed() {
    let (_dir, path) = place();
    let newer = Layout {
        format: 3,
        ..LAYOUT
    };
    newer.create(&path, tables).unwrap();
    let database = newer.open(&path).unwrap();
    add(&database, 1, "one");
    close(database);
    let known = 2;
    let expected = Fault::Newer { format: 3, known };
    assert_eq!(LAYOUT.open(&path).unwrap_err(), expected);
    let database = newer.open(&path).unwrap();
    assert_eq!(word(&database, 1).as_deref(), Some("one"));
    close(database);
    let later = Layout {
        format: 4,
        ..LAYOUT
    };
    assert_eq!(damaged(later.open(&path)), "its format is 3");

    std::fs::remove_file(&path).unwrap();
    drop(Database::create(&path).unwrap());
    assert_eq!(damaged(LAYOUT.open(&path)), "it does not say its format");
}

#[test]
fn a_file_that_is_open_elsewhere_is_waited_for() {
    let (_dir, path) = place();
    LAYOUT.create(&path, tables).unwrap();
    let database = LAYOUT.open(&path).unwrap();
    let fault = LAYOUT.open(&path).unwrap_err();
    assert!(fault.to_string().contains("another process"), "{fault}");
    let patient = Layout {
        patience: Duration::from_secs(60),
        ..LAYOUT
    };
    let waiting = std::thread::spawn(move || patient.open(&path).map(close));
    add(&database, 1, "one");
    close(database);
    waiting.join().unwrap().unwrap();
}

/// A disk that nothing can be written to.
#[derive(Debug)]
struct Full(redb::backends::InMemoryBackend);

impl StorageBackend for Full {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync_data(&self) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn write(&self, _: u64, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn what_goes_wrong_says_what_to_do() {
    let full = Full(redb::backends::InMemoryBackend::new());
    let made = guarded(|| Ok(Database::builder().create_with_backend(full)?));
    let fault = Fault::from(made.unwrap_err());
    assert!(fault.to_string().contains("make room"), "{fault}");
    assert_eq!(
        Fault::from(redb::Error::PreviousIo),
        Fault::Io("an earlier write failed".to_owned())
    );
    let invalid = io::Error::new(io::ErrorKind::InvalidData, "letter 1 is cut");
    assert_eq!(
        Fault::from(redb::Error::Io(invalid)),
        Fault::Damaged("letter 1 is cut".to_owned())
    );
}
