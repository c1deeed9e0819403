//! The rows of one call that come from one task by one input, as columns.

use std::rc::Rc;

use crate::column::{Bools, ByteStrings, Column, Floats, Ints, Malformed, Texts, Timestamps, View};
use crate::emit::Anchors;
use crate::field::{FieldError, FieldRef};
use crate::handles::Handle;
use crate::schema::{Input, Type};
use crate::tuple::Tuple;
use crate::wit;

/// Rows of one input stream, from one task; at least one.
///
/// ```
/// # use stormcell_sdk::prelude::*;
/// # struct Sum(i64);
/// # impl BatchBolt for Sum {
/// #     fn describe() -> Description { Description::new("").input([("n", Type::Int)]) }
/// #     fn prepare(_: &Context) -> Result<Self> { Ok(Self(0)) }
/// fn process_batch(&mut self, batch: Batch<'_>, _: &mut Emitter) -> Result<()> {
///     self.0 += batch.ints("n")?.values().sum::<i64>();
///     Ok(())
/// }
/// # }
/// # let mut bolt = stormcell_sdk::testing::TestBolt::<Sum>::new("{}").unwrap();
/// # bolt.process([(1,), (2,)]).unwrap();
/// # assert_eq!(bolt.bolt().0, 3);
/// ```
#[derive(Debug)]
pub struct Batch<'c> {
    input: &'c Input,
    number: usize,
    source_task: u32,
    first_row: u32,
    rows: usize,
    columns: Vec<wit::Column>,
}

macro_rules! column_reader {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $view:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// There is no such field, or it has another type.
        pub fn $name(&self, field: impl FieldRef) -> Result<$view<'_>, FieldError> {
            let place = field.place(self.number, self.input)?;
            match self.view(place)? {
                View::$variant(view) => Ok(view),
                other => {
                    let got = Some(other.kind());
                    Err(FieldError::mismatch(self.input, place, Type::$variant, got))
                }
            }
        }
    };
}

impl<'c> Batch<'c> {
    /// The rows that the host sent; `None` if they are of no input of this task.
    pub(crate) fn new(batch: wit::Batch, inputs: &'c [Rc<Input>]) -> Option<Self> {
        let number = batch.input as usize;
        Some(Self {
            input: inputs.get(number)?,
            number,
            source_task: batch.source_task,
            first_row: batch.first_row,
            rows: batch.rows as usize,
            columns: batch.columns,
        })
    }

    /// The input that they come by.
    pub fn input(&self) -> &'c Input {
        self.input
    }

    /// The task that emitted them.
    pub fn source_task(&self) -> u32 {
        self.source_task
    }

    /// How many rows they are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The handle of a row, counted from 0.
    #[inline]
    pub fn handle(&self, row: usize) -> Handle {
        // Handles are counted modulo 2^32.
        Handle(self.first_row.wrapping_add(row as u32))
    }

    /// The handles of all rows in order.
    pub fn handles(&self) -> impl Iterator<Item = Handle> + use<> {
        let first_row = self.first_row;
        (0..self.rows).map(move |row| Handle(first_row.wrapping_add(row as u32)))
    }

    /// Anchors for as many emitted rows as these, each to the row in its place.
    pub fn anchors(&self) -> Anchors {
        Anchors::each(self.handles())
    }

    column_reader!(
        /// A column of booleans.
        bools, Bool, Bools
    );
    column_reader!(
        /// A column of integers.
        ints, Int, Ints
    );
    column_reader!(
        /// A column of floats.
        floats, Float, Floats
    );
    column_reader!(
        /// A column of texts.
        texts, Text, Texts
    );
    column_reader!(
        /// A column of byte strings.
        byte_strings, Bytes, ByteStrings
    );
    column_reader!(
        /// A column of moments.
        timestamps, Timestamp, Timestamps
    );
    column_reader!(
        /// A column of JSON values, as texts.
        jsons, Json, Texts
    );

    /// The columns, to emit them as they are.
    pub fn into_columns(self) -> Vec<Column> {
        self.columns.into_iter().map(Column).collect()
    }

    /// The rows, to read them one by one.
    ///
    /// ```
    /// # use stormcell_sdk::prelude::*;
    /// # struct Words(usize);
    /// # impl BatchBolt for Words {
    /// #     fn describe() -> Description { Description::new("").input([("text", Type::Text)]) }
    /// #     fn prepare(_: &Context) -> Result<Self> { Ok(Self(0)) }
    /// fn process_batch(&mut self, batch: Batch<'_>, _: &mut Emitter) -> Result<()> {
    ///     for tuple in batch.tuples().iter() {
    ///         self.0 += tuple.text("text")?.split(' ').count();
    ///     }
    ///     Ok(())
    /// }
    /// # }
    /// # let mut bolt = stormcell_sdk::testing::TestBolt::<Words>::new("{}").unwrap();
    /// # bolt.process([("to be",), ("or",)]).unwrap();
    /// # assert_eq!(bolt.bolt().0, 3);
    /// ```
    pub fn tuples(&self) -> Tuples<'_> {
        let open = |column| View::open(column, self.rows);
        Tuples {
            batch: self,
            views: self.columns.iter().map(open).collect(),
        }
    }

    fn view(&self, place: usize) -> Result<View<'_>, FieldError> {
        let column = self
            .columns
            .get(place)
            .ok_or_else(|| FieldError::missing(self.input, &place))?;
        View::open(column, self.rows)
            .map_err(|cause| FieldError::malformed(self.input, place, cause))
    }
}

/// The rows of a batch, to read them one by one.
#[derive(Debug)]
pub struct Tuples<'b> {
    batch: &'b Batch<'b>,
    /// A malformed column is an error when a row is asked for its field.
    views: Box<[Result<View<'b>, Malformed>]>,
}

impl<'b> Tuples<'b> {
    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Tuple<'_>> {
        (0..self.batch.rows).map(|row| Tuple::new(self, row))
    }

    #[inline]
    pub(crate) fn batch(&self) -> &'b Batch<'b> {
        self.batch
    }

    /// The column of a field and its place.
    #[inline]
    pub(crate) fn column(&self, field: impl FieldRef) -> Result<(usize, &View<'b>), FieldError> {
        let Batch { input, number, .. } = self.batch;
        let place = field.place(*number, input)?;
        match self
            .views
            .get(place)
            .ok_or_else(|| FieldError::missing(input, &place))?
        {
            Ok(view) => Ok((place, view)),
            Err(cause) => Err(FieldError::malformed(input, place, cause.clone())),
        }
    }
}
