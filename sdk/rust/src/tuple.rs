//! One row of an input stream.

use crate::batch::Tuples;
use crate::field::sealed::Unread;
use crate::field::{FieldError, FieldRef, FromField};
use crate::handles::Handle;
use crate::schema::Input;
use crate::value::{Timestamp, Value};

/// One row of an input stream. Its values are lent from the batch that brought it.
///
/// A field is named by its name, by its place from 0 on, or by a
/// [`FieldIndex`](crate::FieldIndex) looked up in `prepare`, which is fastest:
///
/// ```
/// use stormcell_sdk::prelude::*;
/// use stormcell_sdk::FieldIndex;
///
/// struct Lengths { text: FieldIndex }
///
/// impl Bolt for Lengths {
///     fn describe() -> Description {
///         Description::new("the length of each text, or of its nickname")
///             .input([Field::new("text", Type::Text), Field::nullable("nick", Type::Text)])
///             .output(Stream::default([("length", Type::Int)]))
///     }
///
///     fn prepare(context: &Context) -> Result<Self> {
///         Ok(Self { text: context.field("text")? })
///     }
///
///     fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
///         let nick: Option<&str> = tuple.get("nick")?;
///         let shown = nick.unwrap_or(tuple.text(&self.text)?);
///         out.emit((shown.len() as i64,))
///     }
/// }
/// # let mut bolt = stormcell_sdk::testing::TestBolt::<Lengths>::new("{}").unwrap();
/// # let outcome = bolt.process([("Robert", Some("Bob")), ("Ann", None)]).unwrap();
/// # assert_eq!(outcome.emitted[0].values, [Value::Int(3)]);
/// # assert_eq!(outcome.emitted[1].values, [Value::Int(3)]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tuple<'t> {
    tuples: &'t Tuples<'t>,
    row: usize,
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $kind:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// There is no such field, it has another type, or it is null (read fields that
        /// may be null by [`get`](Self::get) as an `Option`).
        #[inline]
        pub fn $name(&self, field: impl FieldRef) -> Result<$kind, FieldError> {
            self.get(field)
        }
    };
}

impl<'t> Tuple<'t> {
    pub(crate) fn new(tuples: &'t Tuples<'_>, row: usize) -> Self {
        Self { tuples, row }
    }

    /// Its handle: to keep it, and to anchor to it, ack it or fail it. (In a custom
    /// grouping, which acks nothing: its place in the batch.)
    #[inline]
    pub fn handle(&self) -> Handle {
        self.tuples.batch().handle(self.row)
    }

    /// The input that it comes by: its component, stream and fields.
    pub fn input(&self) -> &'t Input {
        self.tuples.batch().input()
    }

    /// The task that emitted it.
    pub fn source_task(&self) -> u32 {
        self.tuples.batch().source_task()
    }

    /// A field as a Rust type; an `Option` of it if it may be null.
    ///
    /// # Errors
    /// There is no such field, it has another type, or it is null and no `Option` is
    /// asked for.
    #[inline]
    pub fn get<T: FromField<'t>>(&self, field: impl FieldRef) -> Result<T, FieldError> {
        let (place, view) = self.tuples.column(field)?;
        T::read(view, self.row).map_err(|Unread(expected, got)| {
            FieldError::mismatch(self.input(), place, expected, got)
        })
    }

    getter!(
        /// A field of the type [`Bool`](crate::Type::Bool).
        bool, bool
    );
    getter!(
        /// A field of the type [`Int`](crate::Type::Int).
        int, i64
    );
    getter!(
        /// A field of the type [`Float`](crate::Type::Float).
        float, f64
    );
    getter!(
        /// A field of the type [`Text`](crate::Type::Text).
        text, &'t str
    );
    getter!(
        /// A field of the type [`Bytes`](crate::Type::Bytes).
        bytes, &'t [u8]
    );
    getter!(
        /// A field of the type [`Timestamp`](crate::Type::Timestamp).
        timestamp, Timestamp
    );
    getter!(
        /// A field of any type, or null: [`Value::Null`].
        value, Value<'t>
    );

    /// A field of the type [`Json`](crate::Type::Json), as its text.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    #[inline]
    pub fn json(&self, field: impl FieldRef) -> Result<&'t str, FieldError> {
        self.get::<crate::Json<&'t str>>(field).map(|json| json.0)
    }

    /// All values in the order of the fields.
    ///
    /// # Errors
    /// The host broke the rules of the interface.
    pub fn values(&self) -> Result<Vec<Value<'t>>, FieldError> {
        (0..self.input().fields().len())
            .map(|place| self.value(place))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::rc::Rc;

    use super::*;
    use crate::batch::Batch;
    use crate::schema::{Field, Type};
    use crate::wit;

    fn batch(inputs: &[Rc<Input>], columns: Vec<wit::Column>, rows: u32) -> Batch<'_> {
        let batch = wit::Batch {
            input: 0,
            source_task: 4,
            first_row: u32::MAX,
            rows,
            columns,
        };
        Batch::new(batch, inputs).unwrap()
    }

    fn inputs(fields: Vec<Field>) -> Vec<Rc<Input>> {
        vec![Rc::new(Input::new("lines", "default", fields))]
    }

    #[test]
    fn errors_name_the_input_the_field_and_what_is_there() {
        let inputs = inputs(vec![
            Field::new("text", Type::Text),
            Field::nullable("n", Type::Int),
        ]);
        let text = wit::Text::Separate(vec!["a".into()]);
        let columns = vec![
            wit::Column {
                values: wit::Values::Texts(text),
                nulls: None,
            },
            wit::Column {
                values: wit::Values::Integers(vec![0; 8]),
                nulls: Some(vec![1]),
            },
        ];
        let batch = batch(&inputs, columns, 1);
        let tuples = batch.tuples();
        let tuple = tuples.iter().next().unwrap();
        let says = |error: FieldError| error.to_string();
        assert_eq!(
            says(tuple.text("txt").unwrap_err()),
            "lines/default has no field txt; it has text, n"
        );
        assert_eq!(
            says(tuple.int("text").unwrap_err()),
            "lines/default: field text: expected int, got text"
        );
        assert_eq!(
            says(tuple.int("n").unwrap_err()),
            "lines/default: field n: expected int, got null"
        );
        assert_eq!(
            says(tuple.value(2).unwrap_err()),
            "lines/default has no field 2; it has text, n"
        );
        assert_eq!(tuple.get::<Option<i64>>("n"), Ok(None));
        assert_eq!(tuple.values().unwrap(), [Value::from("a"), Value::Null]);
    }

    #[test]
    fn handles_wrap_around() {
        let inputs = inputs(vec![Field::new("b", Type::Bool)]);
        let column = wit::Column {
            values: wit::Values::Booleans(vec![0, 1]),
            nulls: None,
        };
        let batch = batch(&inputs, vec![column], 2);
        assert_eq!(
            batch.handles().collect::<Vec<_>>(),
            [Handle(u32::MAX), Handle(0)]
        );
        let bools: Vec<bool> = batch
            .tuples()
            .iter()
            .map(|tuple| tuple.bool(0).unwrap())
            .collect();
        assert_eq!(bools, [false, true]);
    }

    #[test]
    fn a_column_that_breaks_the_interface_is_an_error() {
        let inputs = inputs(vec![Field::new("text", Type::Text)]);
        for (offsets, data, problem) in [
            (vec![0, 1], vec![0xff], "its text is not UTF-8"),
            (
                vec![0, 9],
                b"a".to_vec(),
                "its offsets do not span its data",
            ),
            (
                vec![0, 1, 2],
                b"ab".to_vec(),
                "it has another number of values",
            ),
        ] {
            let packed = wit::Text::Packed(wit::Packed { offsets, data });
            let column = wit::Column {
                values: wit::Values::Texts(packed),
                nulls: None,
            };
            let batch = batch(&inputs, vec![column], 1);
            let error = batch
                .tuples()
                .iter()
                .next()
                .unwrap()
                .text("text")
                .unwrap_err();
            assert!(error.to_string().ends_with(problem), "{error}");
            assert!(batch.texts("text").is_err());
        }
    }
}
