#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::prelude::*;
use crate::testing::{Outcome, TestBolt};
use crate::{Anchors, ColumnBuilder, EmitError, HandleError, Output, wit};

/// Does what each row says.
struct Told {
    kept: Vec<Handle>,
    notes: Output,
}

impl Bolt for Told {
    fn describe() -> Description {
        Description::new("does what it is told")
            .input([
                Field::new("what", Type::Text),
                Field::nullable("n", Type::Int),
            ])
            .output(Stream::default([("what", Type::Text), ("n", Type::Int)]))
            .output(Stream::new("notes", [Field::nullable("note", Type::Text)]))
            .output(Stream::new("chosen", [("n", Type::Int)]).direct())
    }

    fn prepare(context: &Context) -> Result<Self> {
        ensure!(context.config_json() != r#"{"bad":1}"#, "bad configuration");
        Ok(Self {
            kept: Vec::new(),
            notes: context.output("notes")?,
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let n: Option<i64> = tuple.get("n")?;
        match tuple.text("what")? {
            "emit" => out.emit(("emitted", n)),
            "note" => out.to(self.notes).emit((None::<&str>,)),
            "choose" => out
                .to("chosen")
                .task(u32::try_from(n.unwrap_or(-1))?)
                .emit((n,)),
            "choose-none" => out.to("chosen").emit((n,)),
            "choose-note" => out.to("notes").task(1).emit(("",)),
            "keep" => {
                self.kept.push(tuple.handle());
                Ok(out.keep(tuple.handle())?)
            }
            "join" => {
                out.to("default")
                    .anchors(&self.kept)
                    .emit(("joined", self.kept.len() as u32))?;
                self.kept.drain(..).try_for_each(|row| out.ack(row))?;
                Ok(())
            }
            "join-then-fail" => {
                out.to("default").anchors(&self.kept).emit(("joined", 0))?;
                self.kept.iter().try_for_each(|row| out.ack(*row))?;
                bail!("changed my mind")
            }
            "fail" => {
                out.emit(("lost", 1))?;
                let cause: Result<i64> = "x".parse().context("no number in `x`");
                cause.map(drop)
            }
            "few" => out.emit(("one",)),
            "wrong" => out.emit(("right", "wrong")),
            "wrong-and-ignored" => {
                let _ = out.emit(("right", "wrong"));
                out.emit(("right", 2))
            }
            "ack-then-emit" => {
                out.ack(tuple.handle())?;
                out.emit(("late", 1))
            }
            other => bail!("what is {other}?"),
        }
    }

    fn tick(&mut self, now: u64, out: &mut Emitter) -> Result<()> {
        out.emit(("tick", i64::try_from(now)?))
    }

    fn close(&mut self, reason: CloseReason, out: &mut Emitter) -> Result<()> {
        ensure!(reason == CloseReason::Finished, "too early");
        out.emit(("closed", 0))
    }
}

fn told(rows: &[(&str, Option<i64>)]) -> Outcome {
    TestBolt::<Told>::new("{}").unwrap().process(rows).unwrap()
}

/// The reason for which the only row fails, emitting nothing.
fn reason(what: &str) -> String {
    let outcome = told(&[(what, None)]);
    assert!(
        outcome.emitted.is_empty() && outcome.acked.is_empty(),
        "{outcome:?}"
    );
    let [(0, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    reason.clone()
}

#[test]
fn a_row_is_anchored_to_its_input_and_acked() {
    let outcome = told(&[("emit", Some(1)), ("note", None), ("emit", Some(3))]);
    let anchors: Vec<_> = outcome
        .emitted
        .iter()
        .map(|row| row.anchors.as_slice())
        .collect();
    assert_eq!(anchors, [[0], [2], [1]]);
    assert_eq!(outcome.on("default")[1], ["emitted".into(), Value::Int(3)]);
    assert_eq!(outcome.on("notes"), [[Value::Null]]);
    assert_eq!(outcome.acked, [0, 1, 2]);
}

#[test]
fn an_error_fails_its_row_with_its_causes_and_undoes_it() {
    let outcome = told(&[("emit", Some(1)), ("fail", None), ("emit", Some(3))]);
    assert_eq!(outcome.acked, [0, 2]);
    assert_eq!(
        outcome.failed,
        [(1, "no number in `x`: invalid digit found in string".into())]
    );
    let default = outcome.on("default");
    assert_eq!(
        default,
        [
            ["emitted".into(), Value::Int(1)],
            ["emitted".into(), Value::Int(3)]
        ]
    );
}

#[test]
fn kept_rows_are_joined_in_a_later_call() {
    let mut bolt = TestBolt::<Told>::new("{}").unwrap();
    let first = bolt
        .process([("keep", None::<i64>), ("emit", Some(1)), ("keep", None)])
        .unwrap();
    assert_eq!((first.kept, first.acked), (vec![0, 2], vec![1]));
    let failed = bolt.process([("join-then-fail", None::<i64>)]).unwrap();
    assert_eq!(failed.failed, [(3, "changed my mind".into())]);
    assert!(failed.emitted.is_empty() && failed.acked.is_empty());
    let joined = bolt.process([("join", None::<i64>)]).unwrap();
    assert_eq!(joined.emitted[0].anchors, [0, 2]);
    assert_eq!(joined.acked, [0, 2, 4]);
}

#[test]
fn what_does_not_fit_a_stream_names_it() {
    assert_eq!(reason("few"), "default: expected 2 values, got 1");
    assert_eq!(reason("wrong"), "default.n: expected int, got text");
    assert_eq!(reason("emit"), "default.n: expected int, got null");
    assert_eq!(
        reason("choose-none"),
        "chosen: a direct stream needs the task that gets the row"
    );
    let misplaced = "notes: only on a direct stream can a row name the task that gets it";
    assert_eq!(reason("choose-note"), misplaced);
    assert_eq!(reason("ack-then-emit"), "row 0 has already been acked");
    assert_eq!(reason("that"), "what is that?");
}

#[test]
fn a_refused_row_leaves_nothing_behind() {
    let outcome = told(&[("wrong-and-ignored", None)]);
    assert_eq!(outcome.on("default"), [["right".into(), Value::Int(2)]]);
    assert_eq!(outcome.acked, [0]);
}

#[test]
fn direct_rows_keep_their_order_task_by_task() {
    let outcome = told(&[
        ("choose", Some(7)),
        ("choose", Some(4)),
        ("choose", Some(7)),
    ]);
    let tasks: Vec<_> = outcome
        .emitted
        .iter()
        .map(|row| (row.task, row.anchors[0]))
        .collect();
    assert_eq!(tasks, [(Some(4), 1), (Some(7), 0), (Some(7), 2)]);
}

#[test]
fn ticks_and_closing_emit_unanchored() {
    let mut bolt = TestBolt::<Told>::new("{}").unwrap();
    let tick = bolt.tick(5).unwrap();
    assert_eq!(tick.on("default"), [["tick".into(), Value::Int(5)]]);
    assert!(tick.emitted[0].anchors.is_empty());
    assert_eq!(
        bolt.tick(u64::MAX).unwrap_err().to_string(),
        "out of range integral type conversion attempted"
    );
    assert_eq!(
        bolt.close(CloseReason::Stopped).unwrap_err().to_string(),
        "too early"
    );
    assert_eq!(bolt.close(CloseReason::Finished).unwrap().emitted.len(), 1);
}

#[test]
fn an_error_in_prepare_is_returned() {
    let error = TestBolt::<Told>::new(r#"{"bad":1}"#).err().unwrap();
    assert_eq!(error.to_string(), "bad configuration");
}

/// Emits its batches as columns; fails those that contain a negative number, after it has
/// emitted.
struct Columns;

impl BatchBolt for Columns {
    fn describe() -> Description {
        Description::new("columns")
            .input([("n", Type::Int)])
            .output(Stream::default([("n", Type::Int)]))
    }

    fn prepare(_: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
        let anchors = batch.anchors();
        let negative = batch.ints("n")?.values().any(|n| n < 0);
        let first = batch.handle(0);
        out.emit_columns("default", batch.into_columns(), anchors)?;
        out.to("default").anchors(&[first, first]).emit((0,))?;
        ensure!(!negative, "negative");
        Ok(())
    }
}

fn batch(first_row: u32, numbers: &[i64]) -> wit::Batch {
    let mut column = ColumnBuilder::new(Type::Int);
    numbers.iter().for_each(|n| column.push(n).unwrap());
    let rows = u32::try_from(numbers.len()).unwrap();
    wit::Batch {
        input: 0,
        source_task: 2,
        first_row,
        rows,
        columns: vec![column.finish().0],
    }
}

fn columns_task() -> super::BoltTask<Columns> {
    let description: wit::Description = <Columns as BatchBolt>::describe().into();
    let fields = description.outputs[0].fields.clone();
    super::BoltTask::prepare(wit::Context {
        topology: "t".into(),
        component: "c".into(),
        task: 1,
        task_index: 0,
        task_count: 1,
        inputs: vec![wit::InputStream {
            component: "s".into(),
            name: "default".into(),
            fields,
        }],
        outputs: description.outputs,
        components: Vec::new(),
    })
    .unwrap()
}

#[test]
fn a_batch_that_fails_leaves_the_others_of_its_call() {
    let streams = <Columns as BatchBolt>::describe().outputs().to_vec();
    let mut task = columns_task();
    let call = vec![batch(0, &[1, 2]), batch(2, &[3, -4]), batch(4, &[5])];
    let outcome = task.execute(call).unwrap();
    let outcome = crate::testing::decode_bolt(&streams, outcome, 0..5).unwrap();
    assert_eq!(
        outcome.failed,
        [(2, "negative".into()), (3, "negative".into())]
    );
    assert_eq!(outcome.acked, [0, 1, 4]);
    let rows: Vec<_> = outcome
        .emitted
        .iter()
        .map(|row| (row.values[0].clone(), row.anchors.clone()))
        .collect();
    let int = Value::Int;
    let expected = [
        (int(0), vec![0, 0]),
        (int(0), vec![4, 4]),
        (int(1), vec![0]),
        (int(2), vec![1]),
        (int(5), vec![4]),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_call_that_fails_leaves_nothing_for_the_next() {
    let mut task = columns_task();
    assert_eq!(task.execute(vec![batch(0, &[-1])]).unwrap_err(), "negative");
    let outcome = task.execute(vec![batch(1, &[1])]).unwrap();
    assert_eq!(
        outcome
            .emissions
            .iter()
            .map(|emission| emission.rows)
            .collect::<Vec<_>>(),
        [1, 1]
    );
    assert!(outcome.failed.is_empty());
    let mut foreign = batch(2, &[1]);
    foreign.input = 9;
    let error = task.execute(vec![foreign]).unwrap_err();
    assert_eq!(error, "the host sent rows of input 9, which is unknown");
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    struct Misfits;
    impl BatchBolt for Misfits {
        fn describe() -> Description {
            Columns::describe()
        }
        fn prepare(_: &Context) -> Result<Self> {
            Ok(Self)
        }
        fn process_batch(&mut self, batch: Batch<'_>, out: &mut Emitter) -> Result<()> {
            let text = || {
                let mut text = ColumnBuilder::new(Type::Text);
                text.push("a").map(|()| text.finish())
            };
            let stranger = Handle(77);
            let mut refuse =
                |columns, anchors| out.emit_columns("default", columns, anchors).unwrap_err();
            let says = |error: Error| error.downcast::<EmitError>().unwrap().to_string();
            assert_eq!(
                says(refuse(vec![], Anchors::none(0))),
                "default: expected 1 values, got 0"
            );
            let error = says(refuse(vec![text()?], Anchors::none(1)));
            assert_eq!(error, "default.n: expected int, got text");
            let columns = batch.into_columns();
            let error = says(refuse(columns.clone(), Anchors::none(5)));
            assert_eq!(error, "default: anchors has 5 rows, expected 1");
            let error = refuse(columns, Anchors::each([stranger]));
            assert_eq!(
                error.downcast::<HandleError>().unwrap(),
                HandleError::Unknown(stranger)
            );
            Ok(())
        }
    }
    let outcome = TestBolt::<Misfits>::new("{}")
        .unwrap()
        .process([(1,)])
        .unwrap();
    assert!(outcome.emitted.is_empty() && outcome.acked == [0]);
}
