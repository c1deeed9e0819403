//! The hash of a key and the task that it goes to are part of the format of stored
//! state and of what tasks in different processes agree on. If a test here fails,
//! restore the hash: do not change the table. (It was changed once, for keys of JSON: they
//! were hashed by their text, so equal values went to different tasks.)
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stormcell_batch::{ColumnsBuilder, Field, Schema, Value, key_hash};
use stormcell_groupings::{Choice, Chosen, Fields, Grouping, Idle, KeyGroups, PartialKey, Targets};

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// A key, its hash, its target of 1, 2, 4 and 7, and its two candidates of 5.
type Row = (Vec<Value>, u64, [u32; 4], [u32; 2]);

fn table() -> Vec<Row> {
    vec![
        (
            vec![text("word")],
            0x619f_2bf7_32fb_3a3f,
            [0, 0, 1, 2],
            [1, 4],
        ),
        (
            vec![text("nathan")],
            0x4e46_8f4e_b0f6_8a8f,
            [0, 0, 1, 2],
            [1, 4],
        ),
        (vec![text("")], 0xc142_01d6_1118_dc26, [0, 1, 3, 5], [3, 0]),
        (
            vec![text("hé")],
            0x03f4_7fcb_7253_bfd6,
            [0, 0, 0, 0],
            [0, 2],
        ),
        (
            vec![text("😀")],
            0x7fc8_498b_ddfd_f4c9,
            [0, 0, 1, 3],
            [2, 3],
        ),
        (
            vec![text("a\0b")],
            0x13b4_e19b_155f_d6b4,
            [0, 0, 0, 0],
            [0, 4],
        ),
        (
            vec![text(&"long ".repeat(100))],
            0x7520_a911_a8e4_7e62,
            [0, 0, 1, 3],
            [2, 4],
        ),
        (
            vec![Value::Null],
            0xfb04_e882_8c6a_2f61,
            [0, 1, 3, 6],
            [4, 2],
        ),
        (
            vec![Value::Bool(false)],
            0x8383_9f51_cf06_7070,
            [0, 1, 2, 3],
            [2, 3],
        ),
        (
            vec![Value::Bool(true)],
            0xe4d1_48d4_252e_a93c,
            [0, 1, 3, 6],
            [4, 3],
        ),
        (
            vec![Value::Int(0)],
            0x8f0f_c6fa_eb0f_cc02,
            [0, 1, 2, 3],
            [2, 1],
        ),
        (
            vec![Value::Int(1)],
            0xc87a_9308_4059_07ed,
            [0, 1, 3, 5],
            [3, 1],
        ),
        (
            vec![Value::Int(-1)],
            0xedba_5ee8_d9de_5eb5,
            [0, 1, 3, 6],
            [4, 2],
        ),
        (
            vec![Value::Int(1 << 32)],
            0x6daa_9f45_476b_c671,
            [0, 0, 1, 2],
            [2, 4],
        ),
        (
            vec![Value::Int(i64::MIN)],
            0x2d80_d98e_03ea_eae6,
            [0, 0, 0, 1],
            [0, 2],
        ),
        (
            vec![Value::Int(i64::MAX)],
            0xfdef_a10e_fbcc_1adb,
            [0, 1, 3, 6],
            [4, 2],
        ),
        (
            vec![Value::Float(0.0)],
            0x7d21_835d_e25c_8872,
            [0, 0, 1, 3],
            [2, 4],
        ),
        (
            vec![Value::Float(1.0)],
            0x2bbf_361e_5e70_9267,
            [0, 0, 0, 1],
            [0, 1],
        ),
        (
            vec![Value::Float(1.5)],
            0xa50d_43bd_b52b_8725,
            [0, 1, 2, 4],
            [3, 2],
        ),
        (
            vec![Value::Float(f64::NAN)],
            0xac28_7d07_eea4_06b5,
            [0, 1, 2, 4],
            [3, 1],
        ),
        (
            vec![Value::Float(f64::NEG_INFINITY)],
            0x36c2_5fa4_1d41_de5b,
            [0, 0, 0, 1],
            [1, 2],
        ),
        (
            vec![Value::Bytes(vec![])],
            0xc580_9579_b1f0_11e1,
            [0, 1, 3, 5],
            [3, 2],
        ),
        (
            vec![Value::Bytes(vec![97])],
            0x1254_5053_d28d_e52e,
            [0, 0, 0, 0],
            [0, 3],
        ),
        (
            vec![Value::Timestamp(0)],
            0xd829_8b28_e556_1d60,
            [0, 1, 3, 5],
            [4, 0],
        ),
        (
            vec![Value::Timestamp(1_700_000_000_000_000)],
            0xe657_7805_2d9b_fd25,
            [0, 1, 3, 6],
            [4, 1],
        ),
        (
            vec![Value::Json(String::new())],
            0x2752_bc4a_91a2_32d8,
            [0, 0, 0, 1],
            [0, 2],
        ),
        (
            vec![Value::Json("{\"a\":1}".to_owned())],
            0x9120_d79b_28fd_d583,
            [0, 1, 2, 3],
            [2, 0],
        ),
        (
            vec![text("a"), Value::Int(1)],
            0xd961_367c_9088_9386,
            [0, 1, 3, 5],
            [4, 0],
        ),
        (
            vec![Value::Int(1), text("a")],
            0x3e1e_a3d1_ed69_0a0a,
            [0, 0, 0, 1],
            [1, 0],
        ),
        (
            vec![text("a"), Value::Null, text("")],
            0x7f28_a84a_5bb0_152e,
            [0, 0, 1, 3],
            [2, 3],
        ),
        (vec![], 0, [0, 0, 0, 0], [0, 1]),
    ]
}

/// The target of a single row.
fn target(choice: &Choice) -> u32 {
    match choice.chosen() {
        Chosen::Whole(target) => target,
        other => panic!("one target expected, found {other:?}"),
    }
}

#[test]
fn keys_hash_and_go_as_they_always_did() {
    let mut found = Vec::new();
    for (key, ..) in table() {
        // A null is of any type: the hash of a null does not depend on it.
        let kinds = key
            .iter()
            .map(|value| value.kind().unwrap_or(stormcell_batch::ValueType::Int));
        let schema = Schema::new(kinds.map(|kind| Field::nullable("f", kind)));
        let columns = ColumnsBuilder::new(&schema)
            .push(key.clone())
            .finish()
            .unwrap();
        let fields: Vec<usize> = (0..key.len()).collect();
        let mut choice = Choice::default();
        let by_fields = [1, 2, 4, 7].map(|tasks| {
            let targets = Targets::new(0..tasks).unwrap();
            let mut grouping = Fields::new(&targets, &schema, &fields).unwrap();
            grouping.choose(&columns, &Idle, &mut choice);
            target(&choice)
        });
        // The same key twice goes to its two candidates in turn.
        let targets = Targets::new(0..5).unwrap();
        let mut grouping = PartialKey::new(&targets, &schema, &fields).unwrap();
        let by_partial_key = [(); 2].map(|()| {
            grouping.choose(&columns, &Idle, &mut choice);
            target(&choice)
        });
        let hash = key_hash(&schema, &fields, &columns, 0);
        found.push((key, hash, by_fields, by_partial_key));
    }
    // By their text, because NaN does not equal itself.
    let lines = |rows: &[Row]| {
        rows.iter()
            .map(|row| format!("{row:x?}\n"))
            .collect::<String>()
    };
    assert_eq!(lines(&found), lines(&table()));
}

/// The seeds of the types are their places in the enum: a new type goes to its end.
#[test]
fn the_order_of_the_types_is_part_of_the_hash() {
    let names = stormcell_batch::ValueType::ALL.map(|kind| (kind as u64, kind.name()));
    assert_eq!(
        names,
        [
            (0, "bool"),
            (1, "int"),
            (2, "float"),
            (3, "text"),
            (4, "bytes"),
            (5, "timestamp"),
            (6, "json"),
        ]
    );
}

/// A fields grouping on many different keys uses all tasks alike.
#[test]
fn keys_spread_over_the_groups() {
    let schema = Schema::new([Field::new("key", stormcell_batch::ValueType::Int)]);
    let mut builder = ColumnsBuilder::new(&schema);
    for key in 0..100_000 {
        builder.push(vec![Value::Int(key)]);
    }
    let columns = builder.finish().unwrap();
    let mut hashes = Vec::new();
    stormcell_batch::KeyHasher::new(&schema, &[0]).hash(&columns, &mut hashes);
    let mut counts = vec![0_u32; KeyGroups::COUNT];
    for hash in hashes {
        counts[KeyGroups::group_of(hash)] += 1;
    }
    // Pearson's test: 16,383 degrees of freedom, once in a thousand above 16,950.
    let mean = 100_000.0 / KeyGroups::COUNT as f64;
    let sum: f64 = counts
        .iter()
        .map(|&n| (f64::from(n) - mean).powi(2) / mean)
        .sum();
    assert!(sum < 16_950.0, "{sum}");
}
