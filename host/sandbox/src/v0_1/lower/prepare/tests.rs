#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use arrow_array::BinaryArray;
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};

use super::*;

fn words() -> StringArray {
    StringArray::from(vec![
        Some("zero"),
        Some(""),
        None,
        Some("three"),
        Some("é🦀"),
    ])
}

fn lower(array: &StringArray, form: TextForm) -> Form<'_> {
    let field = Field::nullable("word", ValueType::Text);
    match column(&field, array, form).unwrap().values {
        Values::Text(form) => form,
        _ => panic!("not text"),
    }
}

#[test]
fn a_whole_array_is_borrowed() {
    let array = words();
    let Form::Packed(packed) = lower(&array, TextForm::Packed) else {
        panic!("not packed");
    };
    assert!(matches!(packed.offsets, Cow::Borrowed(_)));
    assert_eq!(&*packed.offsets, [0, 4, 4, 4, 9, 15]);
    assert_eq!(&*packed.data, "zerothreeé🦀".as_bytes());
}

#[test]
fn the_offsets_of_a_slice_start_at_zero() {
    let array = words().slice(3, 2);
    let Form::Packed(packed) = lower(&array, TextForm::Packed) else {
        panic!("not packed");
    };
    assert_eq!(&*packed.offsets, [0, 5, 11]);
    assert_eq!(&*packed.data, "threeé🦀".as_bytes());
}

#[test]
fn slices_are_joined_and_separated_by_their_own_rows() {
    let array = words().slice(1, 3);
    assert!(matches!(lower(&array, TextForm::Joined), Form::Joined(text) if text == "\0\0three"));
    assert!(
        matches!(lower(&array, TextForm::Separate), Form::Separate(texts) if texts == ["", "", "three"])
    );
}

#[test]
fn a_separator_in_a_value_makes_them_separate() {
    let array = StringArray::from(vec!["a\0b", "c"]);
    assert!(
        matches!(lower(&array, TextForm::Joined), Form::Separate(texts) if texts == ["a\0b", "c"])
    );
    // Outside of the slice it does not matter.
    let slice = array.slice(1, 1);
    assert!(matches!(lower(&slice, TextForm::Joined), Form::Joined(text) if text == "c"));
}

#[test]
fn what_a_null_hides_does_not_cross() {
    let array = StringArray::new(
        OffsetBuffer::new(ScalarBuffer::from(vec![0, 6, 9])),
        b"secretyes".into(),
        Some(NullBuffer::from(vec![false, true])),
    );
    let separate = lower(&array, TextForm::Separate);
    assert!(matches!(separate, Form::Separate(texts) if texts == ["", "yes"]));
    let Form::Packed(packed) = lower(&array, TextForm::Packed) else {
        panic!("not packed");
    };
    assert_eq!(
        (&*packed.offsets, &*packed.data),
        (&[0, 0, 3][..], &b"yes"[..])
    );
    assert!(matches!(lower(&array, TextForm::Joined), Form::Joined(text) if text == "\0yes"));
    let bytes = BinaryArray::new(
        array.offsets().clone(),
        array.values().clone(),
        array.nulls().cloned(),
    );
    let field = Field::nullable("payload", ValueType::Bytes);
    let prepared = column(&field, &bytes, TextForm::Separate).unwrap();
    assert!(
        matches!(prepared.values, Values::SeparateBytes(strings) if strings == [&b""[..], b"yes"])
    );
    let prepared = column(&field, &bytes, TextForm::Packed).unwrap();
    assert!(matches!(prepared.values, Values::PackedBytes(packed) if &*packed.data == b"yes"));
    assert_eq!(prepared.nulls, Some(vec![1, 0]));
}

#[test]
fn a_column_of_another_type_is_refused() {
    let field = Field::new("n", ValueType::Int);
    let error = column(&field, &words(), TextForm::Packed).err().unwrap();
    assert_eq!(
        error,
        "the column of field `n` holds Utf8 values, expected int"
    );
}

#[test]
fn an_empty_array_has_one_offset() {
    let array = StringArray::from(Vec::<&str>::new());
    let Form::Packed(packed) = lower(&array, TextForm::Packed) else {
        panic!("not packed");
    };
    assert_eq!(&*packed.offsets, [0]);
}
