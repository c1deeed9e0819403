#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;

use super::*;
use crate::schema::Field;
use crate::value::{Json, Timestamp, Value};

/// Values of one type, some of them null.
fn column_of_values() -> impl Strategy<Value = (Type, Vec<Value<'static>>)> {
    fn nullable(
        kind: Type,
        values: impl Strategy<Value = Value<'static>> + 'static,
    ) -> BoxedStrategy<(Type, Vec<Value<'static>>)> {
        let value = prop_oneof![1 => Just(Value::Null), 4 => values];
        prop::collection::vec(value, 0..20)
            .prop_map(move |values| (kind, values))
            .boxed()
    }
    let text = || ".{0,8}".prop_map(String::from);
    prop_oneof![
        nullable(Type::Bool, any::<bool>().prop_map(Value::Bool)),
        nullable(Type::Int, any::<i64>().prop_map(Value::Int)),
        nullable(Type::Float, any::<f64>().prop_map(Value::Float)),
        nullable(Type::Text, text().prop_map(|text| Value::Text(text.into()))),
        nullable(
            Type::Bytes,
            prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| Value::Bytes(bytes.into()))
        ),
        nullable(
            Type::Timestamp,
            any::<i64>().prop_map(|at| Value::Timestamp(Timestamp(at)))
        ),
        nullable(Type::Json, text().prop_map(|text| Value::Json(text.into()))),
    ]
}

fn read(column: &Column, rows: usize) -> Vec<Value<'static>> {
    let view = View::open(&column.0, rows).unwrap();
    (0..rows).map(|row| view.value(row).into_owned()).collect()
}

#[test]
fn values_of_every_length_read_back() {
    let text: String = ('!'..='~').collect();
    let mut builder = ColumnBuilder::with_capacity(Type::Text, 0, 1);
    for length in 0..=40 {
        builder.push(&text[length..2 * length]).unwrap();
    }
    let column = builder.finish();
    for (length, value) in (0..=40).zip(read(&column, 41)) {
        assert_eq!(value, Value::Text(text[length..2 * length].into()));
    }
}

proptest! {
    #[test]
    fn what_is_pushed_reads_back_also_after_a_rollback(
        (kind, values) in column_of_values(),
        keep in 0_usize..24,
    ) {
        let mut builder = ColumnBuilder::for_field(&Field::nullable("f", kind), 0, 0);
        for value in &values {
            builder.push(value).unwrap();
        }
        builder.truncate(keep);
        let mut expected = values[..keep.min(values.len())].to_vec();
        for value in &values {
            builder.push(value).unwrap();
        }
        expected.extend(values);
        let column = builder.finish();
        prop_assert_eq!(column.kind(), kind);
        prop_assert_eq!(column.rows(), expected.len());
        let nulls = expected.contains(&Value::Null);
        prop_assert_eq!(column.has_nulls(), nulls);
        let got = read(&column, expected.len());
        // Debug text, because a NaN is not equal to itself.
        prop_assert_eq!(format!("{got:?}"), format!("{expected:?}"));
    }

    #[test]
    fn no_column_makes_a_view_panic(
        offsets in prop::collection::vec(0_u32..12, 0..6),
        data in prop::collection::vec(any::<u8>(), 0..12),
        nulls in prop::option::of(prop::collection::vec(0_u8..3, 0..6)),
        rows in 0_usize..6,
    ) {
        let packed = || wit::Packed { offsets: offsets.clone(), data: data.clone() };
        for values in [
            wit::Values::Texts(wit::Text::Packed(packed())),
            wit::Values::ByteStrings(wit::ByteStrings::Packed(packed())),
            wit::Values::Integers(data.clone()),
            wit::Values::Booleans(data.clone()),
        ] {
            let column = wit::Column { values, nulls: nulls.clone() };
            if let Ok(view) = View::open(&column, rows) {
                for row in 0..rows {
                    let _ = view.value(row);
                }
                prop_assert!(matches!(view.value(rows), Value::Null));
            }
        }
    }
}

#[test]
fn all_forms_of_text_read_the_same() {
    let packed = wit::Packed {
        offsets: vec![0, 2, 2, 3],
        data: "éa".into(),
    };
    let separate = vec!["é".into(), String::new(), "a".into()];
    for text in [
        wit::Text::Packed(packed),
        wit::Text::Separate(separate),
        wit::Text::Joined("é\0\0a".into()),
    ] {
        let column = Column(wit::Column {
            values: wit::Values::Texts(text),
            nulls: Some(vec![0, 1, 0]),
        });
        assert_eq!(column.rows(), 3);
        let View::Text(texts) = View::open(&column.0, 3).unwrap() else {
            panic!("not text")
        };
        assert_eq!(
            texts.iter().collect::<Vec<_>>(),
            [Some("é"), None, Some("a")]
        );
        assert_eq!(texts.values().collect::<Vec<_>>(), ["é", "", "a"]);
        assert_eq!(texts.data(), "éa");
    }
}

#[test]
fn an_offset_within_a_character_is_refused() {
    let packed = wit::Packed {
        offsets: vec![0, 1, 2],
        data: "é".into(),
    };
    let values = wit::Values::Texts(wit::Text::Packed(packed));
    let error = View::open(
        &wit::Column {
            values,
            nulls: None,
        },
        2,
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("an offset lies within a character"),
        "{error}"
    );
}

#[test]
fn a_column_takes_only_its_type_and_keeps_what_it_has() {
    let mut builder = ColumnBuilder::new(Type::Json);
    builder.push(Json("1")).unwrap();
    for error in [
        builder.push("1").unwrap_err(),
        builder.push(None::<Json<&str>>).unwrap_err(),
    ] {
        assert!(
            error.to_string().starts_with("expected json, got "),
            "{error}"
        );
    }
    let column = builder.finish();
    assert_eq!(read(&column, 1), [Value::from(Json("1"))]);
}
