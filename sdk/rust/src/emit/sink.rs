//! The rows of one stream on their way out, and what spouts and bolts share of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::column::{CellError, Column, ColumnBuilder};
use crate::emit::Row;
use crate::schema::Stream;
use crate::wit;

/// Why a row cannot be emitted. Nothing of the row is emitted then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The component has no such stream.
    #[error("there is no output stream `{name}`; described are {}", list(.described))]
    Stream {
        /// The name asked for.
        name: String,
        /// The streams that there are.
        described: Vec<String>,
    },
    /// The row has too many or too few values.
    #[error("{stream}: expected {expected} values, got {got}")]
    Arity {
        /// The stream.
        stream: String,
        /// How many fields it has.
        expected: usize,
        /// How many values the row has.
        got: usize,
    },
    /// A value does not fit its field.
    #[error("{stream}.{field}: {cause}")]
    Cell {
        /// The stream.
        stream: String,
        /// The field.
        field: String,
        /// Why not.
        cause: CellError,
    },
    /// The columns of an emission have different numbers of rows.
    #[error("{stream}: {field} has {got} rows, expected {expected}")]
    Rows {
        /// The stream.
        stream: String,
        /// What has another number: a field, `anchors` or `ids`.
        field: String,
        /// The rows of the first column.
        expected: usize,
        /// The rows that it has.
        got: usize,
    },
    /// A direct stream without a task, or a task on another stream.
    #[error("{stream}: {}", if *.direct {
        "a direct stream needs the task that gets the row"
    } else {
        "only on a direct stream can a row name the task that gets it"
    })]
    Task {
        /// The stream.
        stream: String,
        /// Whether it is a direct stream.
        direct: bool,
    },
    /// A spout emits more rows than it was asked for.
    #[error("the host asked for at most {max_rows} rows")]
    Full {
        /// How many it asked for.
        max_rows: u32,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

/// An output stream that has been looked up, by
/// [`Context::output`](crate::Context::output).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output(pub(crate) usize);

/// Names an output stream: by its name (`&str`) or, faster, as an [`Output`].
pub trait OutputRef {
    /// Its place among the streams of the component.
    ///
    /// # Errors
    /// There is no such stream.
    fn find(&self, streams: &[Stream]) -> Result<Output, EmitError>;
}

impl OutputRef for &str {
    fn find(&self, streams: &[Stream]) -> Result<Output, EmitError> {
        let place = streams.iter().position(|stream| stream.name() == *self);
        place.map(Output).ok_or_else(|| EmitError::Stream {
            name: (*self).to_owned(),
            described: streams
                .iter()
                .map(|stream| stream.name().to_owned())
                .collect(),
        })
    }
}

impl OutputRef for Output {
    fn find(&self, _streams: &[Stream]) -> Result<Output, EmitError> {
        Ok(*self)
    }
}

/// What goes with each row beside its values: anchors or ids.
pub(crate) trait Extra: Default {
    /// Forgets the rows from `rows` on.
    fn truncate(&mut self, rows: usize);
}

/// Rows of one stream (and task) as columns, with a mark to which they can be rolled
/// back.
#[derive(Debug, Default)]
pub(crate) struct Rows<X> {
    columns: Vec<ColumnBuilder>,
    rows: usize,
    pub(crate) extra: X,
    /// The attempt that appended last, and the rows there were before it.
    attempt: u64,
    mark: usize,
}

impl<X: Extra> Rows<X> {
    fn new(stream: &Stream, hint: &[(usize, usize)]) -> Self {
        let columns = stream.fields().iter().enumerate();
        let columns = columns.map(|(place, field)| {
            let (rows, bytes) = hint.get(place).copied().unwrap_or_default();
            ColumnBuilder::for_field(field, rows, bytes)
        });
        Self {
            columns: columns.collect(),
            ..Self::default()
        }
    }

    /// Appends a row whose extra the caller appends if this succeeds.
    #[inline]
    fn append(&mut self, row: impl Row, stream: &Stream, attempt: u64) -> Result<(), EmitError> {
        if row.arity() != self.columns.len() {
            return Err(EmitError::Arity {
                stream: stream.name().to_owned(),
                expected: self.columns.len(),
                got: row.arity(),
            });
        }
        if self.attempt != attempt {
            self.attempt = attempt;
            self.mark = self.rows;
        }
        if let Err((place, cause)) = row.write(&mut self.columns) {
            self.columns
                .iter_mut()
                .for_each(|column| column.truncate(self.rows));
            let field = stream.fields().get(place).map_or("", |field| field.name());
            let (stream, field) = (stream.name().to_owned(), field.to_owned());
            return Err(EmitError::Cell {
                stream,
                field,
                cause,
            });
        }
        self.rows += 1;
        Ok(())
    }

    fn rollback(&mut self, attempt: u64) {
        if self.attempt == attempt {
            self.columns
                .iter_mut()
                .for_each(|column| column.truncate(self.mark));
            self.extra.truncate(self.mark);
            self.rows = self.mark;
        }
    }

    fn hint(&self) -> Vec<(usize, usize)> {
        self.columns
            .iter()
            .map(|column| (column.rows(), column.bytes()))
            .collect()
    }
}

/// Rows ready to cross.
pub(crate) struct Ready<X> {
    pub(crate) output: u32,
    pub(crate) rows: u32,
    pub(crate) columns: Vec<wit::Column>,
    pub(crate) extra: X,
    pub(crate) direct_task: Option<u32>,
}

/// The rows of one output stream: for everybody, or for one task if it is direct.
#[derive(Debug)]
struct Sink<X> {
    everybody: Option<Rows<X>>,
    tasks: BTreeMap<u32, Rows<X>>,
    /// Rows and bytes of each column in the call before: how much room to make.
    hint: Vec<(usize, usize)>,
}

/// All output streams of a task.
pub(crate) struct Sinks<X> {
    streams: Rc<[Stream]>,
    sinks: Vec<Sink<X>>,
    whole: Vec<Ready<X>>,
    attempt: u64,
    whole_mark: usize,
}

impl<X: Extra> Sinks<X> {
    pub(crate) fn new(streams: Rc<[Stream]>) -> Self {
        let sink = |_| Sink {
            everybody: None,
            tasks: BTreeMap::new(),
            hint: Vec::new(),
        };
        let sinks = streams.iter().map(sink).collect();
        Self {
            streams,
            sinks,
            whole: Vec::new(),
            attempt: 1,
            whole_mark: 0,
        }
    }

    pub(crate) fn find(&self, output: impl OutputRef) -> Result<Output, EmitError> {
        output.find(&self.streams)
    }

    /// Begins an attempt that may be rolled back.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.attempt += 1;
        self.whole_mark = self.whole.len();
    }

    /// Forgets what was emitted since the attempt began.
    pub(crate) fn rollback(&mut self) {
        for sink in &mut self.sinks {
            let rows = sink.everybody.iter_mut().chain(sink.tasks.values_mut());
            rows.for_each(|rows| rows.rollback(self.attempt));
        }
        self.whole.truncate(self.whole_mark);
    }

    /// Appends a row; the caller appends its extra to what is returned.
    #[inline]
    pub(crate) fn append(
        &mut self,
        output: Output,
        task: Option<u32>,
        row: impl Row,
    ) -> Result<&mut X, EmitError> {
        let (Some(stream), Some(sink)) = (self.streams.get(output.0), self.sinks.get_mut(output.0))
        else {
            return Err(foreign(output, &self.streams));
        };
        if stream.is_direct() != task.is_some() {
            return Err(misdirected(stream));
        }
        let rows = match task {
            None => sink
                .everybody
                .get_or_insert_with(|| Rows::new(stream, &sink.hint)),
            Some(task) => sink
                .tasks
                .entry(task)
                .or_insert_with(|| Rows::new(stream, &[])),
        };
        rows.append(row, stream, self.attempt)?;
        Ok(&mut rows.extra)
    }

    /// Whole columns ready to cross, if they fit the stream. A direct stream needs
    /// rows one by one.
    pub(crate) fn ready<Y>(
        &self,
        output: Output,
        columns: Vec<Column>,
        extra: Y,
        (extra_name, extra_rows): (&str, Option<usize>),
    ) -> Result<Ready<Y>, EmitError> {
        let Some(stream) = self.streams.get(output.0) else {
            return Err(foreign(output, &self.streams));
        };
        if stream.is_direct() {
            return Err(misdirected(stream));
        }
        let name = || stream.name().to_owned();
        if columns.len() != stream.fields().len() {
            let (expected, got) = (stream.fields().len(), columns.len());
            return Err(EmitError::Arity {
                stream: name(),
                expected,
                got,
            });
        }
        let expected = columns.first().map_or(0, Column::rows);
        for (column, field) in columns.iter().zip(stream.fields()) {
            let null = column.has_nulls() && !field.is_nullable();
            if column.kind() != field.kind() || null {
                let got = (!null).then_some(column.kind());
                let cause = CellError::Type {
                    expected: field.kind(),
                    got,
                };
                let field = field.name().to_owned();
                return Err(EmitError::Cell {
                    stream: name(),
                    field,
                    cause,
                });
            }
            if column.rows() != expected {
                let (field, got) = (field.name().to_owned(), column.rows());
                return Err(EmitError::Rows {
                    stream: name(),
                    field,
                    expected,
                    got,
                });
            }
        }
        if let Some(got) = extra_rows.filter(|rows| *rows != expected) {
            let field = extra_name.to_owned();
            return Err(EmitError::Rows {
                stream: name(),
                field,
                expected,
                got,
            });
        }
        Ok(Ready {
            output: number(output.0),
            rows: number(expected),
            columns: columns.into_iter().map(|column| column.0).collect(),
            extra,
            direct_task: None,
        })
    }

    /// Adds rows that go out behind those appended one by one.
    pub(crate) fn push(&mut self, ready: Ready<X>) {
        self.whole.push(ready);
    }

    /// Takes everything out, in the order of the streams.
    pub(crate) fn finish(&mut self) -> Vec<Ready<X>> {
        let mut ready = Vec::new();
        for (output, sink) in self.sinks.iter_mut().enumerate() {
            if let Some(rows) = &sink.everybody {
                sink.hint = rows.hint();
            }
            let everybody = sink.everybody.take().map(|rows| (None, rows));
            let tasks = std::mem::take(&mut sink.tasks).into_iter();
            let tasks = tasks.map(|(task, rows)| (Some(task), rows));
            for (direct_task, rows) in everybody.into_iter().chain(tasks) {
                if rows.rows == 0 {
                    continue;
                }
                let finished = rows.columns.into_iter().map(|column| column.finish().0);
                ready.push(Ready {
                    output: number(output),
                    rows: number(rows.rows),
                    columns: finished.collect(),
                    extra: rows.extra,
                    direct_task,
                });
            }
        }
        ready.append(&mut self.whole);
        ready
    }
}

/// Memory of 32-bit guests ends before `u32` does.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cold]
fn misdirected(stream: &Stream) -> EmitError {
    EmitError::Task {
        stream: stream.name().to_owned(),
        direct: stream.is_direct(),
    }
}

/// An [`Output`] that another task looked up.
#[cold]
fn foreign(output: Output, streams: &[Stream]) -> EmitError {
    EmitError::Stream {
        name: format!("number {}", output.0),
        described: streams
            .iter()
            .map(|stream| stream.name().to_owned())
            .collect(),
    }
}
