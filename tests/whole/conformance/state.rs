//! What a task keeps, in every language: values by key that outlive the instance, changes
//! that take effect with their call, and what is refused.

use std::sync::Arc;

use stormcell_batch::Value;
use stormcell_sandbox::TaskSpec;
use stormcell_state::{Changes, Doing, MemoryState, StateError, TaskState};
use stormcell_topology::StateGrant;

use super::bolt::{Bolt, Call};
use super::language::Language;
use super::outcome::{Fate::Acked, Fate::Failed, rows};
use super::row::{Row, row};

in_every_language![
    values_are_kept_by_key,
    values_are_bytes,
    keys_are_texts,
    keys_come_in_order_from_all_pages,
    another_instance_goes_on,
    a_row_that_fails_takes_nothing_back,
    a_call_that_fails_takes_everything_back,
    a_trap_takes_everything_back,
    errors_have_their_codes,
    an_error_that_nobody_catches_fails_its_row,
    calls_leave_no_memory_behind,
];

/// A bolt that keeps values there.
fn keeping(language: Language, store: &Arc<MemoryState>) -> Bolt {
    Bolt::with(language, |spec| {
        spec.grants.state = Some(StateGrant::default());
        spec.state = Some(Arc::clone(store) as _);
    })
}

fn store() -> Arc<MemoryState> {
    Arc::default()
}

fn set(key: &str, value: &[u8]) -> Row {
    row("state-set")
        .text(key)
        .with(Value::Bytes(value.to_vec()))
}

fn get(key: &str) -> Row {
    row("state-get").text(key)
}

fn remove(key: &str) -> Row {
    row("state-remove").text(key)
}

fn keys(prefix: &str) -> Row {
    row("state-keys").text(prefix)
}

/// Sends rows, none of which fails; those with a note emit that.
#[track_caller]
fn done<const N: usize>(bolt: &mut Bolt, sent: [(Row, Option<&str>); N]) {
    let (sent, notes): (Vec<Row>, Vec<_>) = sent.into_iter().unzip();
    let call = bolt.send(&sent);
    let expected = (0..)
        .zip(notes)
        .fold(rows([Acked; N]), |expected, (row, note)| match note {
            Some(note) => expected.note(note, &[call.row(row)]),
            None => expected,
        });
    call.is(&expected);
}

/// Sends one row, which emits a note: that.
fn noted(bolt: &mut Bolt, language: Language, sent: Row) -> String {
    let call = bolt.send(&[sent]);
    let emitted = &call.found().emitted;
    match emitted.first().map(|row| row.values.as_slice()) {
        Some([super::cell::Cell(Value::Text(note))]) => note.clone(),
        _ => panic!("{language}: expected a note, found {emitted:?}"),
    }
}

fn values_are_kept_by_key(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    // A call sees what it changes, and what calls before it have changed.
    done(
        &mut bolt,
        [
            (get("a"), Some("none")),
            (set("a", b"1"), None),
            (get("a"), Some("31")),
            (set("a", b"two"), None),
            (set("b", b"3"), None),
            (keys(""), Some("a b")),
        ],
    );
    done(
        &mut bolt,
        [
            (get("a"), Some("74776f")),
            (remove("a"), None),
            (remove("a"), None),
            (remove("never there"), None),
            (get("a"), Some("none")),
            (keys(""), Some("b")),
        ],
    );
    assert_eq!(store.get("a").unwrap(), None, "{language}");
    assert_eq!(store.get("b").unwrap().as_deref(), Some(&b"3"[..]));
}

fn values_are_bytes(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    let all: Vec<u8> = (0..=u8::MAX).cycle().take(10_000).collect();
    for value in [&all[..], &[0], &[]] {
        let shown: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
        done(&mut bolt, [(set("a", value), None)]);
        assert_eq!(store.get("a").unwrap().as_deref(), Some(value));
        // An empty value is one.
        done(&mut bolt, [(get("a"), Some(&shown))]);
    }
    let longest = vec![7; StateGrant::VALUE];
    done(&mut bolt, [(set("a", &longest), None)]);
    assert!(store.get("a").unwrap() == Some(longest), "{language}");
}

fn keys_are_texts(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    // By their bytes in UTF-8: by those of UTF-16 the last two would change places.
    let sorted = ["\0", "a", "a/b", "b", "é", "é🦀", "\u{ff5e}", "🦀"];
    for key in sorted.iter().rev() {
        done(&mut bolt, [(set(key, key.as_bytes()), None)]);
    }
    done(&mut bolt, [(keys(""), Some(&sorted.join(" ")))]);
    done(
        &mut bolt,
        [
            (keys("é"), Some("é é🦀")),
            (keys("a"), Some("a a/b")),
            (keys("🦀"), Some("🦀")),
            (keys("c"), Some("")),
            (get("é🦀"), Some("c3a9f09fa680")),
        ],
    );
    // 1,024 bytes, in fewer characters.
    let longest = "é".repeat(512);
    done(&mut bolt, [(set(&longest, b"1"), None)]);
    assert_eq!(store.get(&longest).unwrap().as_deref(), Some(&b"1"[..]));
}

fn keys_come_in_order_from_all_pages(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    for count in [1_000, 2_500] {
        let mut all: Vec<String> = (0..count).map(|i| format!("k{i}")).collect();
        let sent: Vec<Row> = all.iter().map(|key| set(key, b"")).collect();
        bolt.send(&sent).is(&rows(vec![Acked; count]));
        done(&mut bolt, [(set("j", b""), None), (set("l", b""), None)]);
        all.sort_unstable();
        let found = noted(&mut bolt, language, keys("k"));
        assert!(
            found.split(' ').eq(all.iter()),
            "{language}: of {count} keys"
        );
    }
}

fn another_instance_goes_on(language: Language) {
    let store = store();
    let mut first = keeping(language, &store);
    done(&mut first, [(set("a", b"1"), None), (set("b", b"2"), None)]);
    done(&mut first, [(remove("b"), None)]);
    drop(first);
    let mut second = keeping(language, &store);
    done(&mut second, [(get("a"), Some("31")), (keys(""), Some("a"))]);
}

/// The call goes well when a row of it fails: what the row changed before stays.
fn a_row_that_fails_takes_nothing_back(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    let raises = row("state-set-raise")
        .text("b")
        .with(Value::Bytes(b"2".to_vec()));
    let call = bolt.send(&[set("a", b"1"), raises, get("b")]);
    let expected = rows([Acked, Failed, Acked]).note("32", &[call.row(2)]);
    call.is(&expected);
    done(
        &mut keeping(language, &store),
        [(get("a"), Some("31")), (get("b"), Some("32"))],
    );
}

fn a_call_that_fails_takes_everything_back(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    done(&mut bolt, [(set("a", b"1"), None)]);
    let fails = row("fail-tick")
        .text("a key")
        .with(Value::Bytes(b"2".to_vec()));
    done(&mut bolt, [(fails, None)]);
    let error = bolt.failed_tick();
    assert!(error.contains("a key"), "{language}: {error}");
    // The instance lives on.
    done(
        &mut bolt,
        [(get("a"), Some("31")), (get("a key"), Some("none"))],
    );
    assert_eq!(store.get("a key").unwrap(), None);
}

fn a_trap_takes_everything_back(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    done(&mut bolt, [(set("a", b"1"), None)]);
    bolt.fault_in(&[set("a", b"2"), set("b", b"2"), row("trap")]);
    bolt.expect_dead();
    done(
        &mut keeping(language, &store),
        [(get("a"), Some("31")), (keys(""), Some("a"))],
    );
}

/// A task whose values cannot be read.
struct Unreadable;

impl Unreadable {
    fn refuse<T>(&self) -> Result<T, StateError> {
        Err(StateError::Io {
            path: "a file".into(),
            reason: "the disk is gone".to_owned(),
        })
    }
}

impl TaskState for Unreadable {
    fn open(&self) -> Doing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.refuse()
    }
    fn size(&self, _: &str) -> Result<Option<usize>, StateError> {
        self.refuse()
    }
    fn keys(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<String>, StateError> {
        self.refuse()
    }
    fn held(&self) -> Result<u64, StateError> {
        self.refuse()
    }
    fn commit(&self, _: Changes) -> Doing<'_> {
        Box::pin(std::future::ready(self.refuse()))
    }
}

/// A key, a value, and the error that it is refused with: its code, and what its text has.
type Refused<'a> = (&'a str, &'a [u8], &'a str, &'a str);

/// An error that an author catches has a code and the host's text, and the call goes on.
fn errors_have_their_codes(language: Language) {
    let too_long = "k".repeat(1_025);
    let too_large = vec![0; StateGrant::VALUE + 1];
    let expect = |change: &dyn Fn(&mut TaskSpec), refused: &[Refused<'_>]| {
        let mut bolt = Bolt::with(language, |spec| {
            spec.grants.state = Some(StateGrant { quota: 4_096 });
            spec.state = Some(store() as _);
            change(spec);
        });
        for (key, value, code, text) in refused {
            let tried = row("state-try")
                .text(key)
                .with(Value::Bytes(value.to_vec()));
            let found = noted(&mut bolt, language, tried);
            assert!(
                found.starts_with(&format!("{code}: ")) && found.contains(text),
                "{language}: expected {code} with {text:?}, found {found}"
            );
        }
    };
    expect(
        &|_| {},
        &[
            ("", b"", "invalid-key", "a key of 0 bytes"),
            (&too_long, b"", "invalid-key", "1025 bytes"),
            ("a", &too_large, "value-too-large", "1048577 bytes"),
            ("a", &[0; 4_096], "over-quota", "`quota` of `grants.state`"),
        ],
    );
    expect(
        &|spec| spec.grants.state = None,
        &[("a", b"1", "not-granted", "`state: true`")],
    );
    expect(
        &|spec| spec.state = Some(Arc::new(Unreadable)),
        &[("a", b"1", "failed", "the disk is gone")],
    );
}

/// Every function of the state tells its errors, and the instance lives on.
fn an_error_that_nobody_catches_fails_its_row(language: Language) {
    let expect = |call: &Call, row: u32, text: &str| {
        call.failed_with(call.row(row), &[text, language.bolt_file()]);
    };
    let mut bolt = Bolt::new(language);
    let call = bolt.send(&[get("a"), set("a", b"1"), remove("a"), keys("a")]);
    call.is(&rows([Failed; 4]));
    for row in 0..4 {
        expect(&call, row, "`state: true`");
    }
    done(&mut bolt, [(row("note").text("alive"), Some("alive"))]);
    let mut bolt = keeping(language, &store());
    let call = bolt.send(&[get(""), set("", b"1"), remove(""), set("a", b"1")]);
    call.is(&rows([Failed, Failed, Failed, Acked]));
    for row in 0..3 {
        expect(&call, row, "a key of 0 bytes");
    }
}

/// What crosses is freed: 30 MB of values each way, and of an allocator that takes some more
/// for itself now and then no tenth of that.
fn calls_leave_no_memory_behind(language: Language) {
    let store = store();
    let mut bolt = keeping(language, &store);
    let mut sent: Vec<Row> = Vec::new();
    for i in 0..20 {
        let key = format!("key {i}");
        sent.extend([set(&key, &[i; 5_000]), get(&key), keys("key")]);
    }
    sent.extend([remove("key 1"), set("", b""), row("state-try").text("")]);
    let mut calls = |count| {
        for _ in 0..count {
            bolt.send(&sent);
        }
        bolt.memory()
    };
    let after_some = calls(100);
    let after_more = calls(300);
    assert!(
        after_more <= after_some + 3_000_000,
        "{language}: {after_more} bytes of memory after 400 calls, and {after_some} after 100"
    );
}
